"""Select, slice and recast."""

import pytest
from layout_cases import LAYOUTS, attempt, is_injective, table
from weft.layout import Layout, downcast, is_congruent, recast, select, slice_, slice_and_offset, upcast

MATRIX = Layout((3, (2, 4)), (8, (4, 1)))


def test_select():
    assert select(MATRIX, (1, 0))((1, 3), 2) == MATRIX(2, (1, 3))
    assert select(MATRIX, (0,)) == Layout((3,), (8,))


@pytest.mark.parametrize(
    "coord", [(None, 5), (2, None), (2, (None, 3)), ((None), (1, None)), 17, (1, (1, 1))], ids=str
)
def test_a_slice_and_its_offset_are_a_part_of_the_table(coord):
    part, offset = slice_and_offset(coord, MATRIX)
    assert part == slice_(coord, MATRIX)
    assert {offset + index for index in table(part)} <= set(table(MATRIX))


def test_slices():
    assert slice_((None, 5), MATRIX) == Layout((3,), (8,))
    assert slice_and_offset((2, (None, 3)), MATRIX) == (Layout((2,), (4,)), 19)
    assert slice_and_offset(17, MATRIX) == (Layout((), ()), MATRIX(17))
    assert slice_(None, MATRIX) == MATRIX


@pytest.mark.parametrize("layout", [*filter(is_injective, LAYOUTS)], ids=str)
@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_recasts_keep_the_memory(layout, count):
    wide, narrow = attempt(upcast, layout, count), attempt(downcast, layout, count)
    if wide is not None:
        assert set(table(wide)) == {index // count for index in table(layout)}
    if narrow is not None:
        assert sorted(table(narrow)) == sorted(
            index * count + k for index in table(layout) for k in range(count)
        )
        assert is_congruent(narrow, layout)


def test_recast_of_halves():
    assert recast(Layout((8, 4)), 16, 32) == Layout((4, 4), (1, 4))
    assert recast(Layout((8, 4), (4, 1)), 32, 8) == Layout((8, 16), (16, 1))
    assert recast(Layout(8), 16, 16) == Layout(8)
