"""Memory of a block and of a thread."""

from typing import Any

from weft.layout import Layout
from weft.ops.dtypes import DT, Number
from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Sizes, Tensor
from weft.ops.vectors import Vector


def shared(
    dtype: type[DT], layout: "Sizes | Layout", *, swizzle: tuple[int, int, int] | None = None
) -> "Tensor[DT, *tuple[Any, ...]]":
    """Memory that the threads of a block share; what is in it at the start is undefined.

    dtype: `weft.f32` and the like.
    layout: a shape, stored row by row, or a `weft.Layout` (for padding or other orders); known at compile time. Sizes of a shape may
    also follow from dimensions (`N + 1`, `x.shape[1]`): then each launch with other values is compiled for these.
    swizzle: bits, base and shift of a `weft.layout.Swizzle` that places go through, against bank conflicts: for rows of 64
    bytes of f16 or bf16 `(2, 3, 3)`, of 128 bytes `(3, 3, 3)`.

    Between writes by some threads and reads by others stands `weft.barrier()`.
    A block has 48 KiB on every GPU and up to 227 KiB on the largest; fewer blocks then fit on a multiprocessor.
    Wrong: more than that in a kernel or a launch [shared-memory], a size that threads compute or that a number is passed for
    [static-required].
    """
    raise only_in_kernels("shared")


def dtype_of(value: "Number | Tensor[DT, *tuple[Any, ...]]", /) -> type[Any]:
    """The dtype of a number or of a tensor's elements: for the memory of functions that take any. An index is i64.

    Wrong: what has no dtype [call-arguments].
    """
    raise only_in_kernels("dtype_of")


def local(dtype: type[DT], layout: "Sizes | Layout") -> "Tensor[DT, *tuple[Any, ...]]":
    """Memory of one thread, in registers where the compiler can keep it there; undefined at the start.

    dtype: `weft.f32` and the like.
    layout: a shape, stored row by row, or a `weft.Layout`; known at compile time.

    Indices known at compile time (`weft.static_range`) keep it in registers.
    """
    raise only_in_kernels("local")


def vector(dtype: type[DT], width: int, value: "Number" = 0, /) -> "Vector[DT]":
    """Several numbers of one thread, all `value` at first: what is added up in vectors starts so.

    dtype: `weft.f32` and the like.
    width: 2, 4, 8 or 16, known at compile time, as of `x.vector(width)`.

    Operators, functions of numbers and conversions work on vectors element by element, and a number meets each element;
    `weft.select` chooses by element. `sum`, `min` and `max` of one vector are of its numbers, `v[k]` is one of them.

    Wrong: another width [static-required], vectors of two widths together [operand-dtype].
    """
    raise only_in_kernels("vector")
