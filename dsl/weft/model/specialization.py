"""What one compiled version of a kernel relies on."""

from typing import Literal

from weft.records import record, replace


@record
class Specialization:
    """The facts about its arguments that one compiled version of a kernel relies on.

    contiguous: tensors stored in row-major order without gaps.
    constants: values of Params that the version is compiled for.
    index_bits: 32 when every tensor and the grid have fewer than 2**31 elements, else 64.
    aligned: tensors whose first element lies at a multiple of 16 bytes; empty on a back end without vector accesses.
    divisible: Params (dimensions and strides, in elements) that are multiples of 16.
    elements_per_thread: how many neighbours along the domain's last axis a thread works on; the grid is as much smaller.
    has_warpgroups: whether four warps have matrix products of their own, as on GPUs of compute capability 9.0.
    grid_axes: for the kernel's x, y and z, along which axis of the grid its blocks lie: "yxz" where the longest axis takes
    the place of x, of which a GPU has most.
    """

    contiguous: frozenset[str] = frozenset()
    constants: tuple[tuple[str, int], ...] = ()
    index_bits: Literal[32, 64] = 64
    aligned: frozenset[str] = frozenset()
    divisible: frozenset[str] = frozenset()
    elements_per_thread: int = 1
    has_warpgroups: bool = False
    grid_axes: str = "xyz"


# The GPUs whose warpgroups multiply matrices. Source: PTX ISA, "wgmma.mma_async", "Target ISA Notes".
_HAS_WARPGROUPS = (9, 0)


def on_gpu(specialization: Specialization, capability: tuple[int, int]) -> Specialization:
    """With what GPUs of a compute capability have."""
    return replace(specialization, has_warpgroups=capability == _HAS_WARPGROUPS)
