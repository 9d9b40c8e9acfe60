"""Places in files as the protocol has them."""

from collections.abc import Iterable

from lsprotocol import types
from weft.model.facts import Location
from weft.model.library import read_file

from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import Lines, range_of


def to_lsp(ls: Server, document: Document, found: Location) -> types.Location | None:
    """A place that a feature found; None if its file can no longer be read."""
    if found.path is None or found.path == document.path:
        return types.Location(document.uri, document.range(found.span))
    uri = ls.documents.uri_of_path(found.path) or uri_of(found.path)
    lines = lines_of(ls, uri, found.path)
    return lines and types.Location(uri, range_of(lines, found.span, document.encoding))


def all_to_lsp(ls: Server, document: Document, found: Iterable[Location]) -> list[types.Location]:
    return [place for each in found if (place := to_lsp(ls, document, each))]


def lines_of(ls: Server, uri: str, path: str) -> Lines | None:
    """The text that the location speaks of: as the client has it open, or as it is on disk."""
    if opened := ls.documents.get(uri):
        return opened.lines
    text = read_file(path)
    return None if text is None else Lines.of(text)
