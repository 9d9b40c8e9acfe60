"""Divides: a layout split into tiles and the rest."""

from weft.layout.algebra import Tiler, as_layout, by_tiler, check_rank, check_tiler, complement, composition
from weft.layout.errors import LayoutError, shown
from weft.layout.layout import Layout, concatenate, make_layout
from weft.layout.shapes import size
from weft.layout.swizzle import AnyLayout, on_inner


def logical_divide(layout: AnyLayout, tiler: Tiler) -> AnyLayout:
    """Split each mode into (tile, rest): of shape (M, N, L), `((TileM, RestM), (TileN, RestN), L)`.

    tiler: a layout splits the whole; a tuple splits each mode by its own entry, an integer `n` stands for `n:1`, and
    None leaves the mode as it is.

    Wrong: a tiler that does not divide the layout; the message is that of the composition.
    Law: `logical_divide(A, B)` is `composition(A, make_layout(B, complement(B, size(A))))`.
    Source: CuTe, "Layout Algebra", division.
    """
    return on_inner(layout, "logical_divide", lambda a: by_tiler(a, tiler, "logical_divide", _divide))


def zipped_divide(layout: AnyLayout, tiler: Tiler) -> AnyLayout:
    """Split into the tile and the rest: of shape (M, N, L), `((TileM, TileN), (RestM, RestN, L))`.

    Law: mode 0 is `composition(A, tiler)` without the modes that the tiler leaves, and the indices are those of `logical_divide`.
    Source: CuTe, "Layout Algebra", zipped, tiled and flat divides.
    """
    check_tiler(tiler, "zipped_divide")
    return on_inner(layout, "zipped_divide", lambda a: _zipped(a, tiler))


def tiled_divide(layout: AnyLayout, tiler: Tiler) -> AnyLayout:
    """Split into the tile and each rest: of shape (M, N, L), `((TileM, TileN), RestM, RestN, L)`.

    Law: `tiled_divide(A, B)(i) == zipped_divide(A, B)(i)` for every `i` below `size(A)`.
    Source: CuTe, "Layout Algebra", zipped, tiled and flat divides.
    """
    return on_inner(zipped_divide(layout, tiler), "tiled_divide", lambda z: make_layout(z[0], *z[1]))


def flat_divide(layout: AnyLayout, tiler: Tiler) -> AnyLayout:
    """Split into all tile modes, then all rest modes: of shape (M, N, L), `(TileM, TileN, RestM, RestN, L)`.

    Law: `flat_divide(A, B)(i) == zipped_divide(A, B)(i)` for every `i` below `size(A)`.
    Source: CuTe, "Layout Algebra", zipped, tiled and flat divides.
    """
    return on_inner(zipped_divide(layout, tiler), "flat_divide", lambda z: make_layout(*z[0], *z[1]))


def _divide(layout: Layout, tiler: Layout) -> Layout:
    try:
        return composition(layout, make_layout(tiler, complement(tiler, size(layout))))
    except LayoutError as error:
        raise LayoutError(f"{shown(layout)} divided by {shown(tiler)}: {error}") from error


def _zipped(layout: Layout, tiler: Tiler) -> Layout:
    if tiler is None:
        return make_layout(Layout(1, 0), layout)
    if not isinstance(tiler, tuple):
        return _divide(layout, as_layout(tiler))
    check_rank(layout, len(tiler), "zipped_divide")
    pairs = [_zipped(mode, entry) for mode, entry in zip(layout, tiler, strict=False)]
    return gather(pairs, layout)


def gather(pairs: list[Layout], layout: Layout) -> Layout:
    """First modes together, then second modes together with the modes of the layout that have no pair."""
    rest = [layout[i] for i in range(len(pairs), layout.rank)]
    return make_layout(concatenate(p[0] for p in pairs), concatenate([*(p[1] for p in pairs), *rest]))
