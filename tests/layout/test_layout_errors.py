import time

import pytest
import weft.layout
from weft.layout import (
    ComposedLayout,
    Layout,
    LayoutError,
    Swizzle,
    coalesce,
    complement,
    composition,
    downcast,
    idx2crd,
    left_inverse,
    logical_divide,
    logical_product,
    recast,
    select,
    slice_,
    to_svg,
    to_text,
    upcast,
    zipped_divide,
)


def doubled(value, times):
    """A tuple of 2**times leaves that takes no memory to speak of."""
    for _ in range(times):
        value = (value, value)
    return value


def nested(value, times):
    for _ in range(times):
        value = (value,)
    return value


WRONG = {
    "depth": (lambda: Layout(nested(1, 33)), "shape is nested deeper than 32 levels; use fewer"),
    "parts": (lambda: Layout(doubled(1, 20)), "shape has more than 4096 parts; use fewer modes"),
    "congruence": (
        lambda: Layout((4, 8), (1, 4, 32)),
        (
            "shape (4, 8) and stride (1, 4, 32) are not congruent; give the stride one integer for "
            "each integer of the shape, nested in the same way"
        ),
    ),
    "list": (
        lambda: Layout([4, 8]),
        "shape contains a value of type list; use integers of 64 bits and tuples of them",
    ),
    "bool": (
        lambda: Layout((4, True)),
        "shape contains a value of type bool; use integers of 64 bits and tuples of them",
    ),
    "float": (
        lambda: Layout(4, 1.0),
        "stride contains a value of type float; use integers of 64 bits and tuples of them",
    ),
    "negative extent": (lambda: Layout((4, -8)), "shape (4, -8) contains -8; extents must be 1 or more"),
    "huge integer": (
        lambda: Layout(4, 10**5000),
        "stride contains an integer that does not fit in 64 bits; use integers of 64 bits and tuples of them",
    ),
    "huge size": (
        lambda: Layout((2**40, 2**40)),
        "the size of shape (1099511627776, 1099511627776) does not fit in 64 bits; use smaller extents",
    ),
    "coordinate entries": (
        lambda: Layout((4, 8))(1, 2, 3),
        (
            "coordinate has 3 entries and the shape (4, 8) has 2 modes; give one entry for each mode, "
            "or one integer for the whole shape"
        ),
    ),
    "coordinate of an extent": (
        lambda: Layout((4, 8))(1, (2, 3)),
        (
            "coordinate has 2 entries and the shape 8 is one integer; give one entry for each mode, "
            "or one integer for the whole shape"
        ),
    ),
    "coordinate type": (
        lambda: Layout((4, 8))(1, "2"),
        "coordinate contains a value of type str; use integers of 64 bits and tuples of them",
    ),
    "index type": (
        lambda: idx2crd(None, (4, 8)),
        "index contains a value of type NoneType; use integers of 64 bits and tuples of them",
    ),
    "mode": (
        lambda: Layout((4, 8))[2],
        "mode 2 of the layout (4, 8):(1, 4) does not exist; use one of its 2 modes, counted from 0",
    ),
    "not a layout": (lambda: coalesce("4:1"), "coalesce needs a Layout and found a value of type str"),
    "profile": (
        lambda: coalesce(Layout((4, 8)), (1, 1, 1)),
        (
            "coalesce: 3 entries for the layout (4, 8):(1, 4), which has 2 modes; give one entry for "
            "each mode, or fewer"
        ),
    ),
    "tiler rank": (
        lambda: zipped_divide(Layout((4, 8)), (2, 2, 2)),
        (
            "zipped_divide: 3 entries for the layout (4, 8):(1, 4), which has 2 modes; give one entry "
            "for each mode, or fewer"
        ),
    ),
    "tiler type": (
        lambda: logical_divide(Layout((4, 8)), (2, "2")),
        (
            "logical_divide: the tiler contains a value of type str; use a Layout, an integer, None, "
            "or a tuple of these"
        ),
    ),
    "stride divisibility": (
        lambda: composition(Layout((6, 2), (8, 2)), Layout(4, 4)),
        (
            "composition: the stride of the inner mode 4:4 leaves a step of 4 in the outer mode 6:8, "
            "and neither of 4 and 6 divides the other; use a stride that divides, or a smaller extent"
        ),
    ),
    "shape divisibility": (
        lambda: composition(Layout((4, 8), (8, 1)), Layout(6)),
        (
            "composition: the inner mode 6:1 has 6 elements to place and the outer mode 4:8 holds 4, "
            "which does not divide 6; use an extent that is a multiple of 4, or at most 4"
        ),
    ),
    "carry": (
        lambda: composition(Layout((4, 8), (8, 1)), Layout((4, 4), (1, 1))),
        (
            "composition: the modes of the inner layout together reach 6 inside the outer mode 4:8, "
            "which ends at 3; use an inner layout whose modes stay inside it"
        ),
    ),
    "negative inner stride": (
        lambda: composition(Layout((4, 8), (8, 1)), Layout(4, -1)),
        (
            "composition: the inner mode 4:-1 has a negative stride and the outer layout has 2 modes "
            "after coalescing; use strides of 0 or more, or an outer layout that coalesces to one "
            "mode"
        ),
    ),
    "divide": (
        lambda: logical_divide(Layout((6, 2), (8, 2)), 4),
        (
            "(6, 2):(8, 2) divided by 4:1: composition: the stride of the inner mode 3:4 leaves a "
            "step of 4 in the outer mode 6:8, and neither of 4 and 6 divides the other; use a stride "
            "that divides, or a smaller extent"
        ),
    ),
    "product": (
        lambda: logical_product(Layout(8, 3), 4),
        (
            "8:3 repeated by 4:1: composition: the inner mode 4:1 has 4 elements to place and the "
            "outer mode 3:1 holds 3, which does not divide 4; use an extent that is a multiple of 3, "
            "or at most 3"
        ),
    ),
    "overlap": (
        lambda: complement(Layout((4, 2), (1, 2)), 24),
        (
            "complement: the stride of mode 2:2 is below 4, the extent times the stride of the mode "
            "before it in order of strides; use a layout whose modes do not overlap"
        ),
    ),
    "negative stride": (
        lambda: complement(Layout(4, -1), 24),
        "complement: the mode 4:-1 has a negative stride; use strides of 0 or more",
    ),
    "cotarget": (lambda: complement(Layout(4), 0), "complement: the cotarget 0 has size 0; use 1 or more"),
    "no left inverse": (
        lambda: left_inverse(Layout((2, 2, 2), (2, 4, 9))),
        (
            "left_inverse: the stride of mode 2:9 is not a multiple of 4, the stride before it; use "
            "strides that divide each other"
        ),
    ),
    "select": (
        lambda: select(Layout((4, 8)), ((0, 1),)),
        "select: the modes are ((0, 1),); give a flat tuple of mode numbers, such as (1, 0)",
    ),
    "slice": (
        lambda: slice_((None, 1, 2), Layout((4, 8))),
        (
            "coordinate has 3 entries and the shape (4, 8) has 2 modes; give one entry for each mode, "
            "or one integer for the whole shape"
        ),
    ),
    "upcast": (
        lambda: upcast(Layout((4, 8), (1, 6)), 4),
        (
            "upcast: the stride of mode 8:6 neither divides 4 nor is a multiple of it; use a count "
            "that fits the strides"
        ),
    ),
    "downcast": (
        lambda: downcast(Layout(4, 2), 2),
        "downcast: no mode of 4:2 has stride 1; elements must be adjacent to be split",
    ),
    "recast": (
        lambda: recast(Layout(4), 8, 12),
        "recast: 8 bits and 12 bits; use widths of which one divides the other",
    ),
    "swizzle field": (lambda: Swizzle(3, -1, 3), "Swizzle: base is -1; use an integer from 0 to 32"),
    "swizzle overlap": (
        lambda: Swizzle(3, 0, 2),
        "Sw<3,0,2> reads the bits that it changes; use a shift of at least 3",
    ),
    "composed": (
        lambda: ComposedLayout(Layout(4), 0, Layout(4)),
        "ComposedLayout: outer is a value of type Layout; use a Swizzle",
    ),
    "swizzle of a tiler": (
        lambda: composition(Swizzle(3, 0, 3), 4),
        "composition with a swizzle needs a Layout and found 4",
    ),
    "too many cells": (
        lambda: to_text(Layout((64, 65))),
        "drawing: the layout (64, 65):(1, 64) has 4160 cells, more than 4096; draw one tile of it",
    ),
    "threads": (
        lambda: to_svg(Layout((4, 8)), threads=Layout(4)),
        (
            "to_svg: threads 4:1 has 4 coordinates and the layout (4, 8):(1, 4) has 32; give the "
            "thread of each coordinate"
        ),
    ),
    "banks": (lambda: to_svg(Layout((4, 8)), banks=0), "to_svg: banks is 0; use an integer from 1 to 1024"),
}


@pytest.mark.parametrize("name", WRONG)
def test_error_text(name):
    attempt, expected = WRONG[name]
    with pytest.raises(LayoutError) as raised:
        attempt()
    assert str(raised.value) == expected


HOSTILE = [
    doubled(1, 30),
    doubled((), 30),
    nested(1, 100_000),
    (1,) * 1_000_000,
    10**5000,
    2**63,
    "4",
    None,
    -1,
    1.5,
    (),
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_are_refused_at_once(value):
    started = time.monotonic()
    for name in weft.layout.__all__:
        operation = getattr(weft.layout, name)
        for arguments in [(value,), (Layout((4, 8)), value), (value, Layout((4, 8))), (value, value)]:
            try:
                operation(*arguments)
            except (LayoutError, TypeError) as error:
                assert isinstance(error, LayoutError) or "argument" in str(error) or "callable" in str(error)
    assert time.monotonic() - started < 2


def test_sizes_cost_nothing():
    started = time.monotonic()
    layout = Layout((2**20, 2**20, 2**20), (2**20, 1, 2**40))
    for operation in (coalesce, complement, weft.layout.right_inverse, weft.layout.left_inverse):
        operation(layout)
    logical_product(Layout(2**30), 2**30)
    zipped_divide(layout, (2**10, 2**10))
    assert time.monotonic() - started < 1
