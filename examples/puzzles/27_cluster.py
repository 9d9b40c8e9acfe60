"""Puzzle 27, clusters: each block needs the last element of the block before it, and reads it from that block's memory."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N

THREADS = 64
BLOCKS = 4


@weft.kernel
def differences(x: Tensor[f32, N], out: Tensor[f32, N]):
    weft.cluster(BLOCKS)
    i = weft.tile_index(x, THREADS)
    t = weft.thread_idx.x
    tile = weft.shared(f32, THREADS)
    tile[t] = x[i]
    weft.cluster_barrier()
    before = f32(0)
    if t > 0:
        before = tile[t - 1]
    elif weft.cluster_rank > 0:
        before = tile.of_block(weft.cluster_rank - 1)[THREADS - 1]
    out[i] = tile[t] - before  # the first of each cluster is itself


def launch(x: np.ndarray, out: np.ndarray) -> None:
    differences(x, out)


def inputs() -> tuple[np.ndarray]:
    return (np.random.default_rng(0).random(1000, np.float32),)


def reference(x: np.ndarray) -> np.ndarray:
    before = np.concatenate([[0], x[:-1]]).astype(np.float32)
    before[:: THREADS * BLOCKS] = 0
    return x - before


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    print("clusters: agrees with NumPy")


if __name__ == "__main__":
    main()
