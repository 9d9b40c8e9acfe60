"""Offsets of a text as lines and columns, counted from 1 in characters, as editors and compilers show them."""

import re
from bisect import bisect_right
from dataclasses import dataclass

# The line ends that Python and LSP agree on; str.splitlines has more.
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Place:
    line: int
    column: int


class Places:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(match.end() for match in ends)]
        self._ends = [*(match.start() for match in ends), len(text)]

    def at(self, offset: int) -> Place:
        within = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, within)
        return Place(line, within - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        return self._text[self._starts[number - 1] : self._ends[number - 1]]

    def offset(self, number: int, column: int) -> int:
        """The offset of the character at `column`, counted from 0 here, of a line."""
        return self._starts[number - 1] + column
