"""textDocument/prepareRename and textDocument/rename. pygls advertises the first to clients that know it."""

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from weft_lsp.ide.complement import own_renamable
from weft_lsp.ide.references import our_target
from weft_lsp.ide.rename import RenameError, prepare, renamable_target, rename
from weft_lsp.ide.target import Target
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.edits import edits_of_files
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.workspace_models import models_of


def on_prepare_rename(ls: Server, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    document = ls.document(params.text_document.uri)
    try:
        target = _target(ls, document, params.position)
        found = target and prepare(document.model, document.offset(params.position))
        _refuse_foreign(ls, document, target)
    except RenameError as error:
        raise _failed(error) from error
    return found and types.PrepareRenamePlaceholder(document.range(found.span), found.name)


async def on_rename(ls: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    document = ls.document(params.text_document.uri)
    try:
        target = _target(ls, document, params.position)
        _refuse_foreign(ls, document, target)
        if target is None:
            return None
        edits = rename(target, params.new_name, await models_of(ls, document, target))
    except RenameError as error:
        raise _failed(error) from error
    return edits_of_files(ls, edits)


def _target(ls: Server, document: Document, position: types.Position) -> Target | None:
    offset = document.offset(position)
    if not ls.is_beside:
        return renamable_target(document.model, offset)
    # What is left to the other server is refused by that one.
    own = our_target(document.model, offset)
    is_own = own and own_renamable(document.model, offset, own)
    return renamable_target(document.model, offset) if is_own else None


def _refuse_foreign(ls: Server, document: Document, target: Target | None) -> None:
    """What is declared in a file that is neither open nor in the workspace is not ours to change."""
    if target is not None and target.path != document.path:
        is_open = any(other.path == target.path for other in ls.documents.all())
        if not is_open and not ls.files.holds(target.path):
            raise RenameError(f"`{target.name}` is declared outside of the workspace, in {target.path}")


def _failed(error: RenameError) -> JsonRpcException:
    """What the client shows to its user."""
    return JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed)
