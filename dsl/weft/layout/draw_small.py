"""Layouts drawn as an SVG for a tooltip: of few bytes, not wider than one, with a background of its own for any theme."""

from itertools import chain

from weft.layout.grid import Grid
from weft.layout.layout import Layout
from weft.layout.shades import shades
from weft.layout.swizzle import ComposedLayout

WIDTH = 484
# 8 rows and a sentence, or 16 rows, are as much as a tooltip of VS Code shows without a bar to scroll.
_FEW_ROWS, _HEIGHT, _SMALL_HEIGHT = 8, 18, 11
_FONT, _SMALLEST_FONT = 11, 8
# Of a monospaced font, as a part of its size.
_CHARACTER = 0.6
_GAP = 2
_EDGE = 8


def most_columns(layout: Layout | ComposedLayout) -> int:
    """How many stand side by side with numbers that can be read."""
    last_name = ",".join(str(mode.size() - 1) for mode in [*layout][1:])
    longest = max(len(str(layout.cosize() - 1)), len(last_name))
    return int((WIDTH - _margin(3) - _EDGE) / (_CHARACTER * _SMALLEST_FONT * longest + _GAP))


def small_svg(grid: Grid) -> str:
    """The index at each coordinate; the larger it is, the darker is its cell."""
    count = len(grid.column_names)
    texts = chain(grid.column_names, (str(cell.value) for row in grid.rows for cell in row))
    longest, margin = max(map(len, texts)), _margin(max(map(len, grid.row_names)))
    wide = min(max(24, round(_CHARACTER * _FONT * longest) + 8), (WIDTH - margin - _EDGE) // count)
    high = _HEIGHT if len(grid.rows) <= _FEW_ROWS else _SMALL_HEIGHT
    font = min(_FONT, high - _GAP, (wide - _GAP) / _CHARACTER / longest)
    across, down = margin + wide * count + _EDGE, high * (len(grid.rows) + 1) + _EDGE
    middles = [margin + wide * column + wide // 2 for column in range(count)]
    baseline = round(high / 2 + 0.36 * font)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}">',
            f"<style>text{{font:{font:.3g}px monospace;text-anchor:middle}}.n{{fill:#57606a}}path{{stroke:#fff}}</style>",
            '<rect width="100%" height="100%" rx="4" fill="#f3f5f8"/>',
            *_shaded(grid, margin, wide, high),
            f'<text class="n" y="{baseline}">{_spread(middles, grid.column_names)}</text>',
            *(
                f'<text y="{high * r + baseline}"><tspan class="n" x="{margin // 2}">{name}</tspan>'
                f"{_spread(middles, [str(cell.value) for cell in row])}</text>"
                for r, (name, row) in enumerate(zip(grid.row_names, grid.rows, strict=True), 1)
            ),
            "</svg>",
        )
    )


def _margin(characters: int) -> int:
    """Left of the cells, where the rows have their names."""
    return round(_CHARACTER * _FONT * characters) + 10


def _shaded(grid: Grid, margin: int, wide: int, high: int) -> list[str]:
    """One path for all cells of a colour."""
    shade = shades(grid)
    paths: dict[str, list[str]] = {}
    for r, row in enumerate(grid.rows, 1):
        for c, cell in enumerate(row):
            box = f"M{margin + wide * c} {high * r}h{wide}v{high}h-{wide}z"
            paths.setdefault(shade(cell), []).append(box)
    return [f'<path fill="{colour}" d="{"".join(boxes)}"/>' for colour, boxes in paths.items()]


def _spread(middles: list[int], texts: list[str]) -> str:
    return "".join(
        f'<tspan x="{x}">{text}</tspan>' for x, text in zip(middles[: len(texts)], texts, strict=True)
    )
