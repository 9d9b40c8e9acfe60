"""Deliberate mistakes, each with what Weft says of it: in the editor, in CI and when the kernel is launched.

A comment of carets shows the place in the line above it, and its words are the finding.
"""
# fmt: off
# ruff: noqa: F821, F841
# pyright: basic, reportUndefinedVariable=false, reportAttributeAccessIssue=false, reportPossiblyUnboundVariable=false

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

WEIGHTS = [1.0, 2.0, 4.0]


@weft.kernel
def unknown_name(x: Tensor[f32, N], y: Tensor[f32, N]):
    scale = 2.0
    i = weft.index(y)
    y[i] = x[i] * scael
                # ^^^^^ unknown-name: `scael` is not defined: did you mean `scale`?


@weft.kernel
def unknown_attribute(x: Tensor[f32, M, N], y: Tensor[f32, M]):
    i = weft.index(y)
    y[i] = x[i, x.shpae[1] - 1]
              # ^^^^^^^ unknown-attribute: Tensor f32 (M, N) global has no `shpae`: did you mean `shape`?


@weft.kernel
def wrong_rank(x: Tensor[f32, M, N], y: Tensor[f32, M]):
    i = weft.index(y)
    y[i] = x[i]
         # ^^^^ wrong-rank: `x` has 2 axes (M, N) and is given 1 index: write `x[i, j]`


@weft.kernel
def float_index(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[i / 2]
           # ^^^^^ index-dtype: an index is an integer and this is `f32`: convert it with `weft.i32(...)`, or count in integers


@weft.kernel
def out_of_bounds(y: Tensor[f32, N]):
    i = weft.index(y)
    row = weft.local(f32, 4)
    row[4] = 1.0
      # ^ out-of-bounds: index 4 is outside of axis 0 of `row`, which has 4: use 0 to 3
    y[i] = row[0]


@weft.kernel
def unbound(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    if x[i] > 0:
        sign = 1.0
    y[i] = sign
         # ^^^^ possibly-unbound: `sign` has no value on some path to here: give it one before the branch or the loop


@weft.kernel
def mutable_global(y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = WEIGHTS[0]
         # ^^^^^^^ mutable-global: `WEIGHTS` is of type `list`, which may change after the kernel is compiled: make it a tuple or a number, or pass it as a parameter


@weft.kernel
def unsupported(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    try:
  # ^^^^ unsupported: `try` cannot be used in a kernel: a kernel raises nothing; test the condition with `if`
        y[i] = 1.0 / x[i]
    except ZeroDivisionError:
        y[i] = 0.0


@weft.kernel
def divergent_barrier(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    tile = weft.shared(f32, 64)
    if weft.thread_idx.x < 32:
        tile[weft.thread_idx.x] = x[i]
        weft.barrier()
      # ^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: the condition 2 lines above differs between threads; move the barrier out of the branch
    y[i] = tile[0]


@weft.kernel
def too_much_shared(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 128)
    tile = weft.shared(f32, (256, 256))
         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ shared-memory: the kernel uses 262,144 bytes of shared memory (`tile` 262,144); a block of the largest CUDA GPU has 232,448: use smaller tiles or a narrower dtype
    tile[0, weft.thread_idx.x] = x[i]
    y[i] = tile[0, weft.thread_idx.x]


@weft.function
def power(x: f32, n: int) -> f32:
    return x if n == 0 else x * power(x, n - 1)
                              # ^^^^^^^^^^^^^^^ recursion: `power` calls itself, and device code has no stack for that: write a loop


@weft.kernel
def recursive(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = power(x[i], 3)


@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = alpha * x[i]


@weft.kernel
def by_hand(y: Tensor[f32, N]):
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    y[i] = 1.0


def launches() -> None:
    x = np.ones(4096, np.float32)
    y = np.zeros(4096, np.float32)

    scale[2, 2048](2.0, x, y)
           # ^^^^ launch-threads: a block of 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and more blocks

    scale[2, (32, 64)](2.0, x, y)
           # ^^^^^^^^ launch-threads: a block of 32 × 64 = 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and more blocks

    scale(2.0, x)
  # ^^^^^^^^^^^^^ launch-arguments: `y` is missing; `scale(alpha, x, y)` takes 3 arguments: pass it

    scale(2.0, x, np.zeros(4096))
                # ^^^^^^^^^^^^^^ launch-dtype: `y` has dtype f64; the kernel declares `f32`: convert it before the launch, or change the declaration

    scale(2.0, x, np.zeros((64, 64), np.float32))
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ launch-rank: `y` has 2 axes; the kernel declares 1 axis: reshape it, or change the declaration

    scale(2.0, x, np.zeros(64, np.float32))
                # ^^^^^^^^^^^^^^^^^^^^^^^^ launch-dims: `N` is 4096 in `x.shape[0]` and 64 in `y.shape[0]`; a dimension has one value in a launch: pass tensors that agree, or give the parameter another dimension

    scale(x, 2.0, y)
        # ^ launch-dtype: `alpha` is a tensor; the kernel declares `f32`: pass a number
           # ^^^ launch-dtype: `x` is of type `float`; the kernel declares a tensor of `f32` with 1 axis: pass a NumPy array or a tensor with DLPack or `__cuda_array_interface__`

    by_hand(y)
  # ^^^^^^^^^^ launch-geometry-missing: `by_hand` has no domain, so its grid and block are not known: launch it as `by_hand[grid, block](...)`, or name its domain with `weft.index`
