"""A 2-D transpose through a shared tile: rows are read and rows are written, so both are coalesced."""

import numpy as np
import weft
from weft import Layout, Tensor, f32
from weft.dims import M, N

TILE = 16

# One column of padding: the threads of a warp that read a column hit different banks.
PADDED = Layout((TILE, TILE), (TILE + 1, 1))


@weft.kernel
def transpose(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, PADDED)
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y.tile((TILE, TILE), (weft.block_idx.x, weft.block_idx.y))[ty, tx] = tile[tx, ty]


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((1000, 777), dtype=np.float32)
    y = np.empty((777, 1000), np.float32)
    transpose(x, y)
    print(f"transpose of {x.shape}: equal to NumPy's: {np.array_equal(y, x.T)}")
    np.testing.assert_array_equal(y, x.T)


if __name__ == "__main__":
    main()
