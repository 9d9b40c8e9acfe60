"""A layout as a table of cells: what both drawings show."""

from typing import NamedTuple

from weft.layout.errors import LayoutError, shown
from weft.layout.inttuple import IntTuple, idx2crd
from weft.layout.layout import Layout, require_layout
from weft.layout.swizzle import ComposedLayout

MAX_CELLS = 4096
WRAP = 32


class Cell(NamedTuple):
    """One coordinate, as an integer, and the index there."""

    coord: int
    value: int


class Window(NamedTuple):
    """The most rows and columns that are drawn: the first ones."""

    rows: int = MAX_CELLS
    columns: int = MAX_CELLS


class Grid(NamedTuple):
    """The cells of a layout in rows, with a name for each row and column. note: what is left out."""

    layout: Layout | ComposedLayout
    row_names: list[str]
    column_names: list[str]
    rows: list[list[Cell]]
    note: str = ""

    def place(self, cell: Cell) -> IntTuple:
        """A cell's coordinate as the layout's shape has it."""
        return idx2crd(cell.coord, self.layout.shape)


def grid_of(layout: Layout | ComposedLayout) -> Grid:
    """Mode 0 runs down, all further modes run to the right; a layout of one mode runs to the right and wraps."""
    if not isinstance(layout, ComposedLayout):
        require_layout(layout, "drawing")
    if layout.size() > MAX_CELLS:
        raise LayoutError(
            f"drawing: the layout {shown(layout)} has {layout.size()} cells, more than {MAX_CELLS}; draw one tile of it"
        )
    return first_cells(layout, Window())


def first_cells(layout: Layout | ComposedLayout, window: Window) -> Grid:
    """As much of a layout of any size as a window holds."""
    return _line(layout, window) if layout.rank < 2 else _table(layout, window)


def extent(layout: Layout | ComposedLayout) -> tuple[int, int]:
    """The rows and columns of the whole."""
    size = layout.size()
    if layout.rank < 2:
        return -(-size // WRAP), min(size, WRAP)
    rows = layout[0].size()
    return rows, size // rows


def _cell(layout: Layout | ComposedLayout, coord: int) -> Cell:
    return Cell(coord, layout(coord))


def _line(layout: Layout | ComposedLayout, window: Window) -> Grid:
    size, wrap = layout.size(), min(WRAP, window.columns)
    cells = [_cell(layout, i) for i in range(min(size, wrap * window.rows))]
    starts = range(0, len(cells), wrap)
    columns = range(min(len(cells), wrap))
    note = f"The first {len(cells)} of {size} coordinates." if len(cells) < size else ""
    rows = [cells[i : i + wrap] for i in starts]
    return Grid(layout, [str(start) for start in starts], list(map(str, columns)), rows, note)


def _table(layout: Layout | ComposedLayout, window: Window) -> Grid:
    widths = [mode.size() for mode in layout][1:]
    height, width = extent(layout)
    rows, columns = range(min(height, window.rows)), range(min(width, window.columns))
    cells = [[_cell(layout, r + height * c) for c in columns] for r in rows]
    is_whole = len(rows) == height and len(columns) == width
    note = "" if is_whole else f"The first {len(rows)} × {len(columns)} of {height} × {width} coordinates."
    return Grid(layout, list(map(str, rows)), [_column_name(c, widths) for c in columns], cells, note)


def _column_name(column: int, widths: list[int]) -> str:
    parts: list[str] = []
    for width in widths:
        parts.append(str(column % width))
        column //= width
    return ",".join(parts)
