"""Places in files as the protocol has them."""

from collections.abc import Iterable
from itertools import groupby
from typing import cast

from lsprotocol import types
from weft.model.diagnostic import Span
from weft.model.facts import Location
from weft.model.files import read_file

from weft_lsp.lsp import plain
from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import Lines, range_of


def to_lsp(ls: Server, document: Document, found: Location) -> types.Location | None:
    """A place that a feature found; None if its file can no longer be read."""
    if found.path is None or found.path == document.path:
        return document.location(found.span)
    return next(iter(places(ls, found.path, [found.span])), None)


def all_to_lsp(ls: Server, document: Document, found: Iterable[Location]) -> list[plain.Location]:
    answer: list[plain.Location] = []
    for path, of_file in groupby(found, key=lambda each: each.path or document.path):
        spans = [each.span for each in of_file]
        if path == document.path:
            answer += map(document.plain_location, spans)
        else:
            others = (ls.protocol.plain(place) for place in places(ls, path, spans))
            answer += cast("Iterable[plain.Location]", others)
    return answer


def places(ls: Server, path: str, spans: Iterable[Span]) -> list[types.Location]:
    """Places of one file, as the client has it open, or as it is on disk; none if it can no longer be read."""
    if opened := ls.documents.of_path(path):
        return [opened.location(span) for span in spans]
    text = read_file(path)
    if text is None:
        return []
    uri, lines = uri_of(path), Lines.of(text)
    return [types.Location(uri, range_of(lines, span, ls.documents.encoding)) for span in spans]
