"""Reading and writing an element as one step, which no other thread comes between.

An atomic orders nothing but itself: what other memory holds is visible to other threads after a barrier, or the launch.
"""

from typing import Any, SupportsIndex, TypeAlias

from weft.ops.dtypes import DT, Number
from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Tensor

Index: TypeAlias = "SupportsIndex | tuple[SupportsIndex, ...]"


def atomic_add(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Add `value` to the element of `x` at `index`; gives what was there before.

    x: global or shared memory of 32 or 64 bits, or f16 or bf16. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given. Floats are added in an order that differs from run to run.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    f16 needs compute capability 7.0. Source: PTX ISA, `atom`; CUDA's `atomicAdd`.
    """
    raise only_in_kernels("atomic_add")


def atomic_min(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Put the smaller of `value` and the element of `x` at `index` there; gives what was there before.

    x: global or shared memory of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given. A NaN is not written; an element that is NaN may stay.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicMin`.
    """
    raise only_in_kernels("atomic_min")


def atomic_max(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Put the larger of `value` and the element of `x` at `index` there; gives what was there before.

    x: global or shared memory of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given. A NaN is not written; an element that is NaN may stay.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicMax`.
    """
    raise only_in_kernels("atomic_max")


def atomic_and(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Clear the bits of the element of `x` at `index` that `value` does not have; gives what was there before.

    x: global or shared memory of integers of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicAnd`.
    """
    raise only_in_kernels("atomic_and")


def atomic_or(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Set the bits of the element of `x` at `index` that `value` has; gives what was there before.

    x: global or shared memory of integers of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicOr`.
    """
    raise only_in_kernels("atomic_or")


def atomic_xor(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Turn the bits of the element of `x` at `index` that `value` has; gives what was there before.

    x: global or shared memory of integers of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicXor`.
    """
    raise only_in_kernels("atomic_xor")


def atomic_exchange(x: "Tensor[DT, *tuple[Any, ...]]", index: Index, value: Number, /) -> DT:
    """Write `value` to the element of `x` at `index`; gives what was there before.

    x: global or shared memory of 32 or 64 bits. index: as in `x[index]`.

    Outside of the tensor nothing is written, and 0 is given.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom`; CUDA's `atomicExch`.
    """
    raise only_in_kernels("atomic_exchange")


def atomic_compare_exchange(
    x: "Tensor[DT, *tuple[Any, ...]]", index: Index, expected: Number, desired: Number, /
) -> DT:
    """Write `desired` to the element of `x` at `index` if `expected` is there; gives what was there before.

    x: global or shared memory of 32 or 64 bits; floats are compared bit by bit. index: as in `x[index]`.

    It was written if the result is `expected`. Outside of the tensor nothing is written, and 0 is given.
    Wrong: another dtype [atomic-dtype], local memory [atomic-space].
    Source: PTX ISA, `atom.cas`; CUDA's `atomicCAS`.
    """
    raise only_in_kernels("atomic_compare_exchange")
