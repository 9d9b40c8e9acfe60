"""Puzzle 13, axis sum: a block for each row of a matrix sums the row."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 64


@weft.kernel
def row_sums(a: Tensor[f32, M, N], out: Tensor[f32, M]):
    row, thread = weft.tile_index((M, THREADS), (1, THREADS))
    total = f32(0)
    for col in range(thread, N, THREADS):
        total += a[row, col]
    total = weft.block_sum(total)
    if thread == 0:
        out[row] = total


def launch(a: np.ndarray, out: np.ndarray) -> None:
    row_sums(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(7 * 150, dtype=np.float32).reshape(7, 150),)


def reference(a: np.ndarray) -> np.ndarray:
    return a.sum(axis=1)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("axis sum: agrees with NumPy")


if __name__ == "__main__":
    main()
