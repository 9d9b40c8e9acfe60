import pickle

import pytest
from layout_cases import LAYOUTS, table
from weft.layout import Layout, cosize, crd2idx, depth, flatten, idx2crd, make_layout, rank, size


def test_stride_defaults_to_leftmost_fastest():
    assert Layout((4, (2, 3))) == Layout((4, (2, 3)), (1, (4, 8)))


def test_row_major():
    assert Layout.row_major((4, (2, 3))) == Layout((4, (2, 3)), (6, (3, 1)))


def test_text():
    assert str(Layout.row_major((4, 8))) == "(4, 8):(8, 1)"
    assert repr(Layout.row_major((4, 8))) == "Layout((4, 8), (8, 1))"
    assert str(Layout(4)) == "4:1"


def test_coordinates_of_all_forms():
    layout = Layout((3, (2, 4)), (1, (12, 3)))
    assert layout(2, (1, 3)) == layout((2, (1, 3))) == layout(2, 7) == layout(23) == 23


def test_a_coordinate_past_the_end_continues_in_the_last_mode():
    assert Layout((4, 2), (1, 10))(9) == 21


def test_modes():
    layout = Layout((4, (2, 3)))
    assert layout[1] == layout[-1] == Layout((2, 3), (4, 8))
    assert (len(layout), layout.rank, layout.depth) == (2, 2, 2)
    assert Layout(4)[0] == Layout(4)


def test_layouts_are_values():
    assert len({Layout(4), Layout(4, 1), Layout((4,))}) == 2
    assert pickle.loads(pickle.dumps(Layout((4, 8)))) == Layout((4, 8))
    assert Layout(())


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_measures(layout):
    assert size(layout) == layout.size() == size(layout.shape) == len(table(layout))
    assert cosize(layout) == layout.cosize() == max(table(layout)) + 1
    assert rank(layout) == rank(layout.shape) == len(list(layout))
    assert depth(layout) == depth(layout.shape)


def test_cosize_spans_negative_strides():
    assert cosize(Layout((4, 2), (-1, 8))) == 12


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_coordinates_and_indices_undo_each_other(layout):
    for i in range(size(layout)):
        coord = idx2crd(i, layout.shape)
        assert crd2idx(coord, layout.shape) == i
        assert layout(coord) == crd2idx(coord, layout.shape, layout.stride) == layout(i)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_layout_is_its_modes(layout):
    if isinstance(layout.shape, tuple):
        assert make_layout(*layout) == layout
    assert table(flatten(layout)) == table(layout)


def test_flatten_shapes():
    assert flatten((4, (2, (3,)))) == (4, 2, 3)
    assert flatten(4) == (4,)
