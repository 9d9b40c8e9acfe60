"""Put what a launch knows into a kernel: contiguous tensors lose their strides, fixed dimensions become numbers."""

from collections.abc import Mapping
from typing import Literal

from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr, Kernel, TensorParameter
from weft.model.rewrite import substitute, substitute_body
from weft.model.vectors import settled
from weft.model.widen import widened
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


def specialize(kernel: Kernel, specialization: Specialization) -> Kernel:
    """The kernel with every Param that the specialization knows replaced, and simplified."""
    known: dict[str, Expr] = {name: fold.const(value) for name, value in specialization.constants}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter) and parameter.name in specialization.contiguous:
            known.update(_contiguous_strides(parameter, known))
    parameters = tuple(
        replace(parameter, shape=tuple(substitute(extent, known) for extent in parameter.shape))
        if isinstance(parameter, TensorParameter)
        else parameter
        for parameter in kernel.parameters
    )
    found = replace(kernel, parameters=parameters, body=substitute_body(kernel.body, known))
    if specialization.elements_per_thread > 1:
        found = widened(found, specialization.elements_per_thread)
    return settled(
        found,
        specialization.aligned,
        specialization.divisible,
        has_warpgroups=specialization.has_warpgroups,
    )


def _contiguous_strides(tensor: TensorParameter, known: Mapping[str, Expr]) -> dict[str, Expr]:
    strides: dict[str, Expr] = {}
    step: Expr = Const(1, INDEX)
    for axis in reversed(range(len(tensor.shape))):
        strides[tensor.strides[axis].name] = step
        step = fold.mul(substitute(tensor.shape[axis], known), step)
    return strides
