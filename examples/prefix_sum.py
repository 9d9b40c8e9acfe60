"""Prefix sums of many numbers, in three launches: the sum of each block's part, the sums of those, the parts themselves."""

import numpy as np
import weft
from weft import Layout, Tensor, i32
from weft.dims import K, M, N

THREADS = 256
PER_THREAD = 16
PART = THREADS * PER_THREAD
# A row for each thread, and one element between rows: neighbouring threads are in different banks.
ROWS = Layout((THREADS, PER_THREAD), (PER_THREAD + 1, 1))


@weft.function
def sums_before(sums: Tensor[i32, K], own: i32) -> i32:
    """What the threads before this one of the block have together. Afterwards the last of `sums` is the block's."""
    thread = weft.thread_idx.x
    weft.barrier()
    sums[thread] = own
    weft.barrier()
    for k in range(8):
        step = 1 << k
        before = sums[thread - step] if thread >= step else 0
        weft.barrier()
        sums[thread] += before
        weft.barrier()
    return sums[thread] - own


@weft.kernel
def part_sums(x: Tensor[i32, N], totals: Tensor[i32, M]):
    weft.tile_index(weft.ceil_div(N, PER_THREAD), THREADS)
    sums = weft.shared(i32, THREADS)
    thread = weft.thread_idx.x
    own = i32(0)
    for step in range(PER_THREAD):
        own += x[weft.block_idx.x * PART + step * THREADS + thread]
    before = sums_before(sums, own)
    if thread == THREADS - 1:
        totals[weft.block_idx.x] = before + own


@weft.kernel
def sums_of_parts(totals: Tensor[i32, M]):
    """One block: each total becomes the sum of those before it."""
    weft.tile_index(THREADS, THREADS)
    sums = weft.shared(i32, THREADS)
    thread = weft.thread_idx.x
    carried = i32(0)
    for start in range(0, M, THREADS):
        before = sums_before(sums, totals[start + thread])
        totals[start + thread] = carried + before
        carried += sums[THREADS - 1]


@weft.kernel
def prefix_sum(x: Tensor[i32, N], totals: Tensor[i32, M], y: Tensor[i32, N]):
    weft.tile_index(weft.ceil_div(N, PER_THREAD), THREADS)
    rows, sums = weft.shared(i32, ROWS), weft.shared(i32, THREADS)
    thread = weft.thread_idx.x
    start = weft.block_idx.x * PART
    for step in range(PER_THREAD):
        at = step * THREADS + thread
        rows[at // PER_THREAD, at % PER_THREAD] = x[start + at]
    weft.barrier()
    total = i32(0)
    for k in range(PER_THREAD):
        total += rows[thread, k]
        rows[thread, k] = total
    before = totals[weft.block_idx.x] + sums_before(sums, total)
    for k in range(PER_THREAD):
        rows[thread, k] += before
    weft.barrier()
    for step in range(PER_THREAD):
        at = step * THREADS + thread
        y[start + at] = rows[at // PER_THREAD, at % PER_THREAD]


def main() -> None:
    x = np.random.default_rng(0).integers(-9, 10, 1 << 26, dtype=np.int32)
    y, totals = np.empty_like(x), np.empty(-(-len(x) // PART), np.int32)
    part_sums(x, totals)
    sums_of_parts(totals)
    prefix_sum(x, totals, y)
    np.testing.assert_array_equal(y, np.cumsum(x, dtype=np.int32))
    print(f"prefix sums of {len(x):,} numbers: as NumPy's")


if __name__ == "__main__":
    main()
