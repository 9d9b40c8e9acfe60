"""Offsets of a text as lines and columns, counted from 1 in characters, as editors and compilers show them."""

import re
from bisect import bisect_right

from weft.model.diagnostic import Span
from weft.records import record

# The line ends that Python and LSP agree on; str.splitlines has more.
_LINE_END = re.compile(r"\r\n|\r|\n")


@record
class Place:
    """cell: of a notebook, the number of the cell that the line is in; 0 elsewhere."""

    line: int
    column: int
    cell: int = 0

    @property
    def words(self) -> str:
        """`12:5`, or in a notebook `cell 3:12:5`."""
        return f"cell {self.cell}:{self.line}:{self.column}" if self.cell else f"{self.line}:{self.column}"


class Places:
    """The lines of one text."""

    def __init__(self, text: str, cells: tuple[tuple[int, int], ...] = ()) -> None:
        self._text = text
        self._cells = cells
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(match.end() for match in ends)]
        self._ends = [*(match.start() for match in ends), len(text)]

    def at(self, offset: int) -> Place:
        within = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, within)
        column = within - self._starts[line - 1] + 1
        cell = bisect_right(self._cells, (within, len(self._text))) - 1
        if cell < 0:
            return Place(line, column)
        start, number = self._cells[cell]
        return Place(line - bisect_right(self._starts, start) + 1, column, number)

    def text(self, span: Span) -> str:
        """What stands at a place."""
        return self._text[span.start : span.end]

    def line(self, number: int) -> str:
        """The text of a line of the whole text, without its end."""
        return self._text[self._starts[number - 1] : self._ends[number - 1]]

    def line_at(self, offset: int) -> str:
        """The text of the line that holds an offset, without its end."""
        return self.line(bisect_right(self._starts, min(max(offset, 0), len(self._text))))

    def offset(self, number: int, column: int) -> int:
        """The offset of the character at `column`, counted from 0 here, of a line."""
        return self._starts[number - 1] + column
