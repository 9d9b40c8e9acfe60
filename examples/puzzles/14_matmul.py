"""Puzzle 14, matrix product: tiles of both matrices go through shared memory."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import K, M, N

TILE = 8


@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], out: Tensor[f32, M, N]):
    row, col = weft.tile_index(out, (TILE, TILE))
    y, x = weft.thread_idx.y, weft.thread_idx.x
    part_a = weft.shared(f32, (TILE, TILE))
    part_b = weft.shared(f32, (TILE, TILE))
    total = f32(0)
    for start in range(0, K, TILE):
        part_a[y, x] = a[row, start + x]
        part_b[y, x] = b[start + y, col]
        weft.barrier()
        for k in weft.static_range(TILE):
            total += part_a[y, k] * part_b[k, x]
        weft.barrier()
    out[row, col] = total


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    matmul(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((20, 30), np.float32), rng.random((30, 25), np.float32)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a @ b


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("matmul: agrees with NumPy")


if __name__ == "__main__":
    main()
