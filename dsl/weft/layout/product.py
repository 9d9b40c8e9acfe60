"""Products: a layout repeated as another one says."""

from weft.layout.algebra import Tiler, as_layout, by_tiler, check_rank, check_tiler, complement, composition
from weft.layout.divide import gather
from weft.layout.errors import LayoutError, shown
from weft.layout.layout import Layout, concatenate, make_layout, require_layout
from weft.layout.shapes import cosize, size


def logical_product(block: Layout, tiler: Tiler) -> Layout:
    """Repeat a block at the places that the tiler orders: `(block, repetitions)`.

    tiler: a layout orders repetitions of the whole block; a tuple repeats each mode by its own entry, an integer `n`
    stands for `n:1`, and None leaves the mode as it is.

    Wrong: a block that overlaps itself; the message is that of the complement.
    Law: mode 0 is the block, and mode 1 is `composition(complement(A, size(A) * cosize(B)), B)`.
    Source: CuTe, "Layout Algebra", product.
    """
    return by_tiler(require_layout(block, "logical_product"), tiler, "logical_product", _product)


def zipped_product(block: Layout, tiler: Tiler) -> Layout:
    """Repeat mode by mode and gather: of shape (M, N, L), `((M, N), (TileM, TileN, L))`.

    Law: the indices are those of `logical_product`.
    Source: CuTe, "Layout Algebra", zipped and tiled products.
    """
    check_tiler(tiler, "zipped_product")
    return _zipped(require_layout(block, "zipped_product"), tiler)


def tiled_product(block: Layout, tiler: Tiler) -> Layout:
    """Repeat mode by mode and gather the block: of shape (M, N, L), `((M, N), TileM, TileN, L)`.

    Law: `tiled_product(A, B)(i) == zipped_product(A, B)(i)` for every `i` below the size.
    Source: CuTe, "Layout Algebra", zipped and tiled products.
    """
    zipped = zipped_product(block, tiler)
    return make_layout(zipped[0], *zipped[1])


def flat_product(block: Layout, tiler: Tiler) -> Layout:
    """Repeat mode by mode and lay all modes side by side: of shape (M, N, L), `(M, N, TileM, TileN, L)`.

    Law: `flat_product(A, B)(i) == zipped_product(A, B)(i)` for every `i` below the size.
    Source: CuTe, "Layout Algebra", zipped and tiled products.
    """
    zipped = zipped_product(block, tiler)
    return make_layout(*zipped[0], *zipped[1])


def blocked_product(block: Layout, tiler: Layout) -> Layout:
    """Repeat a block as whole blocks: mode `i` of the result runs through mode `i` of the block, then of the tiler.

    The shorter layout gets modes of extent 1.

    Law: `blocked_product(A, B)((a, b), (c, d)) == logical_product(A, B)((a, c), (b, d))`.
    Source: CuTe, "Layout Algebra", blocked and raked products.
    """
    first, second = _repeated(block, tiler, "blocked_product")
    return _interleaved(first, second)


def raked_product(block: Layout, tiler: Layout) -> Layout:
    """Repeat a block element by element: mode `i` of the result runs through mode `i` of the tiler, then of the block.

    The shorter layout gets modes of extent 1.

    Law: `raked_product(A, B)((a, b), (c, d)) == logical_product(A, B)((b, d), (a, c))`.
    Source: CuTe, "Layout Algebra", blocked and raked products.
    """
    first, second = _repeated(block, tiler, "raked_product")
    return _interleaved(second, first)


def _product(block: Layout, tiler: Layout) -> Layout:
    try:
        return make_layout(block, composition(complement(block, size(block) * cosize(tiler)), tiler))
    except LayoutError as error:
        raise LayoutError(f"{shown(block)} repeated by {shown(tiler)}: {error}") from error


def _zipped(block: Layout, tiler: Tiler) -> Layout:
    if tiler is None:
        return make_layout(Layout(1, 0), block)
    if not isinstance(tiler, tuple):
        return _product(block, as_layout(tiler))
    check_rank(block, len(tiler), "zipped_product")
    pairs = [_zipped(mode, entry) for mode, entry in zip(block, tiler, strict=False)]
    return gather(pairs, block)


def _repeated(block: Layout, tiler: Layout, operation: str) -> Layout:
    rank = max(require_layout(block, operation).rank, require_layout(tiler, operation).rank)
    return _product(_padded(block, rank), _padded(tiler, rank))


def _padded(layout: Layout, rank: int) -> Layout:
    missing = rank - layout.rank
    return make_layout(*layout, *[Layout(1, 0)] * missing) if missing else layout


def _interleaved(first: Layout, second: Layout) -> Layout:
    return concatenate(make_layout(a, b) for a, b in zip(first, second, strict=True))
