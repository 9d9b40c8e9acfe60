"""Puzzle 15, warp sum: a dot product in one warp, without shared memory and barriers."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def dot(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, M]):
    lane = weft.tile_index(weft.warp_size, weft.warp_size)
    total = f32(0)
    for i in range(lane, N, weft.warp_size):
        total += a[i] * b[i]
    total = weft.warp_sum(total)
    if lane == 0:
        out[0] = total


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    dot(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    a = np.arange(100, dtype=np.float32)
    return a, a / 10


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([a @ b], np.float32)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("warp sum: agrees with NumPy")


if __name__ == "__main__":
    main()
