"""Puzzle 22, softmax: a block for each row; the largest element, then the sum, then the quotients."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 128


@weft.kernel
def softmax(a: Tensor[f32, M, N], out: Tensor[f32, M, N]):
    row, thread = weft.tile_index((M, THREADS), (1, THREADS))
    highest = a[row, 0]
    for col in range(thread, N, THREADS):
        highest = max(highest, a[row, col])
    highest = weft.block_max(highest)
    total = f32(0)
    for col in range(thread, N, THREADS):
        total += weft.exp(a[row, col] - highest)
    total = weft.block_sum(total)
    for col in range(thread, N, THREADS):
        out[row, col] = weft.exp(a[row, col] - highest) / total


def launch(a: np.ndarray, out: np.ndarray) -> None:
    softmax(a, out)


def inputs() -> tuple[np.ndarray]:
    rng = np.random.default_rng(0)
    return (rng.standard_normal((20, 300), np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    powers = np.exp(a - a.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    print("softmax: agrees with NumPy")


if __name__ == "__main__":
    main()
