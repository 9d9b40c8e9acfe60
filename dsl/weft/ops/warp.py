"""What the 32 threads of a warp, its lanes, do together. All lanes of a warp must come here; other warps need not.

A thread outside of the domain of `weft.index` takes part with what changes nothing: 0 in a sum, the lowest number in a
maximum. In the last warp of a block that has no multiple of 32 threads, the missing lanes take no part.
"""

from typing import Literal, SupportsIndex, TypeVar

from weft.ops.dtypes import Scalar, u32
from weft.ops.operation import only_in_kernels

T = TypeVar("T", bound=Scalar | float)

Width = Literal[2, 4, 8, 16, 32]
"""The lanes that work together: a warp is cut into parts of so many."""


def shuffle(value: T, lane: SupportsIndex, /, *, width: Width = 32) -> T:
    """The `value` that another lane has.

    lane: counts from 0 in each part of `width` lanes. A lane that the warp does not have gives the own value.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    Source: PTX ISA, `shfl.sync.idx`; CUDA's `__shfl_sync`.
    """
    raise only_in_kernels("shuffle")


def shuffle_up(value: T, delta: SupportsIndex, /, *, width: Width = 32) -> T:
    """The `value` of the lane `delta` below; the first `delta` lanes of each part of `width` keep their own.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    Source: PTX ISA, `shfl.sync.up`; CUDA's `__shfl_up_sync`.
    """
    raise only_in_kernels("shuffle_up")


def shuffle_down(value: T, delta: SupportsIndex, /, *, width: Width = 32) -> T:
    """The `value` of the lane `delta` above; the last `delta` lanes of each part of `width` keep their own.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    Source: PTX ISA, `shfl.sync.down`; CUDA's `__shfl_down_sync`.
    """
    raise only_in_kernels("shuffle_down")


def shuffle_xor(value: T, mask: SupportsIndex, /, *, width: Width = 32) -> T:
    """The `value` of the lane whose number is the own one with the bits of `mask` flipped.

    A lane beyond the part of `width` gives the own value. With masks 16, 8, 4, 2, 1 in turn each lane meets all others.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    Source: PTX ISA, `shfl.sync.bfly`; CUDA's `__shfl_xor_sync`.
    """
    raise only_in_kernels("shuffle_xor")


def vote_any(condition: bool, /) -> bool:
    """Whether `condition` is true in any lane of the warp. A thread outside of the domain counts as false.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow].
    Source: PTX ISA, `vote.sync.any`; CUDA's `__any_sync`.
    """
    raise only_in_kernels("vote_any")


def vote_all(condition: bool, /) -> bool:
    """Whether `condition` is true in all lanes of the warp. A thread outside of the domain counts as true.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow].
    Source: PTX ISA, `vote.sync.all`; CUDA's `__all_sync`.
    """
    raise only_in_kernels("vote_all")


def ballot(condition: bool, /) -> u32:
    """The lanes in which `condition` is true: bit k for lane k. A thread outside of the domain counts as false.

    `weft.popcount` of it counts them.
    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow].
    Source: PTX ISA, `vote.sync.ballot`; CUDA's `__ballot_sync`.
    """
    raise only_in_kernels("ballot")


def warp_broadcast(value: T, lane: SupportsIndex = 0, /, *, width: Width = 32) -> T:
    """The `value` of one lane, given to all: `shuffle` with the same lane everywhere.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    """
    raise only_in_kernels("warp_broadcast")


def warp_sum(value: T, /, *, width: Width = 32) -> T:
    """The sum of `value` over the lanes, given to all of them.

    width: where it is below 32, each part of so many lanes has its own sum. Narrow numbers are summed wide, and the result
    is wide: bool, i8 and i16 give i32, u8 and u16 give u32, f16 and bf16 give f32.

    A thread outside of the domain adds 0.
    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    One instruction for integers of 32 bits since compute capability 8.0, five shuffles otherwise.
    """
    raise only_in_kernels("warp_sum")


def warp_max(value: T, /, *, width: Width = 32) -> T:
    """The largest `value` of the lanes, given to all of them; of numbers and NaNs, the largest number.

    width: as of `warp_sum`. A thread outside of the domain counts as the lowest number.
    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    """
    raise only_in_kernels("warp_max")


def warp_min(value: T, /, *, width: Width = 32) -> T:
    """The smallest `value` of the lanes, given to all of them; of numbers and NaNs, the smallest number.

    width: as of `warp_sum`. A thread outside of the domain counts as the highest number.
    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    """
    raise only_in_kernels("warp_min")


def warp_scan(value: T, /, *, exclusive: bool = False, width: Width = 32) -> T:
    """The prefix sum: the sum of `value` over the lanes up to this one, or before this one if `exclusive`.

    width: where it is below 32, each part of so many lanes begins anew. The result is as wide as that of `warp_sum`.
    A thread outside of the domain adds 0.
    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow]; another width [call-arguments].
    """
    raise only_in_kernels("warp_scan")


def warp_barrier() -> None:
    """Wait until every lane of the warp is here; what a lane wrote to memory before, the others see after.

    Wrong: where only some lanes of a warp come [warp-operation-in-divergent-flow].
    Source: PTX ISA, `bar.warp.sync`; CUDA's `__syncwarp()`.
    """
    raise only_in_kernels("warp_barrier")
