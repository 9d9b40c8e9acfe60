"""A matrix product in tiles: a block loads a tile of each operand into shared memory, and multiplies them there."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import K, M, N

TILE = 16


@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
    row, col = weft.tile_index(c, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    a_tile = weft.shared(f32, (TILE, TILE))
    b_tile = weft.shared(f32, (TILE, TILE))
    total = f32(0)
    for k in range(weft.ceil_div(K, TILE)):
        a_tile[ty, tx] = a[row, k * TILE + tx]
        b_tile[ty, tx] = b[k * TILE + ty, col]
        weft.barrier()
        for p in range(TILE):
            total += a_tile[ty, p] * b_tile[p, tx]
        weft.barrier()
    c[row, col] = total


def main() -> None:
    rng = np.random.default_rng(0)
    a = rng.random((300, 210), dtype=np.float32)
    b = rng.random((210, 155), dtype=np.float32)
    c = np.empty((300, 155), np.float32)
    matmul(a, b, c)
    print(f"matmul of {a.shape} and {b.shape}: largest difference from NumPy {np.abs(c - a @ b).max():.1e}")
    np.testing.assert_allclose(c, a @ b, rtol=1e-4)


if __name__ == "__main__":
    main()
