"""Functions of numbers and of bits as they are written in kernels."""

import math

import numpy as np
import weft
from annotations import check
from weft import Tensor, f32, u32
from weft.dims import N

X = np.array([0.5, -0.25, 0.9, -0.99, 0.0], np.float32)


@weft.kernel
def floats(x: Tensor[f32, N], y: Tensor[f32, 9, N]):
    i = weft.index(x)
    v = x[i]
    y[0, i] = weft.atan2(v, 2) + math.hypot(v, 3.0)
    y[1, i] = weft.clamp(v, -0.5, 0.5)
    y[2, i] = weft.select(v > 0, 1, -1)
    y[3, i] = weft.rcp(v + 2)
    y[4, i] = weft.rint(v * 3) + weft.trunc(v * 3)
    y[5, i] = weft.copysign(2, v) + math.log1p(0.5) + weft.cbrt(8)
    y[6, i] = min(v, 0.1, -v) + max(v, 0.2, -v)
    y[7, i] = weft.fast_exp(v) + weft.fast_div(v, 4) + weft.fast_pow(2, v)
    y[8, i] = 1 if weft.isfinite(v / 0.0) or weft.isnan(v) else 0


def test_floats():
    y = np.zeros((9, len(X)), np.float32)
    floats(X, y)
    wanted = [
        np.arctan2(X, 2) + np.hypot(X, 3),
        np.clip(X, -0.5, 0.5),
        np.where(X > 0, 1, -1),
        1 / (X + 2),
        np.rint(X * 3) + np.trunc(X * 3),
        np.copysign(2, X) + math.log1p(0.5) + 2,
        np.minimum(np.minimum(X, 0.1), -X) + np.maximum(np.maximum(X, 0.2), -X),
        np.exp(X) + X / 4 + 2.0**X,
        np.zeros(len(X)),
    ]
    np.testing.assert_allclose(y, wanted, rtol=1e-5)


@weft.kernel
def bits(x: Tensor[u32, N], y: Tensor[u32, 6, N]):
    i = weft.index(x)
    y[0, i] = weft.popcount(x[i])
    y[1, i] = weft.clz(x[i])
    y[2, i] = weft.ctz(x[i])
    y[3, i] = weft.bit_reverse(x[i])
    y[4, i] = weft.mul_hi(x[i], u32(1 << 31))
    y[5, i] = weft.bitcast(weft.bitcast(0x3F800000, f32) * 2, u32) + (x[i] >> 31)


def test_bits():
    x = np.array([0, 1, 6, 0x80000000, 0xFFFFFFFF], np.uint32)
    y = np.zeros((6, len(x)), np.uint32)
    bits(x, y)
    assert y.tolist() == [
        [0, 1, 2, 1, 32],
        [32, 31, 29, 0, 0],
        [32, 0, 1, 31, 0],
        [0, 0x80000000, 0x60000000, 1, 0xFFFFFFFF],
        [0, 0, 3, 1 << 30, (1 << 31) - 1],
        [0x40000000, 0x40000000, 0x40000000, 0x40000001, 0x40000001],
    ]


def test_what_they_take():
    check("""
        @weft.kernel
        def k(n: i32, x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = weft.popcount(x[i])
                               # ^^^^ call-arguments: `popcount` takes integers; found f32: convert it, or see its bits with `weft.bitcast`
            x[i] = weft.bitcast(n, weft.f64)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^ call-arguments: `bitcast` keeps the bits: `i32` has 32 and `f64` has 64: convert first, or to a type of the same width
            x[i] = weft.bitcast(n, 32)
                                 # ^^ call-arguments: `dtype` is a type such as `weft.u32`; found int = 32: pass one
            x[i] = weft.clamp(x, 0, 1)
                 # ^^^^^^^^^^^^^^^^^^^ call-arguments: `clamp` takes numbers: index the tensor, or pass a scalar
            x[i] = weft.acos(2)
                 # ^^^^^^^^^^^^ call-arguments: `acos(2)` has no value: guard the argument
    """)
