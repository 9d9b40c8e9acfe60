"""Copies of views and products of warps: what is wrong with one, and what each gives, against NumPy."""

import ml_dtypes
import numpy as np
import weft
from annotations import check
from weft import Tensor, bf16, f16, f32
from weft.dims import M, N


def test_wrong_copies():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            row, col = weft.tile_index((16, 16), (16, 16))
            tile = weft.shared(f32, (16, 16))
            halves = weft.shared(f16, (16, 16))
            weft.copy_async(y, x.tile((16, 16), (0, 0)))
                          # ^ copy-async-space: `dst` of `copy_async` lies in shared memory; found Tensor f32 (M, N) global: use `weft.copy`
            weft.copy(tile, x)
          # ^^^^^^^^^^^^^^^^^^ copy-shape: `copy` copies between views of one dtype and one shape known at compile time; found Tensor f32 (M, N) global to Tensor f32 (16, 16):(16, 1) shared: take tiles of one shape
            weft.copy(halves, tile)
          # ^^^^^^^^^^^^^^^^^^^^^^^ copy-shape: `copy` copies between views of one dtype and one shape known at compile time; found Tensor f32 (16, 16):(16, 1) shared to Tensor f16 (16, 16):(16, 1) shared: take tiles of one shape
            weft.copy_async(tile, x.tile((16, 16), (0, 0)), bytes_per_thread=5)
                                                                           # ^ static-required: a thread copies 4, 8 or 16 bytes at a time; found int = 5: use one of them
            weft.wait_async(row)
                          # ^^^ static-required: `groups` is a number from 0 to 31 known at compile time; found index: write it out
            y[row, col] = tile[row, col]
    """)


def test_wrong_products_of_warpgroups():
    check("""
        @weft.kernel
        def k(x: Tensor[bf16, M, N], y: Tensor[f32, M, N]):
            thread = weft.tile_index(128, 128)
            a, b = weft.shared(bf16, (64, 64)), weft.shared(bf16, (64, 32))
            halves = weft.shared(f16, (64, 64))
            weft.copy(a, x.tile((64, 64), (0, 0)))
            weft.copy(b, x.tile((64, 32), (0, 0)))
            weft.barrier()
            total = weft.accumulator(16, 32)
            c = weft.warpgroup_mma(x, b, total)
                                 # ^ mma-space: `warpgroup_mma` loads from shared memory; found Tensor bf16 (M, N) global: copy the tile there first
            d = weft.warpgroup_mma(halves, b, total)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mma-dtype: `a` is of `f16` and `b` of `bf16`: use factors of one dtype
            e = weft.warpgroup_mma(a, b, weft.accumulator(64, 32))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mma-shape: views (64, 64) and (64, 32) and an accumulator (64, 32) are no product of a warpgroup: use (64, K), (K, N) and (16, N), N at most 256
            weft.store_fragment(y.tile((16, 32), (thread // 32, 0)), total)
    """)


def test_all_threads_of_a_block_come_to_the_product_of_a_warpgroup():
    check("""
        @weft.kernel
        def k(x: Tensor[bf16, M, N], y: Tensor[f32, M, N]):
            thread = weft.tile_index(128, 128)
            a, b = weft.shared(bf16, (64, 64)), weft.shared(bf16, (64, 32))
            weft.copy(a, x.tile((64, 64), (0, 0)))
            weft.copy(b, x.tile((64, 32), (0, 0)))
            weft.barrier()
            total = weft.accumulator(16, 32)
            if thread < 64:
                total = weft.warpgroup_mma(a, b, total)
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warp-operation-in-divergent-flow: not every thread of the block reaches this product: the condition 1 line above differs between threads; move the product out of the branch
            weft.store_fragment(y.tile((16, 32), (thread // 32, 0)), total)
    """)


def test_a_warpgroup_needs_whole_groups_of_warps():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, M, N]):
            thread = weft.tile_index(96, 96)
            a, b = weft.shared(bf16, (64, 64)), weft.shared(bf16, (64, 32))
            total = weft.warpgroup_mma(a, b, weft.accumulator(16, 32))
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ launch-block: `warpgroup_mma` works in groups of four warps, so a block has a multiple of 128 threads; this one has 96: use 128
            weft.store_fragment(y.tile((16, 32), (thread // 32, 0)), total)

        @weft.kernel
        def free(y: Tensor[bf16, M, N]):
            a, b = weft.shared(bf16, (64, 64)), weft.shared(bf16, (64, 32))
            weft.copy(a, y.tile((64, 64), (0, 0)))
            weft.copy(b, y.tile((64, 32), (0, 0)))
            weft.barrier()
            total = weft.warpgroup_mma(a, b, weft.accumulator(16, 32))
            weft.store_fragment(y.tile((16, 32), (weft.warp_id, 0)), total)

        free[1, 96](y)
              # ^^ launch-block: `free` works in groups of four warps, so a block has a multiple of 128 threads; this one has 96: use 128
    """)


def test_wrong_fragments():
    check("""
        @weft.kernel
        def k(x: Tensor[bf16, M, N], y: Tensor[f32, M, N]):
            thread = weft.tile_index(32, 32)
            floats = weft.shared(f32, (16, 16))
            tile = weft.shared(bf16, (16, 24))
            halves = weft.shared(f16, (16, 16))
            bits = weft.shared(bf16, (16, 16))
            weft.copy(bits, x.tile((16, 16), (0, 0)))
            weft.copy(halves, bits)
          # ^^^^^^^^^^^^^^^^^^^^^^^ copy-shape: `copy` copies between views of one dtype and one shape known at compile time; found Tensor bf16 (16, 16):(16, 1) shared to Tensor f16 (16, 16):(16, 1) shared: take tiles of one shape
            a = weft.fragment_a(floats)
                              # ^^^^^^ mma-dtype: factors are of `f16` or `bf16`; found Tensor f32 (16, 16):(16, 1) shared: use one of them
            b = weft.fragment_b(x)
                              # ^ mma-space: `fragment_b` loads from shared memory; found Tensor bf16 (M, N) global: copy the tile there first
            c = weft.fragment_a(tile)
                              # ^^^^ mma-shape: `fragment_a` loads a view of two axes, multiples of 16 known at compile time; found Tensor bf16 (16, 24):(24, 1) shared: take such a tile
            d = weft.accumulator(8, 8)
              # ^^^^^^^^^^^^^^^^^^^^^^ mma-shape: an accumulator has a multiple of 16 rows and a multiple of 8 columns, or 1, known at compile time; found int = 8 and int = 8: use such sizes
            left, right = weft.fragment_a(halves), weft.fragment_b(bits)
            e = weft.mma(left, right, weft.accumulator(16, 16))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mma-dtype: `a` is of `f16` and `b` of `bf16`: use factors of one dtype
            f = weft.mma(weft.fragment_a(bits), right, weft.accumulator(16, 8))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mma-shape: fragments (16, 16) and (16, 16) do not multiply into (16, 8): use (M, K), (K, N) and (M, N)
            g = weft.mma(right, left, weft.accumulator(16, 16))
                       # ^^^^^ mma-shape: `a` of `mma` is a fragment, the left factor; found right factor bf16 (16, 16) of a warp: make it with `weft.fragment_a`
                              # ^^^^ mma-shape: `b` of `mma` is a fragment, the right factor; found left factor f16 (16, 16) of a warp: make it with `weft.fragment_b`
            weft.store_fragment(y, weft.accumulator(16, 16))
                              # ^ mma-shape: an accumulator of (16, 16) is stored to a view of that shape; found Tensor f32 (M, N) global
    """)


@weft.kernel
def product_in_halves(a: Tensor[f16, 32, 48], b: Tensor[f16, 48, 16], c: Tensor[f32, 32, 16]):
    weft.tile_index(32, 32)
    left = weft.shared(f16, (32, 48))
    right = weft.shared(f16, (48, 16))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.accumulator(32, 16)
    for k in range(3):
        part = weft.fragment_a(left.tile((32, 16), (0, k)))
        total = weft.mma(part, weft.fragment_b(right.tile((16, 16), (k, 0))), total)
    weft.store_fragment(c, total)


@weft.kernel
def product_by_columns(a: Tensor[bf16, M, 32], b: Tensor[bf16, N, 32], c: Tensor[bf16, M, N]):
    """`a @ b.T` and an epilogue that knows its coordinates; M and N may end inside of a tile."""
    row, col, _ = weft.tile_index((weft.ceil_div(M, 16), weft.ceil_div(N, 16), 32), (1, 1, 32))
    left = weft.shared(bf16, (16, 32), swizzle=(2, 3, 3))
    right = weft.shared(bf16, (16, 32), swizzle=(2, 3, 3))
    weft.copy_async(left, a.tile((16, 32), (row, 0)))
    weft.commit_async()
    weft.copy_async(right, b.tile((16, 32), (col, 0)), bytes_per_thread=8)
    weft.commit_async()
    weft.wait_async()
    weft.barrier()
    total = weft.mma(weft.fragment_a(left), weft.fragment_b(right.T), weft.accumulator(16, 16))
    total = total * 2.0
    there = c.tile((16, 16), (row, col))
    for k in weft.static_range(8):
        i, j = weft.fragment_index(total, k)
        there[i, j] = total[k] + i - j


@weft.kernel
def three_factors(a: Tensor[f16, 16, 16], b: Tensor[f16, 16, 16], c: Tensor[f32, 16, 16]):
    weft.tile_index(32, 32)
    left, right = weft.shared(f16, (16, 16)), weft.shared(f16, (16, 16))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    factor = weft.fragment_b(right)
    first = weft.mma(weft.fragment_a(left), factor, weft.accumulator(16, 16))
    weft.store_fragment(c, weft.mma(weft.as_fragment_a(first, f16), factor, weft.accumulator(16, 16)))


def integers(shape: tuple[int, int], dtype: object) -> np.ndarray:
    """Small whole numbers, so that every product is exact."""
    return np.random.default_rng(sum(shape)).integers(-3, 4, shape).astype(dtype)  # pyright: ignore[reportArgumentType]


def test_a_product_in_halves():
    a, b, c = integers((32, 48), "f2"), integers((48, 16), "f2"), np.zeros((32, 16), "f4")
    product_in_halves(a, b, c)
    np.testing.assert_array_equal(c, a.astype("f4") @ b.astype("f4"))


def test_a_product_by_columns_with_a_ragged_edge():
    a, b = integers((20, 32), ml_dtypes.bfloat16), integers((37, 32), ml_dtypes.bfloat16)
    c = np.full((20, 37), 99, ml_dtypes.bfloat16)
    product_by_columns(a, b, c)
    rows, cols = np.indices((16, 16))
    offsets = np.tile(rows - cols, (2, 3))[:20, :37]
    expected = 2 * (a.astype("f4") @ b.astype("f4").T) + offsets
    np.testing.assert_array_equal(c.astype("f4"), expected.astype(ml_dtypes.bfloat16).astype("f4"))


def test_a_sum_is_the_next_factor():
    a, b, c = integers((16, 16), "f2"), integers((16, 16), "f2"), np.zeros((16, 16), "f4")
    three_factors(a, b, c)
    np.testing.assert_array_equal(c, a.astype("f4") @ b.astype("f4") @ b.astype("f4"))


@weft.kernel
def through_shared(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    weft.tile_index(64, 64)
    tile = weft.shared(f32, (12, 10))
    weft.copy(tile, x.tile((12, 10), (0, 0)))
    weft.barrier()
    weft.copy(y.tile((12, 10), (0, 0)), tile)


def test_a_copy_of_a_ragged_tile():
    x, y = np.random.default_rng(0).random((11, 9), np.float32), np.zeros((11, 9), "f4")
    through_shared(x, y)
    np.testing.assert_array_equal(y, x)


@weft.kernel
def row_softmax(a: Tensor[f16, 16, 16], b: Tensor[f16, 16, 16], c: Tensor[f32, 16, 16]):
    """The softmax of each row of `a @ b` without the columns from 13 on."""
    weft.tile_index(32, 32)
    left, right = weft.shared(f16, (16, 16)), weft.shared(f16, (16, 16))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    scores = weft.mma(weft.fragment_a(left), weft.fragment_b(right), weft.accumulator(16, 16))
    for at in weft.static_range(8):
        _, column = weft.fragment_index(scores, at)
        if column >= 13:
            scores[at] = -1e30
    scores = scores - weft.row_max(scores)
    for at in weft.static_range(8):
        scores[at] = weft.exp(scores[at])
    weft.store_fragment(c, scores / weft.row_sum(scores) + weft.accumulator(16, 1, 1.0))


def test_rows_of_an_accumulator():
    a, b, c = integers((16, 16), "f2"), integers((16, 16), "f2"), np.zeros((16, 16), "f4")
    row_softmax(a, b, c)
    scores = (a.astype("f4") @ b.astype("f4"))[:, :13]
    weights = np.exp(scores - scores.max(1, keepdims=True))
    np.testing.assert_allclose(c[:, :13], 1 + weights / weights.sum(1, keepdims=True), rtol=1e-6)
    np.testing.assert_array_equal(c[:, 13:], 1)


@weft.kernel
def items(x: Tensor[f32, 8], y: Tensor[f32, 8]):
    i = weft.index(1)
    v = x.vector(4)[i]
    before = (v[0], v[1])
    v[0] = v[3] * 2
    v[1] += 1
    if x[7] > 0:
        v[2] = 9
    for _ in range(3):
        v[3] = v[3] + v[0]
    w = v
    v[0] = 0
    y.vector(4)[i] = w
    y[4], y[5], y[6] = before[0], before[1], v[0]


def test_items_of_a_vector_are_set():
    x, y = np.array([1, 2, 3, 4, 0, 0, 0, 1], "f4"), np.full(8, -1, "f4")
    items(x, y)
    np.testing.assert_array_equal(y, [8, 3, 9, 28, 1, 2, 0, -1])


def test_items_that_cannot_be_set():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], i: weft.i32):
            j = weft.index(N // 4)
            x.vector(4)[j][0] = 1
          # ^^^^^^^^^^^^^^^^^ not-indexable: vector of 4 f32 has no name here: assign it to one first
            v = x.vector(4)[j]
            v[4] = 1
            # ^ out-of-bounds: index 4 of a tuple of 4: use 0 to 3
            v[i] = 1
            # ^ static-required: a tuple is indexed by a number known at compile time
            v[0] = x
          # ^^^^ element-dtype: an item of vector of 4 f32 is one number; found Tensor f32 (N,) global
            x.vector(4)[j] = v
    """)
