"""Softmax of rows that fit into the registers of a block: each element is read once and written once.

`softmax.py` takes rows of any length, and reads them three times.
"""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 256
VECTORS = 8
# The longest row: each thread has eight vectors of four.
LONGEST = THREADS * VECTORS * 4
# Below every number of f32 that a softmax can be taken of.
LOWEST = -3.0e38
LOG2_E = 1.4426950408889634


@weft.function
def block_total(value: f32, thread: int) -> f32:
    partial = weft.shared(f32, THREADS)
    partial[thread] = value
    weft.barrier()
    for k in range(8):
        step = 128 >> k
        if thread < step:
            partial[thread] += partial[thread + step]
        weft.barrier()
    return partial[0]


@weft.function
def block_highest(value: f32, thread: int) -> f32:
    partial = weft.shared(f32, THREADS)
    partial[thread] = value
    weft.barrier()
    for k in range(8):
        step = 128 >> k
        if thread < step:
            partial[thread] = max(partial[thread], partial[thread + step])
        weft.barrier()
    return partial[0]


@weft.kernel
def softmax_rows(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, thread = weft.tile_index((M, THREADS), (1, THREADS))
    values = weft.local(f32, (VECTORS, 4))
    for k in weft.static_range(VECTORS):
        values.vector(4)[k, 0] = x.vector(4)[row, k * THREADS + thread]
    highest = f32(LOWEST)
    for k in weft.static_range(VECTORS):
        for lane in weft.static_range(4):
            # What lies outside of the row was read as 0, and is no part of it.
            if (k * THREADS + thread) * 4 + lane >= N:
                values[k, lane] = LOWEST
            highest = max(highest, values[k, lane])
    highest = block_highest(highest, thread)
    total = f32(0)
    for k in weft.static_range(VECTORS):
        for lane in weft.static_range(4):
            values[k, lane] = weft.exp2((values[k, lane] - highest) * LOG2_E)
            total += values[k, lane]
    scale = 1.0 / block_total(total, thread)
    for k in weft.static_range(VECTORS):
        y.vector(4)[row, k * THREADS + thread] = values.vector(4)[k, 0] * scale


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 1001), dtype=np.float32)
    y = np.empty_like(x)
    softmax_rows(x, y)
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    print(f"softmax of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, rtol=1e-4)


if __name__ == "__main__":
    main()
