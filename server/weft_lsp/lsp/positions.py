"""Character offsets, and the protocol's lines and columns in the unit that the client chose.

The protocol ends lines at `\\n`, `\\r\\n` and `\\r` alone; `str.splitlines` ends them at form feeds and more besides.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

from lsprotocol import types
from weft.model.diagnostic import Span
from weft.records import record

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n?|\n")


@record
class Lines:
    """A text and the offsets at which its lines start."""

    text: str
    starts: list[int]

    @staticmethod
    def of(text: str) -> "Lines":
        if "\r" in text:
            return Lines(text, [0, *_line_starts(text, 0, len(text))])
        lengths = [len(line) + 1 for line in text.split("\n")]
        return Lines(text, [0, *accumulate(lengths[:-1])])

    def replaced(self, span: Span, by: str) -> "Lines":
        """The lines after an edit: those around the span are read again, those below are shifted."""
        text = self.text[: span.start] + by + self.text[span.end :]
        delta = len(text) - len(self.text)
        # A `\r` before the span and a `\n` after it may join or part: start one character early, stop one line late.
        first = bisect_right(self.starts, max(span.start - 1, 0)) - 1
        kept = bisect_right(self.starts, span.end)
        end = self.starts[kept] + delta if kept < len(self.starts) else len(text)
        starts = self.starts[: first + 1]
        starts.extend(_line_starts(text, starts[-1], end))
        below = self.starts[kept + 1 :]
        starts.extend(below if delta == 0 else [start + delta for start in below])
        return Lines(text, starts)

    def content(self, line: int) -> Span:
        """The characters of a line without its end."""
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        if end > start and self.text[end - 1] == "\n":
            end -= 1
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)


def offset(lines: Lines, position: types.Position, encoding: Encoding) -> int:
    """The offset of a position; one outside the text counts as the nearest place inside."""
    if position.line >= len(lines.starts):
        return len(lines.text)
    content = lines.content(max(position.line, 0))
    units = max(position.character, 0)
    if encoding == "utf-32" or lines.text[content.start : content.end].isascii():
        return min(content.start + units, content.end)
    return content.start + _characters(lines.text[content.start : content.end], units, encoding)


def position(lines: Lines, offset: int, encoding: Encoding) -> types.Position:
    """The position of an offset; one outside the text counts as its nearest end."""
    return types.Position(*place(lines, offset, encoding))


def place(lines: Lines, offset: int, encoding: Encoding) -> tuple[int, int]:
    """The line and the column of an offset."""
    text = lines.text
    offset = min(max(offset, 0), len(text))
    line = bisect_right(lines.starts, offset) - 1
    before = text[lines.starts[line] : offset]
    # Between `\r` and `\n` there is no place.
    return line, units(before.removesuffix("\r") if text.startswith("\n", offset) else before, encoding)


def range_of(lines: Lines, span: Span, encoding: Encoding) -> types.Range:
    return types.Range(position(lines, span.start, encoding), position(lines, span.end, encoding))


def span_of(lines: Lines, range_: types.Range, encoding: Encoding) -> Span:
    start = offset(lines, range_.start, encoding)
    return Span(start, max(start, offset(lines, range_.end, encoding)))


def units(text: str, encoding: Encoding) -> int:
    """The length of a text in the units of an encoding."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    # JSON can hold half a surrogate pair, and so can the text.
    encoded = text.encode("utf-8" if encoding == "utf-8" else "utf-16-le", "surrogatepass")
    return len(encoded) if encoding == "utf-8" else len(encoded) // 2


def _line_starts(text: str, start: int, end: int) -> Iterator[int]:
    return (match.end() for match in _LINE_END.finditer(text, start, end))


def _characters(text: str, units: int, encoding: Encoding) -> int:
    """How many characters lie wholly inside the first `units` of a line."""
    width = _utf8_width if encoding == "utf-8" else _utf16_width
    for count, character in enumerate(text):
        units -= width(character)
        if units < 0:
            return count
    return len(text)


def _utf8_width(character: str) -> int:
    code = ord(character)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _utf16_width(character: str) -> int:
    return 1 if ord(character) < 0x10000 else 2
