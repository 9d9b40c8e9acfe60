"""Edits of a document as the protocol has them."""

from collections.abc import Iterable

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.diagnostic import Edit

from weft_lsp.ide.rename import FileEdits
from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import lines_of
from weft_lsp.lsp.positions import range_of


def workspace_edit(ls: Server, document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    """Edits of this version of the document, for clients that compare versions."""
    texts = [types.TextEdit(document.range(edit.span), edit.text) for edit in edits]
    if not get_capability(ls.client_capabilities, "workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes={document.uri: texts})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, [*texts])])


def edits_of_files(ls: Server, files: Iterable[FileEdits]) -> types.WorkspaceEdit:
    """Edits of several files; those that are open in the version that was read."""
    texts: dict[str, list[types.TextEdit]] = {}
    for file in files:
        uri = ls.documents.uri_of_path(file.path) or uri_of(file.path)
        if lines := lines_of(ls, uri, file.path):
            ranges = ((range_of(lines, edit.span, ls.documents.encoding), edit.text) for edit in file.edits)
            texts[uri] = [types.TextEdit(place, text) for place, text in ranges]
    if not get_capability(ls.client_capabilities, "workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes=texts)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, _version(ls, uri)), [*edits]
            )
            for uri, edits in texts.items()
        ]
    )


def _version(ls: Server, uri: str) -> int | None:
    document = ls.documents.get(uri)
    return document.version if document else None
