"""Atomics as they are written in kernels."""

import numpy as np
import weft
from annotations import check
from weft import Tensor, f32, i32
from weft.dims import M, N


@weft.kernel
def histogram(values: Tensor[i32, N], counts: Tensor[i32, M]):
    i = weft.index(values)
    weft.atomic_add(counts, values[i], 1)


def test_what_lies_outside_is_not_counted():
    values = np.array([0, 1, 1, 5, -1, 99], np.int32)
    counts = np.zeros(6, np.int32)
    histogram(values, counts)
    assert counts.tolist() == [1, 2, 0, 0, 0, 1]


@weft.kernel
def claim(x: Tensor[i32, N], locks: Tensor[i32, N], seen: Tensor[i32, 1]):
    i = weft.index(x)
    free = x[i] > 0 and weft.atomic_exchange(locks, i, 1) == 0
    x[i] = weft.atomic_add(seen, 0, 1) if free else -1


def test_effects_are_done_only_where_they_are_evaluated():
    x = np.array([1, 0, 1, 1], np.int32)
    locks = np.array([0, 0, 1, 0], np.int32)
    seen = np.zeros(1, np.int32)
    claim(x, locks, seen)
    assert locks.tolist() == [1, 0, 1, 1]
    assert seen.tolist() == [2]
    assert sorted(x.tolist()) == [-1, -1, 0, 1]


@weft.kernel
def spin(total: Tensor[f32, 1], lock: Tensor[i32, 1]):
    while weft.atomic_compare_exchange(lock, 0, 0, 1) != 0:
        pass
    total[0] += 1
    weft.atomic_exchange(lock, 0, 0)


def test_an_atomic_in_the_condition_of_a_loop():
    total, lock = np.zeros(1, np.float32), np.zeros(1, np.int32)
    spin[8, 1](total, lock)
    assert total.tolist() == [8]


@weft.kernel
def sum_by_shape(x: Tensor[f32, M, N], sums: Tensor[f32, M, 2]):
    row, col = weft.index(x)
    weft.atomic_add(sums, (row, col % 2), x[row, col])


def test_an_index_of_two_axes():
    x, sums = np.arange(12, dtype=np.float32).reshape(3, 4), np.zeros((3, 2), np.float32)
    sum_by_shape(x, sums)
    np.testing.assert_array_equal(sums, np.stack([x[:, ::2].sum(1), x[:, 1::2].sum(1)], 1))


def test_what_atomics_take():
    check("""
        @weft.kernel
        def k(x: Tensor[u8, N], f: Tensor[f32, N], y: Tensor[f32, M, N]):
            i = weft.index(x)
            own = weft.local(i32, 4)
            weft.atomic_add(x, i, 1)
                          # ^ atomic-dtype: `atomic_add` works on elements of `i32`, `u32`, `i64`, `u64`, `f32`, `f64`, `f16`, `bf16`; `x` has `u8`: use a tensor of one of these
            weft.atomic_or(f, i, 1)
                         # ^ atomic-dtype: `atomic_or` works on elements of `i32`, `u32`, `i64`, `u64`; `f` has `f32`: use a tensor of one of these
            weft.atomic_max(own, 0, 1)
                          # ^^^ atomic-space: `own` is local memory, which no other thread sees: read and write its elements as they are
            weft.atomic_add(f[i], i, 1)
                          # ^^^^ call-arguments: `x` of `atomic_add` is a tensor; found f32: pass the tensor, and the index after it
            weft.atomic_add(y, i, 1)
          # ^^^^^^^^^^^^^^^^^^^^^^^^ wrong-rank: `y` has 2 axes (M, N) and is given 1 index: write `y[i, j]`
            weft.atomic_add(f, 0.5, 1)
                             # ^^^ index-dtype: an index is an integer and this is `f32`: convert it with `weft.i32(...)`, or count in integers
            weft.atomic_add(f, i, f)
                                # ^ call-arguments: `value` of `atomic_add` is a number; found Tensor f32 (N,) global: pass one
    """)
