"""Examples that CuTe's documentation works out by hand."""

import pytest
from layout_cases import table
from weft.layout import (
    Layout,
    Swizzle,
    blocked_product,
    coalesce,
    complement,
    composition,
    flat_divide,
    left_inverse,
    logical_divide,
    logical_product,
    raked_product,
    tiled_divide,
    zipped_divide,
)


def test_coalesce():
    layout = Layout((2, (1, 6)), (1, (6, 2)))
    assert coalesce(layout) == Layout(12, 1)
    assert coalesce(layout, (1, 1)) == Layout((2, 6), (1, 2))


def test_composition():
    assert composition(Layout((6, 2), (8, 2)), Layout((4, 3), (3, 1))) == Layout(((2, 2), 3), ((24, 2), 8))
    assert composition(Layout(20, 2), Layout((5, 4), (4, 1))) == Layout((5, 4), (8, 2))
    assert composition(Layout((10, 2), (16, 4)), Layout((5, 4))) == Layout((5, (2, 2)), (16, (80, 4)))


def test_composition_divides_strides_and_cuts_shapes():
    outer = Layout((3, 6, 2, 8), (1000, 100, 10, 1))
    assert composition(outer, Layout(16, 9)) == Layout((2, 2, 4), (300, 10, 1))
    assert composition(outer, Layout(4, 72)) == Layout(4, 2)


def test_composition_by_mode():
    layout = Layout((12, (4, 8)), (59, (13, 1)))
    assert composition(layout, (Layout(3, 4), Layout(8, 2))) == Layout((3, (2, 4)), (236, (26, 1)))
    assert composition(layout, (3, 8)) == Layout((3, (4, 2)), (59, (13, 1)))


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Layout(4), Layout(6, 4)),
        (Layout(6, 4), Layout(4, 1)),
        (Layout((4, 6)), Layout(1, 0)),
        (Layout(4, 2), Layout((2, 3), (1, 8))),
        (Layout((2, 4), (1, 6)), Layout(3, 2)),
        (Layout((2, 2), (1, 6)), Layout((3, 2), (2, 12))),
    ],
    ids=str,
)
def test_complement_in_24(layout, expected):
    assert complement(layout, 24) == expected
    assert complement(layout, (4, 6)) == expected


def test_left_inverse_of_strides_with_gaps():
    assert table(left_inverse(Layout((4, 2), (1, 5)))) == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8]


def test_divide_of_a_vector():
    result = logical_divide(Layout((4, 2, 3), (2, 1, 8)), Layout(4, 2))
    assert result == Layout(((2, 2), (2, 3)), ((4, 1), (2, 8)))


MATRIX = Layout((9, (4, 8)), (59, (13, 1)))
TILER = (Layout(3, 3), Layout((2, 4), (1, 8)))


def test_divides_of_a_matrix():
    tile, rest = Layout((3, (2, 4)), (177, (13, 2))), Layout((3, (2, 2)), (59, (26, 1)))
    logical = logical_divide(MATRIX, TILER)
    assert [mode[0] for mode in logical] == list(tile)
    assert [mode[1] for mode in logical] == list(rest)
    assert list(zipped_divide(MATRIX, TILER)) == [tile, rest]
    assert list(tiled_divide(MATRIX, TILER)) == [tile, *rest]
    assert list(flat_divide(MATRIX, TILER)) == [*tile, *rest]


def test_product_of_a_vector():
    block = Layout((2, 2), (4, 1))
    assert logical_product(block, Layout(6)) == Layout(((2, 2), (2, 3)), ((4, 1), (2, 8)))
    assert logical_product(block, 6) == logical_product(block, Layout(6))


def test_blocked_and_raked_products_of_a_matrix():
    block, tiler = Layout.row_major((2, 5)), Layout((3, 4))
    assert blocked_product(block, tiler) == Layout(((2, 3), (5, 4)), ((5, 10), (1, 30)))
    assert raked_product(block, tiler) == Layout(((3, 2), (4, 5)), ((10, 5), (30, 1)))


def test_swizzle_of_eight_rows():
    swizzled = composition(Swizzle(3, 0, 3), Layout.row_major((8, 8)))
    assert [swizzled(row, 0) for row in range(8)] == [0, 9, 18, 27, 36, 45, 54, 63]
    assert str(swizzled) == "Sw<3,0,3> o 0 o (8, 8):(8, 1)"
