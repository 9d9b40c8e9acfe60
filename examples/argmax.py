"""The place of the largest number: value and place are one integer of 64 bits, whose atomic maximum is the answer.

The bits of a float that is not negative are in the floats' order. Of a negative one they are in the opposite order, so
they are turned over. Below them stands the place counted from the end: of equal numbers the first one wins.
"""

import numpy as np
import weft
from weft import Tensor, f32, u32, u64
from weft.dims import K, N

THREADS = 256
PER_THREAD = 64


@weft.function
def ordered(value: f32) -> u32:
    """An integer that is in the order of the floats."""
    bits = weft.bitcast(value, u32)
    return ~bits if bits >> 31 else bits | u32(0x80000000)


@weft.kernel
def argmax(x: Tensor[f32, N], best: Tensor[u64, K]):
    weft.tile_index(weft.ceil_div(N, PER_THREAD), THREADS)
    thread = weft.thread_idx.x
    highest = weft.shared(u64, THREADS)
    own = u64(0)
    for step in range(PER_THREAD):
        i = (weft.block_idx.x * PER_THREAD + step) * THREADS + thread
        if i < N:
            own = max(own, u64(ordered(x[i])) << 32 | u64(~u32(i)))
    highest[thread] = own
    weft.barrier()
    for k in range(8):
        half = 128 >> k
        if thread < half:
            highest[thread] = max(highest[thread], highest[thread + half])
        weft.barrier()
    if thread == 0:
        weft.atomic_max(best, 0, highest[0])


def place(best: np.ndarray) -> int:
    """The place that is in the lower half of the answer."""
    return 0xFFFFFFFF - int(best[0] & np.uint64(0xFFFFFFFF))


def main() -> None:
    x = np.random.default_rng(0).standard_normal(1 << 26, dtype=np.float32)
    best = np.zeros(1, np.uint64)
    argmax(x, best)
    assert place(best) == np.argmax(x)
    print(f"argmax of {len(x):,} numbers: {place(best)}, as NumPy's")


if __name__ == "__main__":
    main()
