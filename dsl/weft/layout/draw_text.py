"""Layouts drawn as text."""

from weft.layout.grid import Grid, grid_of
from weft.layout.layout import Layout
from weft.layout.swizzle import ComposedLayout


def to_text(layout: Layout | ComposedLayout) -> str:
    """The index at every coordinate, as a table: mode 0 down, all further modes to the right.

    A layout of one mode runs to the right, 32 cells in a row.

    Wrong: more than 4096 cells.
    """
    return text_of(grid_of(layout))


def text_of(grid: Grid) -> str:
    """The table of what a grid has of its layout."""
    body = [[str(cell.value) for cell in row] for row in grid.rows]
    width = max(map(len, [*grid.column_names, *(text for row in body for text in row)]))
    margin = max(map(len, grid.row_names))
    lines = [_line("", grid.column_names, margin, width)]
    lines += [_line(name, row, margin, width) for name, row in zip(grid.row_names, body, strict=True)]
    rule = "-" * (margin + 1) + "+" + "-" * (len(lines[0]) - margin - 2)
    return "\n".join([str(grid.layout), lines[0], rule, *lines[1:]])


def _line(name: str, texts: list[str], margin: int, width: int) -> str:
    return " ".join([name.rjust(margin), "|", *(text.rjust(width) for text in texts)])
