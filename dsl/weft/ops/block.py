"""What all threads of a block do together. Every thread of the block must come here.

These are device functions written with the operations of warps, shared memory and barriers: a warp works by itself, and
the results of the warps, at most 32, meet in shared memory. A thread outside of the domain of `weft.index` takes part
with what changes nothing. Each gives all threads its result, which is the same for the whole block where nothing else is
said, so that it may decide whether the block goes on: `while weft.block_any(changed): ...`.
"""

from typing import SupportsIndex, TypeVar

from weft.kernel import function
from weft.ops.dtypes import Scalar
from weft.ops.geometry import block_dim, lane_id, warp_id, warp_size
from weft.ops.math import maximum, minimum
from weft.ops.memory import dtype_of, shared
from weft.ops.sync import barrier
from weft.ops.warp import shuffle_up, warp_max, warp_min, warp_scan, warp_sum

T = TypeVar("T", bound=Scalar | float)

_MOST_WARPS = 32


@function
def _warps() -> int:
    return min((block_dim.x * block_dim.y * block_dim.z + warp_size - 1) // warp_size, _MOST_WARPS)


@function
def block_sum(value: T, /) -> T:
    """The sum of `value` over the threads of the block, given to all of them.

    Narrow numbers are summed wide, as by `weft.warp_sum`. Floats are added warp by warp, the same in every run. A thread
    outside of the domain adds 0.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    total = warp_sum(value)
    kind = dtype_of(total)
    of_warps = shared(kind, _MOST_WARPS)
    if lane_id == 0:
        of_warps[warp_id] = total
    barrier()
    result = kind(0)
    for warp in range(_warps()):
        result += of_warps[warp]
    # Until all have read, nobody may write again.
    barrier()
    return result


@function
def block_max(value: T, /) -> T:
    """The largest `value` of the threads of the block, given to all of them; of numbers and NaNs, the largest number.

    A thread outside of the domain counts as the lowest number.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    highest = warp_max(value)
    of_warps = shared(dtype_of(highest), _MOST_WARPS)
    if lane_id == 0:
        of_warps[warp_id] = highest
    barrier()
    result = of_warps[0]
    for warp in range(_warps()):
        result = maximum(result, of_warps[warp])
    barrier()
    return result


@function
def block_min(value: T, /) -> T:
    """The smallest `value` of the threads of the block, given to all of them; of numbers and NaNs, the smallest number.

    A thread outside of the domain counts as the highest number.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    lowest = warp_min(value)
    of_warps = shared(dtype_of(lowest), _MOST_WARPS)
    if lane_id == 0:
        of_warps[warp_id] = lowest
    barrier()
    result = of_warps[0]
    for warp in range(_warps()):
        result = minimum(result, of_warps[warp])
    barrier()
    return result


@function
def block_any(condition: bool, /) -> bool:
    """Whether `condition` is true in any thread of the block. A thread outside of the domain counts as false.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    return block_sum(1 if condition else 0) > 0


@function
def block_all(condition: bool, /) -> bool:
    """Whether `condition` is true in all threads of the block. A thread outside of the domain counts as true.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    return block_sum(0 if condition else 1) == 0


@function
def block_scan(value: T, /, *, exclusive: bool = False) -> T:
    """The prefix sum: the sum of `value` over the threads up to this one, or before this one if `exclusive`.

    The order is that of x, then y, then z. Each thread has its own result, as wide as that of `weft.block_sum`. A thread
    outside of the domain adds 0.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    own = warp_scan(value)
    kind = dtype_of(own)
    of_warps = shared(kind, _MOST_WARPS)
    if lane_id == warp_size - 1:
        of_warps[warp_id] = own
    barrier()
    before = kind(0)
    for warp in range(warp_id):
        before += of_warps[warp]
    barrier()
    if exclusive:
        lower = shuffle_up(own, 1)
        own = lower if lane_id > 0 else kind(0)
    return before + own


@function
def block_broadcast(value: T, thread: SupportsIndex = 0, /) -> T:
    """The `value` of one thread of the block, given to all.

    thread: its number in the block, counted along x, then y, then z; the same for all threads.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    """
    given = shared(dtype_of(value), 1)
    if warp_id * warp_size + lane_id == thread:
        given[0] = value
    barrier()
    result = given[0]
    barrier()
    return result
