"""textDocument/prepareRename and textDocument/rename. pygls advertises the first to clients that know it."""

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from weft_lsp.ide.rename import RenameError, prepare, rename
from weft_lsp.lsp.edits import workspace_edit
from weft_lsp.lsp.language_server import Server


def on_prepare_rename(ls: Server, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    document = ls.document(params.text_document.uri)
    try:
        found = prepare(document.model, document.offset(params.position))
    except RenameError as error:
        raise _failed(error) from error
    return found and types.PrepareRenamePlaceholder(document.range(found.span), found.name)


def on_rename(ls: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    document = ls.document(params.text_document.uri)
    try:
        edits = rename(document.model, document.offset(params.position), params.new_name)
    except RenameError as error:
        raise _failed(error) from error
    return None if edits is None else workspace_edit(ls, document, edits)


def _failed(error: RenameError) -> JsonRpcException:
    """What the client shows to its user."""
    return JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed)
