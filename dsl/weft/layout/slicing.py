"""Slices: the part of a layout where some coordinates are fixed."""

from typing import TypeAlias, overload

from weft.layout.errors import LayoutError
from weft.layout.inttuple import MAX_DEPTH, MAX_NODES, IntTuple, index_of, nodes
from weft.layout.layout import Layout, concatenate, require_layout
from weft.layout.swizzle import ComposedLayout

Slice: TypeAlias = int | tuple["Slice", ...] | None


@overload
def slice_(coord: Slice, layout: Layout) -> Layout: ...
@overload
def slice_(coord: Slice, layout: ComposedLayout) -> ComposedLayout: ...
def slice_(coord: Slice, layout: Layout | ComposedLayout) -> Layout | ComposedLayout:
    """The modes where the coordinate is None; integers fix a mode and drop it.

    Law: `slice_((None, j), L)(i) + L(0, j) == L(i, j)`; a swizzled layout keeps the offset `L(0, j)` inside.
    Source: CuTe, "Tensors", slicing.
    """
    return slice_and_offset(coord, layout)[0]


@overload
def slice_and_offset(coord: Slice, layout: Layout) -> tuple[Layout, int]: ...
@overload
def slice_and_offset(coord: Slice, layout: ComposedLayout) -> tuple[ComposedLayout, int]: ...
def slice_and_offset(coord: Slice, layout: Layout | ComposedLayout) -> tuple[Layout | ComposedLayout, int]:
    """The modes where the coordinate is None, and the index where they begin.

    Law: with `part, offset = slice_and_offset((None, j), L)`, `offset + part(i) == L(i, j)`. A swizzled layout keeps
    the offset inside, so its offset here is 0.
    Source: CuTe, "Tensors", slicing.
    """
    if isinstance(layout, ComposedLayout):
        part, offset = slice_and_offset(coord, layout.inner)
        return ComposedLayout(layout.outer, layout.offset + offset, part), 0
    shape, stride = require_layout(layout, "slice_").shape, layout.stride
    offset = index_of(_filled(_checked(coord)), shape, stride)
    return layout if coord is None else concatenate(_kept(coord, layout)), offset


def _checked(coord: Slice) -> Slice:
    for count, (_, depth) in enumerate(nodes(coord, 0)):
        if depth > MAX_DEPTH or count == MAX_NODES:
            raise LayoutError(f"slice_: the coordinate has more than {MAX_DEPTH} levels or {MAX_NODES} parts")
    return coord


def _filled(coord: Slice) -> IntTuple:
    if isinstance(coord, tuple):
        return tuple(map(_filled, coord))
    return 0 if coord is None else coord


def _kept(coord: Slice, layout: Layout) -> list[Layout]:
    if isinstance(coord, tuple):
        return [part for entry, mode in zip(coord, layout, strict=True) for part in _kept(entry, mode)]
    return [layout] if coord is None else []
