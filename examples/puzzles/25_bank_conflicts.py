"""Puzzle 25, bank conflicts: a tile is written by rows and read by columns. A swizzle spreads each column over all banks,
and wastes no memory, as a column of padding does."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

TILE = 32


@weft.kernel
def transpose(a: Tensor[f32, M, N], out: Tensor[f32, N, M]):
    row, col = weft.tile_index(a, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, (TILE, TILE), swizzle=(5, 0, 5))
    tile[ty, tx] = a[row, col]
    weft.barrier()
    out.tile((TILE, TILE), (weft.block_idx.x, weft.block_idx.y))[ty, tx] = tile.T[ty, tx]


def launch(a: np.ndarray, out: np.ndarray) -> None:
    transpose(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.random.default_rng(0).random((70, 45), dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(a.T)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("bank_conflicts: agrees with NumPy")


if __name__ == "__main__":
    main()
