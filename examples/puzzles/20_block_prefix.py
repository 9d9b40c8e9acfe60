"""Puzzle 20, block prefix: each block keeps the elements of one bin, closed up, and fills the rest with -1."""

import numpy as np
import weft
from weft import Tensor, f32, i32
from weft.dims import N

BLOCK = 128
BINS = 8
BIN = 3


@weft.kernel
def keep_bin(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(a, block=BLOCK)
    value = a[i]
    is_kept = i32(value * BINS) == BIN and weft.in_domain()
    place = weft.block_scan(i32(is_kept), exclusive=True)
    out[i] = -1
    weft.barrier()
    if is_kept:
        out[weft.block_idx.x * BLOCK + place] = value


def launch(a: np.ndarray, out: np.ndarray) -> None:
    keep_bin(a, out)


def inputs() -> tuple[np.ndarray]:
    rng = np.random.default_rng(0)
    return (rng.random(500, np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    out = np.full_like(a, -1)
    for start in range(0, len(a), BLOCK):
        part = a[start : start + BLOCK]
        kept = part[(part * BINS).astype(int) == BIN]
        out[start : start + len(kept)] = kept
    return out


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("block prefix: agrees with NumPy")


if __name__ == "__main__":
    main()
