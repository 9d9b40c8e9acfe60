"""Layouts drawn as SVG."""

from collections.abc import Mapping
from typing import NamedTuple

from weft.layout.errors import LayoutError, check_integer_in, shown
from weft.layout.grid import Cell, Grid, grid_of
from weft.layout.layout import Layout, require_layout
from weft.layout.shades import shades
from weft.layout.swizzle import ComposedLayout

CELL_HEIGHT = 30
HEADER = 26
BANK_BYTES = 4

_STYLE = (
    "text{font:11px monospace;fill:#222;text-anchor:middle}"
    ".n{fill:#666}.s{font-size:8px;fill:#444}.t{text-anchor:start;font-size:12px}"
    "rect{stroke:#999;stroke-width:.5}text{pointer-events:none}"
)


class Colouring(NamedTuple):
    """What gives a cell its colour and its small label, as `to_svg` is told."""

    banks: int | None = None
    element_bytes: int = 4
    threads: Layout | ComposedLayout | Mapping[int, int] | None = None

    def bank(self, cell: Cell) -> int | None:
        return None if self.banks is None else cell.value * self.element_bytes // BANK_BYTES % self.banks

    def thread(self, cell: Cell) -> int | None:
        if self.threads is None or isinstance(self.threads, Mapping):
            return (self.threads or {}).get(cell.value)
        return self.threads(cell.coord)

    def label(self, cell: Cell) -> str:
        numbers = ("T", self.thread(cell)), ("B", self.bank(cell))
        return " ".join(f"{letter}{number}" for letter, number in numbers if number is not None)

    def fill(self, cell: Cell) -> str:
        bank, thread = self.bank(cell), self.thread(cell)
        if bank is not None:
            return f"hsl({360 * bank // (self.banks or 1)},70%,82%)"
        # Neighbouring threads differ most in colour when the hue turns by the golden angle.
        return "#fff" if thread is None else f"hsl({thread * 222 % 360},65%,84%)"


class _Place(NamedTuple):
    """A cell, and where and in which colour it is drawn."""

    cell: Cell
    x: int
    row: int
    width: int
    fill: str


def to_svg(
    layout: Layout | ComposedLayout,
    *,
    banks: int | None = None,
    element_bytes: int = 4,
    threads: Layout | ComposedLayout | Mapping[int, int] | None = None,
) -> str:
    """The index at every coordinate, as a picture: mode 0 down, all further modes to the right.

    banks: colours cells by the shared memory bank of their index; banks are 4 bytes wide, and `element_bytes` is the
    size of an element.
    threads: the thread of each coordinate, as a layout of the same size, or of the indices that have one; colours cells
    unless banks do. Without either, the larger an index, the darker its cell.

    Wrong: more than 4096 cells, threads of another size.
    """
    grid = grid_of(layout)
    return svg_of(grid, _checked(Colouring(banks, element_bytes, threads), layout))


def svg_of(grid: Grid, colouring: Colouring) -> str:
    """The picture of what a grid has of its layout."""
    name, width = _escaped(grid.layout), _cell_width(grid, colouring)
    across = max(HEADER + width * len(grid.column_names) + 4, 8 * len(shown(grid.layout)) + 8)
    down = 2 * HEADER + CELL_HEIGHT * len(grid.rows) + 4
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" viewBox="0 0 {across} {down}">',
        f"<title>{name}</title><style>{_STYLE}</style>",
        f'<rect width="{across}" height="{down}" fill="#fff"/><text class="t" x="4" y="17">{name}</text>',
        *_headers(grid, width),
        *_cells(grid, width, colouring),
        "</svg>",
    ]
    return "\n".join(parts)


def _cell_width(grid: Grid, colouring: Colouring) -> int:
    cells = [cell for row in grid.rows for cell in row]
    longest = max(len(str(cell.value)) for cell in cells)
    labels = max(len(colouring.label(cell)) for cell in cells)
    return max(32, 5 * labels + 4, 8 * max(longest, *map(len, grid.column_names)) + 8)


def _headers(grid: Grid, width: int) -> list[str]:
    y = 2 * HEADER - 8
    columns = [
        _text("n", HEADER + width * c + width // 2, y, name) for c, name in enumerate(grid.column_names)
    ]
    x = HEADER // 2
    return columns + [
        _text("n", x, 2 * HEADER + CELL_HEIGHT * r + 19, name) for r, name in enumerate(grid.row_names)
    ]


def _cells(grid: Grid, width: int, colouring: Colouring) -> list[str]:
    is_coloured = colouring.banks is not None or colouring.threads is not None
    fill = colouring.fill if is_coloured else shades(grid)
    return [
        _cell(
            _Place(cell, HEADER + width * c, r, width, fill(cell)), colouring, _hover(grid, cell, colouring)
        )
        for r, row in enumerate(grid.rows)
        for c, cell in enumerate(row)
    ]


def _cell(place: _Place, colouring: Colouring, told: str) -> str:
    cell, x, y = place.cell, place.x, 2 * HEADER + CELL_HEIGHT * place.row
    label, middle = colouring.label(cell), x + place.width // 2
    size = f'width="{place.width}" height="{CELL_HEIGHT}"'
    box = f'<rect x="{x}" y="{y}" {size} fill="{place.fill}"/>'
    value = _text("", middle, y + (15 if label else 19), str(cell.value))
    small = _text("s", middle, y + 26, label) if label else ""
    return f"<g><title>{told}</title>{box}{value}{small}</g>"


def _hover(grid: Grid, cell: Cell, colouring: Colouring) -> str:
    """What a pointer on a cell is told: its coordinate, index, thread and bank."""
    parts = [f"{shown(grid.place(cell))} at index {cell.value}"]
    numbers = ("thread", colouring.thread(cell)), ("bank", colouring.bank(cell))
    parts += [f"{word} {number}" for word, number in numbers if number is not None]
    return ", ".join(parts)


def _text(style: str, x: int, y: int, text: str) -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x}" y="{y}">{_escaped(text)}</text>'


def _escaped(value: object) -> str:
    return shown(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _checked(colouring: Colouring, layout: Layout | ComposedLayout) -> Colouring:
    if colouring.banks is not None:
        check_integer_in(colouring.banks, 1, 1024, "to_svg: banks")
    check_integer_in(colouring.element_bytes, 1, 1024, "to_svg: element_bytes")
    threads = colouring.threads
    if threads is None or isinstance(threads, Mapping):
        return colouring
    if not isinstance(threads, ComposedLayout):
        require_layout(threads, "to_svg: threads")
    if threads.size() != layout.size():
        raise LayoutError(
            f"to_svg: threads {shown(threads)} has {threads.size()} coordinates and the layout {shown(layout)} has "
            f"{layout.size()}; give the thread of each coordinate"
        )
    return colouring
