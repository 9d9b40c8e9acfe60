"""The layout algebra: layouts as values, and free functions of them.

A layout is a function from coordinates to indices. Names and results are those of CuTe.
"""

from weft.layout.algebra import (
    Tiler,
    coalesce,
    complement,
    composition,
    filter,
    filter_zeros,
    left_inverse,
    right_inverse,
)
from weft.layout.divide import flat_divide, logical_divide, tiled_divide, zipped_divide
from weft.layout.draw_svg import to_svg
from weft.layout.draw_text import to_text
from weft.layout.errors import LayoutError
from weft.layout.inttuple import IntTuple, crd2idx, idx2crd
from weft.layout.layout import Layout, make_layout
from weft.layout.product import (
    blocked_product,
    flat_product,
    logical_product,
    raked_product,
    tiled_product,
    zipped_product,
)
from weft.layout.recasting import downcast, recast, upcast
from weft.layout.shapes import cosize, depth, flatten, is_compatible, is_congruent, rank, select, size
from weft.layout.slicing import Slice, slice_, slice_and_offset
from weft.layout.swizzle import ComposedLayout, Swizzle

__all__ = [
    "ComposedLayout",
    "IntTuple",
    "Layout",
    "LayoutError",
    "Slice",
    "Swizzle",
    "Tiler",
    "blocked_product",
    "coalesce",
    "complement",
    "composition",
    "cosize",
    "crd2idx",
    "depth",
    "downcast",
    "filter",
    "filter_zeros",
    "flat_divide",
    "flat_product",
    "flatten",
    "idx2crd",
    "is_compatible",
    "is_congruent",
    "left_inverse",
    "logical_divide",
    "logical_product",
    "make_layout",
    "raked_product",
    "rank",
    "recast",
    "right_inverse",
    "select",
    "size",
    "slice_",
    "slice_and_offset",
    "tiled_divide",
    "tiled_product",
    "to_svg",
    "to_text",
    "upcast",
    "zipped_divide",
    "zipped_product",
]
