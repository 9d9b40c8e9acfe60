"""Vectors in kernels: what works on numbers works on them element by element."""

import numpy as np
import pytest
import weft
from annotations import check
from weft import Tensor, f16, f32, i32
from weft.dims import N


@weft.kernel
def functions(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y.vector(4))
    v = x.vector(4)[i]
    y.vector(4)[i] = weft.exp(-abs(v)) + weft.sqrt(v * v) ** 2 + weft.fma(v, 2.0, v) + weft.pow(2.0, v)


@weft.kernel
def choices(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y.vector(2))
    v = x.vector(2)[i]
    inside = (v > -0.5) & (v <= 0.5) | ~weft.isfinite(v)
    y.vector(2)[i] = weft.select(inside, weft.maximum(v, 0), weft.clamp(v, -1, weft.minimum(v * v, 1.0)))


@weft.kernel
def conversions(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y.vector(8))
    v = x.vector(8)[i]
    bits = weft.bitcast(v, i32)
    y.vector(8)[i] = f32(f16(v)) + i32(v * 10) % 3 + weft.popcount(bits >> 31 & 1) + (i32(v * 9) << 2)


@weft.kernel
def reductions(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y.vector(4))
    v = x.vector(4)[i]
    y.vector(4)[i] = sum(v) + max(v) * 10 + min(v) * 100 + len(v)


@weft.kernel
def accumulation(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y.vector(4))
    total, top = weft.vector(f32, 4), weft.vector(f32, 4, -1)
    for step in range(3):
        v = x.vector(4)[i] * step
        total += v
        if step > 0:
            top = weft.maximum(top, v)
    y.vector(4)[i] = total + top


def _reductions(x: np.ndarray) -> np.ndarray:
    fours = x.reshape(-1, 4)
    return np.repeat(fours.sum(1) + fours.max(1) * 10 + fours.min(1) * 100 + 4, 4)


def _choices(x: np.ndarray) -> np.ndarray:
    inside = (x > -0.5) & (x <= 0.5)
    return np.where(inside, np.maximum(x, 0), np.clip(x, -1, np.minimum(x * x, 1)))


def _conversions(x: np.ndarray) -> np.ndarray:
    tens, nines = (x * 10).astype(np.int32), (x * np.float32(9)).astype(np.int32)
    return x.astype(np.float16) + (tens % 3) + np.signbit(x) + (nines << 2)


CASES = {
    functions: lambda x: np.exp(-np.abs(x)) + x * x + 3 * x + 2.0**x,
    choices: _choices,
    conversions: _conversions,
    reductions: _reductions,
    accumulation: lambda x: 3 * x + np.maximum(np.maximum(-1, x), 2 * x),
}


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
def test_what_vectors_give(kernel: weft.Kernel):
    x = np.random.default_rng(0).normal(0, 1, 64).astype(np.float32)
    y = np.full_like(x, -1)
    kernel(x, y)
    np.testing.assert_allclose(y, CASES[kernel](x), rtol=1e-5)


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
def test_a_gpu_loads_and_stores_them_at_once(kernel: weft.Kernel):
    x = np.zeros(64, np.float32)
    ptx = kernel.inspect(x, x.copy(), target="sm_90")["ptx"].text
    wide = "v2" if kernel is choices else "v4"
    assert f"ld.global.{wide}" in ptx and f"st.global.{wide}" in ptx


def test_what_cannot_be_done_with_vectors():
    check(
        """
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y.vector(4))
            v = x.vector(4)[i]
            w = weft.vector(f32, 2)
            y.vector(4)[i] = v if v > 0 else -v
        #                         ^^^^^ operand-dtype: a condition is one number; found vector of 4 bool: choose element by element with `weft.select(condition, x, y)`, and combine conditions with `&`, `|` and `~`
            y.vector(4)[i] = weft.maximum(v, w)
        #                    ^^^^^^^^^^^^^^^^^^ operand-dtype: `maximum` takes vectors of one kind; found vector of 4 f32 and vector of 2 f32: make them the same
            y.vector(4)[i] = v + weft.vector(f32, 3)
        #                                         ^ static-required: a vector has 2, 4, 8 or 16 elements; found 3: use one of them
            y.vector(4)[i] = ~v
        #                    ^^ operand-dtype: `~` takes integers and found `f32`: convert the operand first
            y.vector(4)[i] = weft.popcount(v)
        #                                  ^ call-arguments: `popcount` takes integers; found f32: convert it, or see its bits with `weft.bitcast`
        """
    )
