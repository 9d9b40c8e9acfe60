"""Edits of a document as the protocol has them."""

from collections.abc import Iterable

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.diagnostic import Edit

from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server


def workspace_edit(ls: Server, document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    """Edits of this version of the document, for clients that compare versions."""
    texts = [types.TextEdit(document.range(edit.span), edit.text) for edit in edits]
    if not get_capability(ls.client_capabilities, "workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes={document.uri: texts})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, [*texts])])
