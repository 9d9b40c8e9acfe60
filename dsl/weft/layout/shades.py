"""The colour of a cell by its index: the larger, the darker."""

from collections.abc import Callable

from weft.layout.grid import Cell, Grid

_SHADES = 12


def shades(grid: Grid) -> Callable[[Cell], str]:
    """A colour of CSS for each cell; black text on it can be read."""
    values = [cell.value for row in grid.rows for cell in row]
    least, span = min(values), max(values) - min(values) + 1
    return lambda cell: f"hsl(205,75%,{96 - 3 * ((cell.value - least) * _SHADES // span)}%)"
