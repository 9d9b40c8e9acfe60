"""Puzzle 10, dot product: one block multiplies, and adds up in shared memory, half of the threads at each step."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

BLOCK = 128


@weft.kernel
def dot(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, M]):
    thread = weft.tile_index(BLOCK, BLOCK)
    held = weft.shared(f32, BLOCK)
    held[thread] = a[thread] * b[thread]
    weft.barrier()
    for step in weft.static_range(7):
        half = BLOCK >> (step + 1)
        if thread < half:
            held[thread] += held[thread + half]
        weft.barrier()
    if thread == 0:
        out[0] = held[0]


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    dot(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    a = np.arange(100, dtype=np.float32)
    return a, a / 10


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([a @ b], np.float32)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("dot: agrees with NumPy")


if __name__ == "__main__":
    main()
