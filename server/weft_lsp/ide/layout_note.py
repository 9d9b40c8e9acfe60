"""What a hover shows of a layout: a picture, or a table where the client shows no pictures."""

from binascii import b2a_base64
from collections.abc import Iterator
from functools import lru_cache

from weft.layout import ComposedLayout, Layout
from weft.layout.draw_small import most_columns, small_svg
from weft.layout.draw_text import text_of
from weft.layout.grid import WRAP, Grid, Window, extent, first_cells

_MOST_CELLS = 256
_MOST_ROWS = 32
_CUT = Window(8, 16)


@lru_cache(64)
def layout_note(layout: Layout | ComposedLayout, *, shows_images: bool) -> tuple[str, ...]:
    """Paragraphs of Markdown."""
    return tuple(_paragraphs(layout, shows_images=shows_images))


def _paragraphs(layout: Layout | ComposedLayout, *, shows_images: bool) -> Iterator[str]:
    grid = _grid(layout, most_columns(layout) if shows_images else WRAP)
    if shows_images:
        picture = b2a_base64(small_svg(grid).encode(), newline=False).decode()
        yield f"![The index at each coordinate](data:image/svg+xml;base64,{picture})"
    else:
        yield f"```text\n{text_of(grid)}\n```"
    if grid.note:
        yield grid.note


def _grid(layout: Layout | ComposedLayout, columns_fitting: int) -> Grid:
    """Up to 256 cells whole, where their rows and columns fit; of more the first 8 rows and 16 columns."""
    rows, columns = extent(layout)
    widest = min(WRAP, columns_fitting)
    is_whole = rows * columns <= _MOST_CELLS and rows <= _MOST_ROWS and columns <= widest
    return first_cells(
        layout, Window(_MOST_ROWS, widest) if is_whole else Window(_CUT.rows, min(_CUT.columns, widest))
    )
