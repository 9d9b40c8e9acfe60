"""Softmax of each row: a block works on a row; its largest element, then the sum, then the quotients."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 128


@weft.kernel
def softmax(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, thread = weft.tile_index((M, THREADS), (1, THREADS))
    highest = x[row, 0]
    for col in range(thread, N, THREADS):
        highest = max(highest, x[row, col])
    highest = weft.block_max(highest)
    total = f32(0)
    for col in range(thread, N, THREADS):
        total += weft.exp(x[row, col] - highest)
    total = weft.block_sum(total)
    for col in range(thread, N, THREADS):
        y[row, col] = weft.exp(x[row, col] - highest) / total


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((500, 1000), dtype=np.float32)
    y = np.empty_like(x)
    softmax(x, y)
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    print(f"softmax of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, rtol=1e-4)


if __name__ == "__main__":
    main()
