"""A histogram: each block counts in shared memory, where threads meet fast, and adds its counts to the whole's."""

import numpy as np
import weft
from weft import Tensor, i32, u8
from weft.dims import N

BINS = 256
BLOCK = 256
PER_THREAD = 16


class Bins(weft.Dim):
    """One for each value of a byte: 256."""


@weft.kernel
def histogram(values: Tensor[u8, N], counts: Tensor[i32, Bins]):
    weft.tile_index(weft.ceil_div(N, PER_THREAD), BLOCK)
    own = weft.shared(i32, BINS)
    own[weft.thread_idx.x] = 0
    weft.barrier()
    first = weft.block_idx.x * BLOCK * PER_THREAD + weft.thread_idx.x
    for step in range(PER_THREAD):
        i = first + step * BLOCK
        if i < N:
            weft.atomic_add(own, values[i], 1)
    weft.barrier()
    weft.atomic_add(counts, weft.thread_idx.x, own[weft.thread_idx.x])


def main() -> None:
    values = np.random.default_rng(0).integers(0, BINS, 1_000_003).astype(np.uint8)
    counts = np.zeros(BINS, np.int32)
    histogram(values, counts)
    np.testing.assert_array_equal(counts, np.bincount(values, minlength=BINS))
    print(f"histogram of {len(values):,} bytes: as NumPy's")


if __name__ == "__main__":
    main()
