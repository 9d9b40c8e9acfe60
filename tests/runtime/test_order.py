"""Python's order of evaluation, where an expression has effects: each kernel does what Python would with lists."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import weft
from weft import Tensor, i64
from weft.dims import N


@weft.function
def bump(x: Tensor[i64, N], i: int) -> i64:
    old = x[i]
    x[i] = old + 1
    return old


@weft.kernel
def read_before_an_atomic(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    y[i] = x[i] * 100 + weft.atomic_add(x, i, 5) * 10 + x[i]


@weft.kernel
def arguments(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    y[i] = max(min(x[i], 100), bump(x, i)) * 10 + weft.select(x[i] > 3, x[i], bump(x, i))


@weft.kernel
def items(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    a = (x[i], bump(x, i), x[i])
    y[i] = a[0] * 100 + a[1] * 10 + a[2]


@weft.kernel
def comparisons(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    y[i] = 1 if x[i] <= bump(x, i) < x[i] else 0


@weft.kernel
def branches(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    y[i] = x[i] * 100 + (bump(x, i) if x[i] > 0 and bump(x, i) > 0 else 0) * 10 + x[i]


@weft.kernel
def augmented(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    y[i] += bump(y, i)


@weft.kernel
def swapped(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    x[i], y[i] = y[i], x[i]


@weft.kernel
def two_targets(x: Tensor[i64, N], y: Tensor[i64, N]):
    i = weft.index(y)
    x[i] = y[i] = x[i] + y[i]


EXPECTED: list[tuple[Callable[..., Any], int, int]] = [
    (read_before_an_atomic, 8, 338),
    (arguments, 5, 34),
    (items, 4, 334),
    (comparisons, 4, 1),
    (branches, 5, 345),
    (augmented, 3, 4),
    (swapped, 2, 3),
    (two_targets, 5, 5),
]


@pytest.mark.parametrize(("kernel", "x", "y"), EXPECTED)
def test_from_left_to_right(kernel: Callable[..., Any], x: int, y: int):
    first, second = np.full(8, 3), np.full(8, 2)
    kernel(first, second)
    assert (set(first.tolist()), set(second.tolist())) == ({x}, {y})
