"""Puzzle 9, pooling: the sum of each element and the two before it, each element read from global memory once."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N

BLOCK = 64
BEFORE = 2


@weft.kernel
def pool(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.tile_index(out, BLOCK)
    thread = weft.thread_idx.x
    held = weft.shared(f32, BLOCK + BEFORE)
    held[thread + BEFORE] = a[i]
    if thread < BEFORE:
        held[thread] = a[i - BEFORE]
    weft.barrier()
    out[i] = held[thread] + held[thread + 1] + held[thread + 2]


def launch(a: np.ndarray, out: np.ndarray) -> None:
    pool(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(150, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return np.convolve(a, np.ones(BEFORE + 1, np.float32))[: len(a)]


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("pooling: agrees with NumPy")


if __name__ == "__main__":
    main()
