"""The layouts that every law is checked on, and how to look at a layout as a function."""

from itertools import product

from hypothesis import strategies as st
from weft.layout import Layout, LayoutError, size

LAYOUTS = [
    Layout(1),
    Layout(1, 7),
    Layout(()),
    Layout(8),
    Layout(8, 3),
    Layout(4, 0),
    Layout((4, 8)),
    Layout((4, 8), (8, 1)),
    Layout((4, 8), (1, 8)),
    Layout((6, 2), (8, 2)),
    Layout((2, (1, 6)), (1, (6, 2))),
    Layout((4, 2, 3), (2, 1, 8)),
    Layout((4, 1, 2), (2, 5, 1)),
    Layout(((2, 2), (2, 2)), ((1, 4), (8, 2))),
    Layout((((2,), 3), (4,)), (((12,), 4), (1,))),
    Layout((4, 3), (1, 0)),
    Layout((4, 4), (1, 1)),
    Layout((2, 3), (5, 1)),
    Layout((4, 6), (1, 6)),
]
PAIRS = list(product(LAYOUTS, LAYOUTS))
TILERS = [
    None,
    2,
    4,
    Layout(2, 2),
    Layout(4, 2),
    Layout((2, 2)),
    Layout((2, 2), (2, 1)),
    (2,),
    (2, 2),
    (None, 4),
]
TILINGS = list(product(LAYOUTS, TILERS))

extents = st.sampled_from([1, 2, 3, 4, 6, 8])
strides = st.sampled_from([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
flat_layouts = st.lists(st.tuples(extents, strides), min_size=1, max_size=4).map(
    lambda modes: Layout(tuple(s for s, _ in modes), tuple(d for _, d in modes))
)
nested_layouts = flat_layouts.map(
    lambda flat: Layout((flat.shape[0], flat.shape[1:]), (flat.stride[0], flat.stride[1:]))
)
any_layout = st.one_of(flat_layouts, nested_layouts)


def table(layout):
    return [layout(i) for i in range(size(layout))]


def is_injective(layout):
    return len(set(table(layout))) == size(layout)


def attempt(operation, *arguments):
    """The result, or None where the operation refuses these arguments."""
    try:
        return operation(*arguments)
    except LayoutError:
        return None
