"""A layout as a table of cells: what both drawings show."""

from typing import NamedTuple

from weft.layout.errors import LayoutError, shown
from weft.layout.inttuple import IntTuple, idx2crd
from weft.layout.layout import Layout, require_layout
from weft.layout.swizzle import ComposedLayout

MAX_CELLS = 4096
WRAP = 32


class Cell(NamedTuple):
    """One coordinate, as an integer and as the layout's shape has it, and the index there."""

    coord: int
    place: IntTuple
    value: int


class Grid(NamedTuple):
    """The cells of a layout in rows, with a name for each row and column."""

    row_names: list[str]
    column_names: list[str]
    rows: list[list[Cell]]


def grid_of(layout: Layout | ComposedLayout) -> Grid:
    """Mode 0 runs down, all further modes run to the right; a layout of one mode runs to the right and wraps."""
    if not isinstance(layout, ComposedLayout):
        require_layout(layout, "drawing")
    if layout.size() > MAX_CELLS:
        raise LayoutError(
            f"drawing: the layout {shown(layout)} has {layout.size()} cells, more than {MAX_CELLS}; draw one tile of it"
        )
    return _line(layout) if layout.rank < 2 else _table(layout)


def _cell(layout: Layout | ComposedLayout, coord: int) -> Cell:
    return Cell(coord, idx2crd(coord, layout.shape), layout(coord))


def _line(layout: Layout | ComposedLayout) -> Grid:
    cells = [_cell(layout, i) for i in range(layout.size())]
    starts = range(0, len(cells), WRAP)
    columns = range(min(len(cells), WRAP))
    return Grid(
        [str(start) for start in starts], list(map(str, columns)), [cells[i : i + WRAP] for i in starts]
    )


def _table(layout: Layout | ComposedLayout) -> Grid:
    height, *widths = (mode.size() for mode in layout)
    columns = range(layout.size() // height)
    rows = [[_cell(layout, r + height * c) for c in columns] for r in range(height)]
    return Grid(list(map(str, range(height))), [_column_name(c, widths) for c in columns], rows)


def _column_name(column: int, widths: list[int]) -> str:
    parts: list[str] = []
    for width in widths:
        parts.append(str(column % width))
        column //= width
    return ",".join(parts)
