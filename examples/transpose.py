"""A 2-D transpose through a shared tile: rows are read and rows are written, so both are coalesced."""

import numpy as np
import weft
from weft import Layout, Tensor, f32
from weft.dims import M, N

TILE = 32
# Each of 8 rows of 32 threads moves four rows of a tile: four reads are under way at a time.
ROWS = 8
THREADS = TILE * ROWS

# One column of padding: the threads of a warp that read a column hit 32 different banks.
PADDED = Layout((TILE, TILE), (TILE + 1, 1))


@weft.kernel
def transpose(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col, thread = weft.tile_index(
        (weft.ceil_div(M, TILE), weft.ceil_div(N, TILE), THREADS), (1, 1, THREADS)
    )
    ty, tx = thread // TILE, thread % TILE
    tile = weft.shared(f32, PADDED)
    source, target = x.tile((TILE, TILE), (row, col)), y.tile((TILE, TILE), (col, row))
    for k in weft.static_range(0, TILE, ROWS):
        tile[ty + k, tx] = source[ty + k, tx]
    weft.barrier()
    for k in weft.static_range(0, TILE, ROWS):
        target[ty + k, tx] = tile[tx, ty + k]


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((1000, 777), dtype=np.float32)
    y = np.empty((777, 1000), np.float32)
    transpose(x, y)
    print(f"transpose of {x.shape}: equal to NumPy's: {np.array_equal(y, x.T)}")
    np.testing.assert_array_equal(y, x.T)


if __name__ == "__main__":
    main()
