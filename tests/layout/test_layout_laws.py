from itertools import pairwise

import pytest
from hypothesis import given, settings
from layout_cases import LAYOUTS, PAIRS, TILINGS, any_layout, attempt, is_injective, table
from weft.layout import (
    Layout,
    coalesce,
    complement,
    composition,
    cosize,
    crd2idx,
    depth,
    filter,
    filter_zeros,
    flatten,
    is_compatible,
    left_inverse,
    make_layout,
    right_inverse,
    size,
)


def check_coalesce(layout):
    result = coalesce(layout)
    assert table(result) == table(layout)
    assert depth(result) <= 1
    assert coalesce(result) == result


def check_filter(layout):
    assert set(table(filter_zeros(layout))) == set(table(layout)) == set(table(filter(layout)))


def check_composition(outer, inner):
    result = attempt(composition, outer, inner)
    if result is not None:
        assert is_compatible(inner, result)
        assert all(result(i) == outer(inner(i)) for i in range(size(inner)) if inner(i) < size(outer))


def check_complement(layout, cotarget):
    result = attempt(complement, layout, cotarget)
    if result is not None:
        assert table(result) == sorted(set(table(result)))
        both = make_layout(filter(layout), result)
        assert is_injective(both)
        if strides_divide(layout):
            assert size(both) == cosize(both) >= cotarget


def strides_divide(layout):
    """Whether each stride is a multiple of the extent times the stride before it."""
    flat = zip(flatten(layout.stride), flatten(layout.shape), strict=True)
    moving = sorted((stride, extent) for stride, extent in flat if stride and extent > 1)
    return all(after[0] % (before[0] * before[1]) == 0 for before, after in pairwise(moving))


def check_right_inverse(layout):
    result = right_inverse(layout)
    assert [layout(result(i)) for i in range(size(result))] == list(range(size(result)))


def check_left_inverse(layout):
    result = attempt(left_inverse, layout)
    if result is not None:
        assert all(layout(result(i)) == i for i in table(layout))
        if is_injective(layout):
            assert [result(i) for i in table(layout)] == list(range(size(layout)))


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_laws_of_one_layout(layout):
    check_coalesce(layout)
    check_filter(layout)
    check_complement(layout, 1)
    check_complement(layout, 100)
    check_right_inverse(layout)
    check_left_inverse(layout)


@pytest.mark.parametrize(("outer", "inner"), PAIRS, ids=str)
def test_laws_of_two_layouts(outer, inner):
    check_composition(outer, inner)


@settings(deadline=None)  # how long a law takes says nothing of it
@given(any_layout)
def test_laws_of_any_layout(layout):
    check_coalesce(layout)
    check_filter(layout)
    check_complement(layout, 96)
    check_right_inverse(layout)
    check_left_inverse(layout)


@given(any_layout, any_layout)
def test_laws_of_any_two_layouts(outer, inner):
    check_composition(outer, inner)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_composition_with_the_identity(layout):
    assert table(composition(layout, Layout(size(layout)))) == table(layout)
    assert table(composition(Layout(cosize(layout)), layout)) == table(layout)


def test_coalesce_by_profile():
    layout = Layout((2, (1, 6), 3), (1, (6, 2), 0))
    assert coalesce(layout, (1, 1)) == Layout((2, 6, 3), (1, 2, 0))
    assert coalesce(layout, 1) == coalesce(layout) == layout.coalesce()


@pytest.mark.parametrize(("layout", "tiler"), TILINGS, ids=str)
def test_composition_by_mode(layout, tiler):
    result = attempt(composition, layout, tiler)
    if result is not None and isinstance(tiler, tuple):
        assert [result[i] for i in range(len(tiler))] == list(map(composition, layout, tiler))
        assert [result[i] for i in range(len(tiler), layout.rank)] == list(layout)[len(tiler) :]


def test_compatible_shapes_take_the_same_coordinates():
    assert is_compatible(24, (4, 6)) and is_compatible((4, 6), ((2, 2), 6))
    assert not is_compatible((4, 6), 24) and not is_compatible((4, 6), (6, 4))
    assert crd2idx((3, 5), (4, 6)) == crd2idx((3, 5), ((2, 2), 6))
