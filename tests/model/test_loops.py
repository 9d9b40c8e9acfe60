"""What loops change: numbers, vectors and tuples of them; what the name stands for where an iteration ends early."""

import numpy as np
import pytest
import weft
from annotations import check
from weft import Tensor, f32, i32
from weft.dims import M, N


@weft.kernel
def over_tuples(x: Tensor[f32, N], y: Tensor[f32, N], r: Tensor[i32, N]):
    i = weft.index(x)
    total = 0.0
    for value in (x[i], y[i], x[i + 1]):
        y[i] = 7.0
        total += value
    for a, b in ((1, 2), (3, 4)):
        total = total * a + b
    for at, value in enumerate((5, 6), start=1):
        total += at * value
    for a, b in zip((1, 2), (3, 4, 5), strict=False):
        total += a * b
    for step in reversed((1, 2, 3)):
        total = total * 2 + step
    for tensor in (x, y):
        total += tensor[i]
    y[i] = total
    r[i] = round(x[i] / 2) + round(2.5)


@weft.kernel
def widened_before_break(y: Tensor[f32, N]):
    i = weft.index(y)
    s = 0
    for step in range(i):
        if step == 2:
            s = 1.5
            break
    y[i] = s


@weft.kernel
def widened_before_continue(y: Tensor[f32, N]):
    i = weft.index(y)
    s = 0
    for step in range(i):
        if step == 2:
            s = 1.5
            continue
        if step == 4:
            s += 1
    y[i] = s


@weft.kernel
def left_at_once(y: Tensor[f32, N]):
    i = weft.index(y)
    s = 7
    for _ in range(i):
        s = 2.5
        break
    y[i] = s


@weft.kernel
def swapped(y: Tensor[f32, N]):
    i = weft.index(y)
    pair = (0, 1)
    for _ in range(i):
        pair = (pair[1], pair[0] + pair[1] * 1.5)
    y[i] = pair[0]


@weft.kernel
def best_of(y: Tensor[f32, N]):
    i = weft.index(y)
    best = (-1.0, 0)
    step = 0
    while True:
        value = f32(step * 5 % 7)
        if value > best[0]:
            best = (value, step)
        if step >= i:
            break
        step += 1
    y[i] = best[0] * 10 + best[1]


@weft.kernel
def vectors_widen(y: Tensor[f32, N]):
    i = weft.index(y)
    total = weft.vector(i32, 2, 1)
    for step in range(i):
        if step == 3:
            continue
        total = total + weft.vector(f32, 2, step) / 2
    y[i] = total[0] + total[1]


def _pairs(i: int) -> float:
    pair = (0.0, 1.0)
    for _ in range(i):
        pair = (pair[1], pair[0] + pair[1] * 1.5)
    return pair[0]


CASES = {
    widened_before_break: lambda i: 1.5 if i > 2 else 0,
    widened_before_continue: lambda i: (1.5 if i > 2 else 0) + (i > 4),
    left_at_once: lambda i: 2.5 if i else 7,
    swapped: _pairs,
    best_of: lambda i: (
        max((step * 5 % 7, -step) for step in range(i + 1))[0] * 10
        - max((step * 5 % 7, -step) for step in range(i + 1))[1]
    ),
    vectors_widen: lambda i: 2 + sum(step for step in range(i) if step != 3),
}


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
def test_what_loops_give(kernel: weft.Kernel):
    y = np.full(9, -1, np.float32)
    kernel(y)
    np.testing.assert_allclose(y, [CASES[kernel](i) for i in range(9)], rtol=1e-6)


@weft.kernel
def made_anew(x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    row = x[0, :]
    total = row[i]
    for k in range(1, M):
        row = x[k, :]
        total += row[i]
    y[i] = total


def test_a_view_that_is_made_anew_in_each_iteration():
    x, y = np.arange(12, dtype=np.float32).reshape(3, 4), np.zeros(4, np.float32)
    made_anew(x, y)
    np.testing.assert_array_equal(y, x.sum(0))


def test_a_view_cannot_change_from_one_iteration_to_the_next():
    check(
        """
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
            i = weft.index(y)
            row = x[0, :]
            for k in range(M):
                y[i] += row[i]
                #       ^^^ unstable-name: `row` is another Tensor in each iteration of a loop, which changes numbers, and vectors and tuples of numbers: make it inside the loop, or give it another name there
                row = x[k, :]
            y[i] = row[i]
            #      ^^^ unstable-name: `row` is another Tensor in each iteration of a loop, which changes numbers, and vectors and tuples of numbers: make it inside the loop, or give it another name there
        """
    )


def test_a_loop_over_a_tuple_is_written_out():
    x, y, r = np.arange(8, dtype=np.float32), np.full(8, 3, np.float32), np.zeros(8, np.int32)
    after = np.append(x[1:], 0)
    over_tuples(x, y, r)
    total = (x + 3 + after + 2) * 3 + 4 + 5 + 12 + 3 + 8
    np.testing.assert_array_equal(y, ((total * 2 + 3) * 2 + 2) * 2 + 1 + x + 7)
    assert r.tolist() == [round(value / 2) + 2 for value in x.tolist()]


def test_what_a_loop_cannot_run_over():
    check(
        """
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, M]):
            i = weft.index(y)
            y[i] = z[i]
            for value in x:
            #            ^ unsupported: a `for` over Tensor f32 (N,) global cannot be used in a kernel: loop over `range(...)` and index, or over a tuple, which is written out
                y[i] = value
            for value in zip(x, y):
            #            ^^^^^^^^^ call-arguments: `zip` in a kernel takes tuples; found Tensor f32 (N,) global, Tensor f32 (N,) global: loop over a `range` and index
                y[i] = 1.0
            for a, b in zip((1, 2), (3,), strict=True):
            #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unpack: `zip` of tuples of 1 and 2 values: make them as long
                y[i] = a + b
            for k in range(M):
                for value in zip(x, y):
                #            ^^^^^^^^^ call-arguments: `zip` in a kernel takes tuples; found Tensor f32 (N,) global, Tensor f32 (N,) global: loop over a `range` and index
                    y[i] += k
            for value in somewhere.items():
            #            ^^^^^^^^^ unknown-name: `somewhere` is not defined: define it before the kernel, or import it
                y[i] = 0.0
            for a, b in ((1, 2, 3),):
            #   ^^^^ unpack: 3 values for 2 names: use 3 names
                y[i] = a + b
            for a in (1, 2):
            #        ^^^^^^ unsupported: `break` in an unrolled loop cannot be used in a kernel: use `range`
                break
        """
    )
