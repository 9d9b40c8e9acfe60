"""Matrix products of a warp, on tensor cores where the GPU has them.

A fragment is a matrix whose elements are spread over the 32 threads of a warp. Each thread has its share as a vector, with
arithmetic element by element; `fragment_index` tells which elements they are.
"""

from typing import Any, SupportsIndex

from weft.ops.dtypes import DT
from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Tensor
from weft.ops.vectors import Vector

View = Tensor[DT, *tuple[Any, ...]]


def fragment_a(view: View[DT], /) -> Vector[DT]:
    """The left factor of `mma`, loaded by a warp.

    view: f16 or bf16, shape (M, K), both multiples of 16 and known at compile time, in shared memory.

    All 32 threads of the warp come here. One `ldmatrix` for each 16 x 16 elements where rows start at multiples of 16 bytes.
    Wrong: another dtype [mma-dtype], another shape [mma-shape], not in shared memory [mma-space].
    Needs compute capability 8.0. Source: PTX ISA, "ldmatrix".
    """
    raise only_in_kernels("fragment_a")


def fragment_b(view: View[DT], /) -> Vector[DT]:
    """The right factor of `mma`, loaded by a warp.

    view: f16 or bf16, shape (K, N), both multiples of 16 and known at compile time, in shared memory; either axis may be
    the one whose neighbours lie side by side (a view of a matrix stored as (N, K) is its `.T`).

    All 32 threads of the warp come here.
    Wrong: another dtype [mma-dtype], another shape [mma-shape], not in shared memory [mma-space].
    Needs compute capability 8.0. Source: PTX ISA, "ldmatrix".
    """
    raise only_in_kernels("fragment_b")


def accumulator(rows: int, columns: int, /, value: float = 0.0) -> "Vector[Any]":
    """A fragment of f32 numbers for `mma` to add to.

    rows: a multiple of 16. columns: a multiple of 8, or 1 for one number of each row, as `row_max` gives; both known at
    compile time. value: of every element.

    Each thread of the warp holds `rows * columns / 32` of its elements; of one column `rows / 8`, four threads the same.
    Wrong: other sizes [mma-shape].
    """
    raise only_in_kernels("accumulator")


def mma(a: Vector[Any], b: Vector[Any], c: Vector[Any], /) -> Vector[Any]:
    """`a @ b + c`, computed by a warp in f32.

    a: a fragment (M, K) of `fragment_a`. b: a fragment (K, N) of `fragment_b`. c: an accumulator (M, N).

    All 32 threads of the warp come here. One instruction for each 16 x 8 x 16.
    Wrong: fragments that do not fit together [mma-shape], of different dtypes [mma-dtype].
    Needs compute capability 8.0. Source: PTX ISA, "mma.sync", shape m16n8k16.
    """
    raise only_in_kernels("mma")


def warpgroup_mma(a: View[Any], b: View[Any], c: Vector[Any], /) -> Vector[Any]:
    """`a @ b + c`, computed by four warps in f32, with factors that they share.

    a: f16 or bf16, shape (64, K), in shared memory. b: of the same dtype, shape (K, N), in shared memory; either axis may be
    the one whose neighbours lie side by side. K is a multiple of 16, N of 16 and at most 256, both known at compile time.
    c: an accumulator (16, N) of each warp: the warp `warp_id % 4` has the rows from 16 times that number on.

    All threads of the block come here, whole groups of 128; each group of four warps may have views of its own.
    On GPUs of compute capability 9.0 it is one `wgmma` for each 16 of K, if both views are swizzled as tiles of that
    instruction are: rows of 64 elements and `swizzle=(3, 3, 3)` (or 32 and 2, 16 and 1), in `b` of more columns such a
    tile after the other. Elsewhere each warp loads fragments and calls `mma`.
    Wrong: another dtype [mma-dtype], another shape [mma-shape], not in shared memory [mma-space], a block that is no
    multiple of 128 threads [launch-block].
    Needs compute capability 8.0. Source: PTX ISA, "wgmma.mma_async".
    """
    raise only_in_kernels("warpgroup_mma")


def as_fragment_a(c: Vector[Any], dtype: type[DT], /) -> Vector[DT]:
    """An accumulator as the left factor of another product, with no exchange between threads.

    c: an accumulator (M, N), N a multiple of 16. dtype: `weft.f16` or `weft.bf16`.

    Wrong: not an accumulator, or another shape [mma-shape]; another dtype [mma-dtype].
    """
    raise only_in_kernels("as_fragment_a")


def fragment_index(c: Vector[Any], element: SupportsIndex, /) -> tuple[int, int]:
    """The row and the column, in its fragment, of one of this thread's elements.

    c: an accumulator. element: which of them, known at compile time.

    Source: PTX ISA, "mma.m16n8k16", accumulators.
    """
    raise only_in_kernels("fragment_index")


def row_max(c: Vector[Any], /) -> Vector[Any]:
    """The largest element of each row of an accumulator.

    c: an accumulator (M, N).

    Gives (M, 1), which arithmetic with an (M, N) accumulator combines with each column, as NumPy does.
    All 32 threads of the warp come here: four of them share a row, and exchange two shuffles for each.
    Wrong: not an accumulator [mma-shape].
    """
    raise only_in_kernels("row_max")


def row_sum(c: Vector[Any], /) -> Vector[Any]:
    """The sum of each row of an accumulator.

    c: an accumulator (M, N).

    Gives (M, 1), which arithmetic with an (M, N) accumulator combines with each column, as NumPy does.
    All 32 threads of the warp come here: four of them share a row, and exchange two shuffles for each.
    Wrong: not an accumulator [mma-shape].
    """
    raise only_in_kernels("row_sum")


def store_fragment(view: Tensor[Any, *tuple[Any, ...]], c: Vector[Any], /) -> None:
    """Write an accumulator to a view, each thread its own elements, converted to the view's dtype.

    view: shape (M, N) as the accumulator's; what lies outside of its tensor is not written.

    Wrong: another shape [mma-shape].
    """
    raise only_in_kernels("store_fragment")
