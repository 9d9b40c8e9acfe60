import pytest
from layout_cases import table
from weft.layout import (
    ComposedLayout,
    Layout,
    Swizzle,
    coalesce,
    composition,
    cosize,
    logical_divide,
    size,
    slice_,
    slice_and_offset,
    zipped_divide,
)

SWIZZLES = [
    Swizzle(0, 4, 3),
    Swizzle(1, 0, 1),
    Swizzle(2, 1, 3),
    Swizzle(3, 0, 3),
    Swizzle(2, 1, -3),
    Swizzle(3, 4, 3),
]
ROWS = Layout.row_major((8, 8))


@pytest.mark.parametrize("swizzle", SWIZZLES, ids=str)
def test_a_swizzle_is_its_own_inverse_and_a_permutation(swizzle):
    indices = [swizzle(i) for i in range(swizzle.size())]
    assert sorted(indices) == list(range(swizzle.size()))
    assert [swizzle(i) for i in indices] == list(range(swizzle.size()))


@pytest.mark.parametrize("swizzle", SWIZZLES, ids=str)
def test_laws_of_a_swizzled_layout(swizzle):
    swizzled = composition(swizzle, ROWS)
    assert table(swizzled) == [swizzle(i) for i in table(ROWS)]
    assert size(swizzled) == size(ROWS)
    assert max(table(swizzled)) < cosize(swizzled)
    assert table(coalesce(swizzled)) == table(swizzled)


@pytest.mark.parametrize("operation", [composition, logical_divide, zipped_divide])
def test_operations_go_through_to_the_inner_layout(operation):
    swizzled = ComposedLayout(Swizzle(3, 0, 3), 16, ROWS)
    assert operation(swizzled, (2, 4)) == ComposedLayout(Swizzle(3, 0, 3), 16, operation(ROWS, (2, 4)))


def test_a_mode_is_swizzled_too():
    swizzled = composition(Swizzle(3, 0, 3), ROWS)
    assert list(swizzled) == [swizzled[0], swizzled[1]]
    assert table(swizzled[0]) == [swizzled(row, 0) for row in range(8)]


def test_a_slice_keeps_its_offset_inside():
    swizzled = composition(Swizzle(3, 0, 3), ROWS)
    part, offset = slice_and_offset((3, None), swizzled)
    assert offset == 0
    assert part == slice_((3, None), swizzled)
    assert table(part) == [swizzled(3, column) for column in range(8)]
