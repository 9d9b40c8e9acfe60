"""Coalesce, composition, complement and inverses: the core of the layout algebra."""

from collections.abc import Callable
from itertools import chain
from typing import TypeAlias, overload

from weft.layout.errors import LayoutError, described, shown
from weft.layout.inttuple import MAX_DEPTH, MAX_NODES, IntTuple, check_int_tuple, nodes
from weft.layout.layout import Layout, concatenate, from_modes, modes, nest, require_layout
from weft.layout.modes import (
    Mode,
    check_apart,
    check_no_carry,
    coalesce_modes,
    complement_modes,
    compose_mode,
)
from weft.layout.shapes import size
from weft.layout.swizzle import AnyLayout, ComposedLayout, Swizzle, on_inner

Tiler: TypeAlias = Layout | int | tuple["Tiler", ...] | None


def coalesce(layout: AnyLayout, profile: IntTuple | None = None) -> AnyLayout:
    """The same function of integers in as few modes as possible.

    profile: a tuple coalesces each mode by its own entry and keeps the modes apart; integers in it are only marks.

    Law: `coalesce(L)(i) == L(i)` for every `i` below `size(L)`, and `size` stays.
    Source: CuTe, "Layout Algebra", coalesce.
    """
    if profile is not None:
        check_int_tuple(profile, "coalesce: profile")
    return on_inner(layout, "coalesce", lambda inner: _coalesce(inner, profile))


def filter_zeros(layout: Layout) -> Layout:
    """The layout with extent 1 wherever the stride is 0.

    Law: the indices of `filter_zeros(L)` are those of `L`.
    """
    flat = iter(modes(require_layout(layout, "filter_zeros")))
    return nest(layout.shape, (Layout(m.extent if m.stride else 1, m.stride) for m in flat))


def filter(layout: Layout) -> Layout:
    """The layout without modes of extent 1 or stride 0, coalesced.

    Law: the indices of `filter(L)` are those of `L`.
    """
    return coalesce(filter_zeros(layout))


@overload
def composition(outer: Layout, inner: Tiler) -> Layout: ...
@overload
def composition(outer: Swizzle | ComposedLayout, inner: Tiler) -> ComposedLayout: ...
def composition(outer: Layout | Swizzle | ComposedLayout, inner: Tiler) -> Layout | ComposedLayout:
    """The layout that applies `inner`, then `outer`.

    outer: a layout; or a swizzle, which gives a `ComposedLayout`.
    inner: a layout; a tuple applies one entry to each mode of `outer`, an integer `n` stands for `n:1`, and None
    leaves the mode as it is.

    Wrong: an inner mode that does not divide evenly over the modes of `outer`, inner modes whose sum carries from one
    mode of `outer` into the next. The message names the numbers.
    Law: `composition(A, B)(i) == A(B(i))` for every `i` below `size(B)` with `B(i)` below `size(A)`, and `B` is
    compatible with the result.
    Source: CuTe, "Layout Algebra", composition.
    """
    if isinstance(outer, Swizzle):
        return ComposedLayout(outer, 0, require_layout(inner, "composition with a swizzle"))
    if isinstance(outer, ComposedLayout):
        return on_inner(outer, "composition", lambda layout: composition(layout, inner))
    return by_tiler(require_layout(outer, "composition"), inner, "composition", _compose)


def complement(layout: Layout, cotarget: IntTuple = 1) -> Layout:
    """The layout of the repetitions of `layout`: the indices that it leaves out, up to the size of `cotarget`.

    cotarget: how many indices are to be covered; a shape stands for its size. Modes of stride 0 count for nothing.

    Wrong: modes that overlap or interleave, negative strides.
    Law: with `R = complement(L, n)`, `R` is increasing and `make_layout(L, R)` is injective if `L` is. Where each stride
    of `L` is a multiple of the extent times the stride before it, both together reach every index below `n`.
    Source: CuTe, "Layout Algebra", complement.
    """
    return from_modes(complement_modes(modes(require_layout(layout, "complement")), _target(cotarget)))


def right_inverse(layout: Layout) -> Layout:
    """The largest layout that `layout` undoes.

    Law: `L(right_inverse(L)(i)) == i` for every `i` below `size(right_inverse(L))`.
    Source: CuTe, `layout.hpp`.
    """
    result: list[Mode] = []
    covered = 1
    for stride, extent, step in _numbered(require_layout(layout, "right_inverse")):
        if stride == covered:
            result.append(Mode(extent, step))
            covered *= extent
    return from_modes(coalesce_modes(result))


def left_inverse(layout: Layout) -> Layout:
    """The layout that undoes `layout`.

    Wrong: modes that overlap, strides that do not divide each other: then no layout undoes it.
    Law: `left_inverse(L)(L(i)) == i` for every `i` below `size(L)` if `L` is injective; with modes of stride 0,
    `L(left_inverse(L)(L(i))) == L(i)`.
    Source: CuTe, `layout.hpp`; between the indices of `layout`, the values are those of its complement.
    """
    result: list[Mode] = []
    covered, unused = 1, require_layout(layout, "left_inverse").size()
    for stride, extent, step in _numbered(layout):
        check_apart(Mode(extent, stride), covered, "left_inverse")
        if stride % covered == 0:
            result.append(Mode(stride // covered, unused))
            unused *= stride // covered
        else:
            result[-1] = _stretched(result[-1], covered // result[-1].extent, Mode(extent, stride))
        result.append(Mode(extent, step))
        covered = stride * extent
    return from_modes(coalesce_modes(result))


def by_tiler(
    layout: Layout, tiler: Tiler, operation: str, apply: Callable[[Layout, Layout], Layout]
) -> Layout:
    """Apply an operation of two layouts to the modes that a tiler names; None leaves a mode as it is."""
    check_tiler(tiler, operation)
    return _by_tiler(layout, tiler, operation, apply)


def check_tiler(tiler: object, operation: str) -> None:
    """Refuse what is not a layout, an integer, None or tuples of these, too deep or too many."""
    for count, (node, depth) in enumerate(nodes(tiler, 0)):
        if depth > MAX_DEPTH or count == MAX_NODES:
            raise LayoutError(f"{operation}: the tiler has more than {MAX_DEPTH} levels or {MAX_NODES} parts")
        if isinstance(node, bool) or not isinstance(node, Layout | int | tuple | None):
            raise LayoutError(
                f"{operation}: the tiler contains {described(node)}; "
                "use a Layout, an integer, None, or a tuple of these"
            )


def check_rank(layout: Layout, entries: int, operation: str) -> None:
    """Refuse a tuple with more entries than the layout has modes."""
    if entries > layout.rank:
        raise LayoutError(
            f"{operation}: {entries} entries for the layout {shown(layout)}, which has {layout.rank} modes; "
            "give one entry for each mode, or fewer"
        )


def _coalesce(layout: Layout, profile: IntTuple | None) -> Layout:
    if not isinstance(profile, tuple):
        return layout.coalesce()
    check_rank(layout, len(profile), "coalesce")
    rest = (layout[i] for i in range(len(profile), layout.rank))
    return concatenate([*map(_coalesce, layout, profile), *rest])


def _by_tiler(
    layout: Layout, tiler: Tiler, operation: str, apply: Callable[[Layout, Layout], Layout]
) -> Layout:
    if tiler is None:
        return layout
    if not isinstance(tiler, tuple):
        return apply(layout, as_layout(tiler))
    check_rank(layout, len(tiler), operation)
    done = (_by_tiler(mode, entry, operation, apply) for mode, entry in zip(layout, tiler, strict=False))
    return concatenate([*done, *(layout[i] for i in range(len(tiler), layout.rank))])


def as_layout(tiler: Layout | int) -> Layout:
    """The layout that an entry of a tiler stands for: `n` is `n:1`."""
    return tiler if isinstance(tiler, Layout) else Layout(tiler)


def _compose(outer: Layout, inner: Layout) -> Layout:
    flat = coalesce_modes(modes(outer))
    composed = [compose_mode(flat, mode) for mode in modes(inner)]
    check_no_carry(flat, chain.from_iterable(pieces for _, pieces in composed))
    return nest(inner.shape, (from_modes(result) for result, _ in composed))


def _target(cotarget: IntTuple) -> int:
    found = size(cotarget)
    if found < 1:
        raise LayoutError(f"complement: the cotarget {shown(cotarget)} has size {found}; use 1 or more")
    return found


def _numbered(layout: Layout) -> list[tuple[int, int, int]]:
    """Stride, extent and first index of each mode that moves, in order of strides."""
    result: list[tuple[int, int, int]] = []
    step = 1
    for extent, stride in modes(layout):
        if extent > 1 and stride:
            result.append((stride, extent, step))
        step *= extent
    return sorted(result)


def _stretched(last: Mode, stride: int, following: Mode) -> Mode:
    """The last mode of a left inverse, widened to reach the stride of the following one."""
    if following.stride % stride:
        raise LayoutError(
            f"left_inverse: the stride of mode {following} is not a multiple of {stride}, "
            "the stride before it; use strides that divide each other"
        )
    return Mode(following.stride // stride, last.stride)
