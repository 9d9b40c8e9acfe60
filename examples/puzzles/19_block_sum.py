"""Puzzle 19, block sum: a dot product in one block."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 256


@weft.kernel
def dot(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, M]):
    thread = weft.tile_index(THREADS, THREADS)
    total = f32(0)
    for i in range(thread, N, THREADS):
        total += a[i] * b[i]
    total = weft.block_sum(total)
    if thread == 0:
        out[0] = total


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    dot(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random(10_000, np.float32), rng.random(10_000, np.float32)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([a @ b], np.float32)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    print("block sum: agrees with NumPy")


if __name__ == "__main__":
    main()
