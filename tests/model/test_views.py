"""Views in kernels: what is wrong with one, and what each gives, against NumPy."""

import numpy as np
import pytest
import weft
from annotations import check
from weft import Tensor, f32
from weft.dims import M, N


def test_wrong_views():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            i, j = weft.index(y)
            row = x[i:]
                # ^^^^^ wrong-rank: `x` has 2 axes (M, N) and is given 1 index: write `x[i, j]`
            part = x[i, -2:]
                      # ^^^ out-of-bounds: a slice bound of -2 is negative; a kernel counts from 0: write `extent - 2`
            half = x[i, ::j]
                      # ^^^ static-required: the step of a slice is a number of at least 1 known at compile time; found index
            bound = x[i, 0.5:]
                       # ^^^^ index-dtype: a slice is bounded by integers; found float = 0.5: convert it
            odd = x.vector(3)
                         # ^ static-required: a vector has 2, 4, 8 or 16 elements; found 3: use one of them
            late = x.vector(4).T
                 # ^^^^^^^^^^^^^ vector-view: `x` is read in vectors here: change its axes first, then `.vector(...)`
            twice = x.permute(0, 0)
                  # ^^^^^^^^^^^^^^^ wrong-rank: `permute` names each axis of `x` once, 0 to 1; found (0, 0): correct it
            flat = x.reshape(7, N)
                 # ^^^^^^^^^^^^^^^ reshape: Tensor f32 (M, N) global is no view of shape (7, N): use extents that it has, or fixed ones that divide one another
            wide = x.broadcast(M)
                 # ^^^^^^^^^^^^^^ broadcast: Tensor f32 (M, N) global cannot be broadcast to M: from the last axis on, extents are the same or 1
            y[i, :] = 1.0
          # ^^^^^^^ unsupported: assigning to a slice cannot be used in a kernel: write `weft.copy(view, other)`, or loop over the elements
            x.broadcast(2, M, N)[0, i, j] = 1.0
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write-broadcast: `x` is broadcast here, so several elements are one in memory: write to the tensor itself
    """)


def test_shares_must_divide():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            tile = weft.shared(f32, (8, 6))
            mine = tile.distribute((4, 4), weft.thread_idx.x)
                                 # ^^^^^^ distribute: Tensor f32 (8, 6):(6, 1) shared cannot be shared by (4, 4) threads: use numbers that divide its extents
            y[0] = mine[0, 0]
    """)


@weft.kernel
def rows(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x[i, :][j]


@weft.kernel
def neighbours(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    around = x[i, j - 1 : j + 2]
    y[i, j] = around[0] + around[1] + around[2]


@weft.kernel
def every_second(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x[:, 1::2][i, j]


@weft.kernel
def in_vectors(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y.vector(4))
    y.vector(4)[i, j] = 2.0 * x.vector(4)[i, j] + 1.0


@weft.kernel
def other_order(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x.T[j, i] + x.permute(1, 0)[j, i]


@weft.kernel
def through_shapes(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    box = weft.local(f32, (4, 6))
    for k in range(24):
        box[k // 6, k % 6] = x[i, j] * k
    flat = box.reshape(24)
    y[i, j] = flat[23] + box.reshape(2, 2, 6)[1, 0, 5] + box.reshape(4, 2, 3)[1, 1, 2]


@weft.kernel
def repeated(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x.broadcast(3, M, N)[2, i, j]


@weft.kernel
def outside(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x[i + 1, :][j] + x[i - 1, :][j]


def _shifted(x: np.ndarray, by: int, axis: int) -> np.ndarray:
    index = np.arange(x.shape[axis]) + by
    inside = (index >= 0) & (index < x.shape[axis])
    taken = np.take(x, np.clip(index, 0, x.shape[axis] - 1), axis)
    return taken * np.expand_dims(inside, 1 - axis)


def _every_second(x: np.ndarray) -> np.ndarray:
    expected = np.zeros_like(x)
    half = x[:, 1::2]
    expected[:, : half.shape[1]] = half
    return expected


CASES = {
    rows: lambda x: x,
    neighbours: lambda x: _shifted(x, -1, 1) + x + _shifted(x, 1, 1),
    every_second: _every_second,
    in_vectors: lambda x: 2 * x + 1,
    other_order: lambda x: 2 * x,
    through_shapes: lambda x: x * 23 + x * 17 + x * 11,
    repeated: lambda x: x,
    outside: lambda x: _shifted(x, 1, 0) + _shifted(x, -1, 0),
}


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
@pytest.mark.parametrize("shape", [(7, 9), (4, 16), (1, 1)], ids=str)
def test_what_views_give(kernel: weft.Kernel, shape: tuple[int, int]):
    x = np.random.default_rng(0).random(shape, dtype=np.float32)
    y = np.full_like(x, -1)
    kernel(x, y)
    np.testing.assert_allclose(y, CASES[kernel](x), rtol=1e-5)


@weft.kernel
def shares(x: Tensor[f32, 8, 12], y: Tensor[f32, 8, 12]):
    i, j = weft.tile_index((4, 3), (4, 3))
    thread = i * 3 + j
    mine, there = x.distribute((4, 3), thread), y.distribute((4, 3), thread)
    for row in weft.static_range(2):
        for col in weft.static_range(4):
            there[row, col] = mine[row, col] + thread


def test_every_element_is_the_share_of_one_thread():
    x = np.random.default_rng(0).random((8, 12), dtype=np.float32)
    y = np.empty_like(x)
    shares(x, y)
    rows, cols = np.indices(x.shape)
    np.testing.assert_allclose(y, x + rows % 4 * 3 + cols % 3, rtol=1e-6)


COLUMNS_FIRST = weft.Layout((4, 3), (1, 4))


@weft.kernel
def shares_of_a_layout(x: Tensor[f32, 8, 12], y: Tensor[f32, 8, 12]):
    i, j = weft.tile_index((4, 3), (4, 3))
    thread = i * 3 + j
    mine = x.distribute(COLUMNS_FIRST, thread, values=(1, 2))
    there = y.distribute(COLUMNS_FIRST, thread, values=(1, 2))
    for row in weft.static_range(2):
        for col in weft.static_range(4):
            there[row, col] = mine[row, col] + thread


def test_shares_of_a_layout_of_threads_and_values():
    x = np.random.default_rng(0).random((8, 12), dtype=np.float32)
    y = np.empty_like(x)
    shares_of_a_layout(x, y)
    rows, cols = np.indices(x.shape)
    np.testing.assert_allclose(y, x + rows % 4 + cols // 2 % 3 * 4, rtol=1e-6)


@weft.kernel
def shares_of_any_size(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.tile_index((4, 8), (4, 8))
    thread = i * 8 + j
    mine, there = (
        x.distribute((4, 8), thread, values=(2, 4)),
        y.distribute((4, 8), thread, values=(2, 4)),
    )
    for row in range(mine.shape[0][0] * mine.shape[0][1]):
        for col in range(mine.shape[1][0] * mine.shape[1][1]):
            there[row, col] = mine[row, col] * 2 + thread


@pytest.mark.parametrize("shape", [(8, 32), (16, 64), (13, 37), (1, 3), (40, 5)])
def test_shares_at_ragged_edges(shape: tuple[int, int]):
    x = np.random.default_rng(0).random(shape, dtype=np.float32)
    y = np.full_like(x, -1)
    shares_of_any_size(x, y)
    rows, cols = np.indices(x.shape)
    np.testing.assert_allclose(y, x * 2 + rows // 2 % 4 * 8 + cols // 4 % 8, rtol=1e-6)


@weft.kernel
def shares_of_tiles(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j, thread = weft.tile_index((weft.ceil_div(M, 8), weft.ceil_div(N, 16), 32), (1, 1, 32))
    mine = x.tile((8, 16), (i, j)).distribute((8, 4), thread, values=(1, 4))
    there = y.tile((8, 16), (i, j)).distribute((8, 4), thread, values=(1, 4))
    for col in weft.static_range(4):
        there[0, col] = mine[0, col] + thread


@pytest.mark.parametrize("shape", [(8, 16), (16, 64), (13, 37), (1, 3)])
def test_shares_of_tiles(shape: tuple[int, int]):
    x = np.random.default_rng(0).random(shape, dtype=np.float32)
    y = np.full_like(x, -1)
    shares_of_tiles(x, y)
    rows, cols = np.indices(x.shape)
    np.testing.assert_allclose(y, x + rows % 8 * 4 + cols % 16 // 4, rtol=1e-6)


@weft.kernel
def shares_in_vectors(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j, thread = weft.tile_index((weft.ceil_div(M, 8), weft.ceil_div(N, 16), 32), (1, 1, 32))
    mine = x.tile((8, 16), (i, j)).distribute((8, 4), thread, values=(1, 4))
    there = y.tile((8, 16), (i, j)).distribute((8, 4), thread, values=(1, 4))
    there.vector(4)[0, 0] = mine.vector(4)[0, 0] + thread


def test_a_gpu_moves_the_values_of_a_share_at_once():
    x = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    shares_in_vectors(x, y := np.zeros_like(x))
    rows, cols = np.indices(x.shape)
    np.testing.assert_allclose(y, x + rows % 8 * 4 + cols % 16 // 4, rtol=1e-6)
    ptx = shares_in_vectors.inspect(x, x.copy(), target="sm_90")["ptx"].text
    assert "ld.global.v4" in ptx and "st.global.v4" in ptx


def test_what_cannot_be_shared():
    check(
        """
        @weft.kernel
        def k(x: Tensor[f32, 8, 12]):
            i, j = weft.tile_index((4, 3), (4, 3))
            x.distribute(Layout((4, 3), (1, 1)), i)[0, 0] = 1.0
            #            ^^^^^^^^^^^^^^^^^^^^^^ distribute: `threads` gives each thread from 0 on one place; found (4, 3):(1, 1): use a layout of flat modes whose strides are products of the others' sizes, as (4, 8):(8, 1)
            x.distribute((4, 3), j, values=(1, 5))[0, 0] = 1.0
            #            ^^^^^^ distribute: Tensor f32 (8, 12) global cannot be shared by (4, 3) threads with (1, 5) values each: use numbers that divide its extents
            x.distribute((4, 3), j, values=(1, 2, 2))[0, 0] = 1.0
            #                              ^^^^^^^^^ wrong-rank: `x` has 2 axes (8, 12) and `values` has 3: give 2
        """
    )
