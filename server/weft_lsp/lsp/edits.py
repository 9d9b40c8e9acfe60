"""Edits of a document as the protocol has them."""

from collections.abc import Iterable, Iterator

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.diagnostic import Edit

from weft_lsp.ide.rename import FileEdits
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import places


def workspace_edit(ls: Server, document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    """Edits of this version of the document, or of other cells of its notebook."""
    return _edit(ls, ((document.location(edit.span), edit.text) for edit in edits))


def edits_of_files(ls: Server, files: Iterable[FileEdits]) -> types.WorkspaceEdit:
    """Edits of several files; those that are open in the version that was read."""
    return _edit(ls, (each for file in files for each in _placed(ls, file)))


def _placed(ls: Server, file: FileEdits) -> Iterator[tuple[types.Location, str]]:
    found = places(ls, file.path, [edit.span for edit in file.edits])
    return zip(found, (edit.text for edit in file.edits), strict=False)


def _edit(ls: Server, edits: Iterable[tuple[types.Location, str]]) -> types.WorkspaceEdit:
    """With the versions of the documents, for clients that compare versions."""
    texts: dict[str, list[types.TextEdit]] = {}
    for place, text in edits:
        texts.setdefault(place.uri, []).append(types.TextEdit(place.range, text))
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
