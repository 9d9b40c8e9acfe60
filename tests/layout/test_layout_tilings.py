"""Laws of divides and products, over every layout with every tiler."""

from itertools import product

import pytest
from layout_cases import LAYOUTS, PAIRS, TILINGS, attempt, is_injective, table
from weft.layout import (
    Layout,
    blocked_product,
    complement,
    composition,
    cosize,
    flat_divide,
    flat_product,
    is_compatible,
    logical_divide,
    logical_product,
    make_layout,
    raked_product,
    size,
    tiled_divide,
    tiled_product,
    zipped_divide,
    zipped_product,
)


@pytest.mark.parametrize(("layout", "tiler"), TILINGS, ids=str)
def test_divides(layout, tiler):
    logical = attempt(logical_divide, layout, tiler)
    zipped = attempt(zipped_divide, layout, tiler)
    assert (logical is None) == (zipped is None)
    if zipped is None:
        return
    assert sorted(table(logical)) == sorted(table(zipped))
    assert table(tiled_divide(layout, tiler)) == table(flat_divide(layout, tiler)) == table(zipped)
    tile = composition(layout, tiler)
    if isinstance(tiler, tuple):
        assert all(zipped[0][i] == tile[i] for i, entry in enumerate(tiler) if entry is not None)
    elif tiler is not None:
        assert zipped[0] == tile


@pytest.mark.parametrize(("layout", "tiler"), PAIRS, ids=str)
def test_a_divide_is_a_composition(layout, tiler):
    result = attempt(logical_divide, layout, tiler)
    if result is not None:
        assert result == composition(layout, make_layout(tiler, complement(tiler, size(layout))))


@pytest.mark.parametrize("count", [1, 2, 4], ids=str)
@pytest.mark.parametrize(
    "layout", [Layout(8), Layout((4, 8)), Layout((8, 4), (4, 1)), Layout((2, 2, 2), (1, 4, 2))]
)
def test_a_dividing_tiler_reaches_every_index_once(layout, count):
    for divide in (logical_divide, zipped_divide, tiled_divide, flat_divide):
        assert sorted(table(divide(layout, count))) == sorted(table(layout))


@pytest.mark.parametrize(("block", "tiler"), TILINGS, ids=str)
def test_products(block, tiler):
    logical = attempt(logical_product, block, tiler)
    zipped = attempt(zipped_product, block, tiler)
    assert (logical is None) == (zipped is None)
    if zipped is not None:
        assert sorted(table(logical)) == sorted(table(zipped))
        assert table(tiled_product(block, tiler)) == table(flat_product(block, tiler)) == table(zipped)


@pytest.mark.parametrize(("block", "tiler"), PAIRS, ids=str)
def test_a_product_repeats_the_block(block, tiler):
    result = attempt(logical_product, block, tiler)
    if result is None:
        return
    assert result[0] == block
    assert is_compatible(tiler, result[1])
    assert result[1] == composition(complement(block, size(block) * cosize(tiler)), tiler)
    if is_injective(block) and is_injective(tiler):
        assert is_injective(result)


def test_a_product_with_an_integer_repeats_it_so_often():
    for layout in filter(is_injective, LAYOUTS):
        result = attempt(logical_product, layout, 3)
        assert result is None or size(result) == 3 * size(layout)


MATRICES = [Layout((2, 5), (5, 1)), Layout((3, 4)), Layout((2, (2, 2)), (4, (2, 1)))]


@pytest.mark.parametrize(("block", "tiler"), list(product(MATRICES, MATRICES)), ids=str)
def test_blocked_and_raked_products(block, tiler):
    repeated = logical_product(block, tiler)
    blocked, raked = blocked_product(block, tiler), raked_product(block, tiler)
    for a, b, c, d in product(*(range(mode.size()) for mode in (*block, *tiler))):
        assert repeated((a, b), (c, d)) == blocked((a, c), (b, d)) == raked((c, a), (d, b))


def test_blocked_product_pads_the_shorter_layout():
    assert blocked_product(Layout(4), Layout((2, 3))) == Layout(((4, 2), (1, 3)), ((1, 4), (0, 8)))
