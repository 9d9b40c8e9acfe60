"""Puzzle 21, block broadcast: divide a vector by its mean, which one thread computes and gives to all."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N

THREADS = 256


@weft.kernel
def normalise(a: Tensor[f32, N], out: Tensor[f32, N]):
    thread = weft.tile_index(THREADS, THREADS)
    total = f32(0)
    for i in range(thread, N, THREADS):
        total += a[i]
    total = weft.block_sum(total)
    mean = f32(1)
    if thread == 0 and total > 0:
        mean = total / f32(N)
    mean = weft.block_broadcast(mean)
    for i in range(thread, N, THREADS):
        out[i] = a[i] / mean


def launch(a: np.ndarray, out: np.ndarray) -> None:
    normalise(a, out)


def inputs() -> tuple[np.ndarray]:
    rng = np.random.default_rng(0)
    return (rng.random(1000, np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return a / a.mean()


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("block broadcast: agrees with NumPy")


if __name__ == "__main__":
    main()
