"""A histogram of many bins: the blocks of a cluster share it, each has the counts of some of the bins in its shared memory."""

import numpy as np
import weft
from weft import Tensor, i32
from weft.dims import K, N

BLOCK = 256
BLOCKS = 4  # of a cluster
PART = 4096  # bins of each block
EACH = 16  # values of each thread


@weft.kernel
def cluster_histogram(values: Tensor[i32, N], counts: Tensor[i32, K]):
    weft.cluster((BLOCKS, 1))
    tile, t = weft.tile_index((weft.ceil_div(N, BLOCK * EACH), BLOCK), (1, BLOCK))
    own = weft.shared(i32, PART)
    for bin in range(t, PART, BLOCK):
        own[bin] = 0
    weft.cluster_barrier()  # all counts of the cluster are 0
    for k in range(EACH):
        at = (tile * EACH + k) * BLOCK + t
        if at < N and 0 <= values[at] < BLOCKS * PART:
            weft.atomic_add(own.of_block(values[at] // PART), values[at] % PART, 1)
    weft.cluster_barrier()
    for bin in range(t, PART, BLOCK):
        if own[bin] > 0:
            weft.atomic_add(counts, weft.cluster_rank * PART + bin, own[bin])


def main() -> None:
    rng = np.random.default_rng(0)
    bins = BLOCKS * PART - 100
    values = rng.integers(0, bins, 100_000, dtype=np.int32)
    counts = np.zeros(bins, np.int32)
    cluster_histogram(values, counts)
    np.testing.assert_array_equal(counts, np.bincount(values, minlength=bins))
    print("cluster_histogram: the counts are NumPy's")


if __name__ == "__main__":
    main()
