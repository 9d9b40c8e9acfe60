"""textDocument/definition."""

from lsprotocol import types
from weft.model.facts import Location
from weft.model.library import read_file

from weft_lsp.ide.definition import definition
from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import Lines, range_of


def on_definition(ls: Server, params: types.DefinitionParams) -> types.Location | None:
    document = ls.document(params.text_document.uri)
    found = definition(document.model, document.offset(params.position))
    return found and _to_lsp(ls, document, found)


def _to_lsp(ls: Server, document: Document, found: Location) -> types.Location | None:
    if found.path is None:
        return types.Location(document.uri, document.range(found.span))
    uri = uri_of(found.path)
    lines = lines_of(ls, uri, found.path)
    return lines and types.Location(uri, range_of(lines, found.span, document.encoding))


def lines_of(ls: Server, uri: str, path: str) -> Lines | None:
    """The text that the location speaks of: as the client has it open, or as it is on disk."""
    if opened := ls.documents.get(uri):
        return opened.lines
    text = read_file(path)
    return None if text is None else Lines.of(text)
