"""The sum of all elements: each thread adds vectors of four, each block its threads' sums, one last block the blocks'."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import K, M, N

THREADS = 256
BLOCKS = 1056
# How far apart the vectors of a thread are, and how many of them it has under way at a time.
STRIDE = BLOCKS * THREADS
AHEAD = 4


@weft.function
def block_total(value: f32, thread: int) -> f32:
    """The sum of what the threads of the block have, for all of them."""
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
def of_four(x: Tensor[f32, N], at: int) -> f32:
    four = x.vector(4)[at]
    return (four[0] + four[1]) + (four[2] + four[3])


@weft.kernel
def block_sums(x: Tensor[f32, N], sums: Tensor[f32, M]):
    block, thread = weft.tile_index((BLOCKS, THREADS), (1, THREADS))
    first, whole = block * THREADS + thread, N // 4
    a = b = c = d = f32(0)
    for i in range(first, whole - (AHEAD - 1) * STRIDE, AHEAD * STRIDE):
        a += of_four(x, i)
        b += of_four(x, i + STRIDE)
        c += of_four(x, i + 2 * STRIDE)
        d += of_four(x, i + 3 * STRIDE)
    steps = max(0, weft.ceil_div(whole - (AHEAD - 1) * STRIDE - first, AHEAD * STRIDE))
    for i in range(first + steps * AHEAD * STRIDE, weft.ceil_div(N, 4), STRIDE):
        a += of_four(x, i)
    sums[block] = block_total((a + b) + (c + d), thread)


@weft.kernel
def sum_of_few(sums: Tensor[f32, M], y: Tensor[f32, K]):
    thread = weft.tile_index(THREADS, THREADS)
    own = f32(0)
    for i in range(thread, M, THREADS):
        own += sums[i]
    y[0] = block_total(own, thread)


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(1 << 26, dtype=np.float32)
    sums, y = np.empty(BLOCKS, np.float32), np.empty(1, np.float32)
    block_sums(x, sums)
    sum_of_few(sums, y)
    print(f"sum of {x.size}: {y[0]}, NumPy's {x.sum()}")
    np.testing.assert_allclose(y[0], x.sum(dtype=np.float64), rtol=1e-5)


if __name__ == "__main__":
    main()
