"""A convolution of an image: a block keeps its part of the image and a border in shared memory, and reads that many times.

Outside of the image an access reads 0, which is the padding.
"""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import K, M, N

ROWS = 8
COLS = 32
SIZE = 5
BORDER = SIZE // 2


@weft.kernel
def convolution_2d(x: Tensor[f32, M, N], weights: Tensor[f32, K, K], y: Tensor[f32, M, N]):
    row, col = weft.tile_index(y, (ROWS, COLS))
    kept = weft.shared(f32, (ROWS + 2 * BORDER, COLS + 2 * BORDER))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    top, left = weft.block_idx.y * ROWS - BORDER, weft.block_idx.x * COLS - BORDER
    for i in range(ty, ROWS + 2 * BORDER, ROWS):
        for j in range(tx, COLS + 2 * BORDER, COLS):
            kept[i, j] = x[top + i, left + j]
    weft.barrier()
    total = f32(0)
    for i in weft.static_range(SIZE):
        for j in weft.static_range(SIZE):
            total += weights[i, j] * kept[ty + i, tx + j]
    y[row, col] = total


def main() -> None:
    rng = np.random.default_rng(0)
    x, weights = rng.random((500, 377), dtype=np.float32), rng.random((SIZE, SIZE), dtype=np.float32)
    y = np.empty_like(x)
    convolution_2d(x, weights, y)
    padded = np.pad(x, BORDER)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (SIZE, SIZE))
    expected = np.einsum("mnij,ij->mn", windows, weights)
    print(f"convolution_2d of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, rtol=1e-4)


if __name__ == "__main__":
    main()
