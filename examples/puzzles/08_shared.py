"""Puzzle 8, shared: each block puts its elements into shared memory first, and reads a neighbour's from there."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N

BLOCK = 4


@weft.kernel
def add_to_reversed(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.tile_index(out, BLOCK)
    held = weft.shared(f32, BLOCK)
    held[weft.thread_idx.x] = a[i]
    weft.barrier()
    out[i] = held[BLOCK - 1 - weft.thread_idx.x] + 10


def launch(a: np.ndarray, out: np.ndarray) -> None:
    add_to_reversed(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(8, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return a.reshape(-1, BLOCK)[:, ::-1].reshape(-1) + 10


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("shared: agrees with NumPy")


if __name__ == "__main__":
    main()
