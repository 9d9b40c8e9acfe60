"""Puzzle 12, prefix sum: each block sums its elements with steps that double, and writes the sum of all."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

BLOCK = 8


@weft.kernel
def block_sums(a: Tensor[f32, N], out: Tensor[f32, M]):
    i = weft.tile_index(N, BLOCK)
    thread = weft.thread_idx.x
    held = weft.shared(f32, BLOCK)
    held[thread] = a[i]
    weft.barrier()
    for step in weft.static_range(3):
        distance = 1 << step
        before = held[thread - distance] if thread >= distance else f32(0)
        weft.barrier()
        held[thread] += before
        weft.barrier()
    if thread == BLOCK - 1:
        out[weft.block_idx.x] = held[thread]


def launch(a: np.ndarray, out: np.ndarray) -> None:
    block_sums(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(30, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return np.pad(a, (0, -len(a) % BLOCK)).reshape(-1, BLOCK).sum(axis=1)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("prefix sum: agrees with NumPy")


if __name__ == "__main__":
    main()
