"""Puzzle 17, warp broadcast: lane 0 computes the mean of the first four elements of its warp, all lanes subtract it."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N

FIRST = 4


@weft.kernel
def center(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(out)
    mean = f32(0)
    if weft.lane_id == 0:
        for k in weft.static_range(FIRST):
            mean += a[i + k] / FIRST
    out[i] = a[i] - weft.warp_broadcast(mean)


def launch(a: np.ndarray, out: np.ndarray) -> None:
    center(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(128, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    warps = a.reshape(-1, 32)
    return (warps - warps[:, :FIRST].mean(axis=1, keepdims=True)).reshape(-1)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("warp broadcast: agrees with NumPy")


if __name__ == "__main__":
    main()
