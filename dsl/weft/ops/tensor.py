"""Tensors in kernels: elements, shapes and views."""

from typing import Any, Generic, SupportsIndex, TypeAlias, TypeVarTuple, overload

from weft.layout import Layout
from weft.ops.dtypes import DT, Number
from weft.ops.operation import only_in_kernels
from weft.ops.vectors import Vector

Shape = TypeVarTuple("Shape")
Sizes: TypeAlias = "int | tuple[int, ...]"


class Tensor(Generic[DT, *Shape]):
    """A tensor: `Tensor[f32, M, K]` is one of `f32` with M rows and K columns.

    In a signature, each axis is a dimension (`weft.dims.N`, or your own `class Rows(weft.Dim): ...`) or a number.
    A launch passes NumPy arrays, or anything with DLPack or `__cuda_array_interface__`, as they are.

    Wrong: another dtype [launch-dtype], another number of axes [launch-rank], dimensions that disagree [launch-dims].
    """

    @overload
    def __getitem__(self, index: SupportsIndex | tuple[SupportsIndex, ...]) -> DT: ...
    @overload
    def __getitem__(self, index: "slice[Any, Any, Any]") -> "Tensor[DT, *tuple[Any, ...]]": ...
    @overload
    def __getitem__(
        self, index: "tuple[slice[Any, Any, Any], Any] | tuple[Any, slice[Any, Any, Any]]"
    ) -> "Tensor[DT, *tuple[Any, ...]]": ...
    @overload
    def __getitem__(self, index: object) -> Any: ...
    def __getitem__(self, index: object) -> object:
        """One element, or with slices (`x[i, :]`, `x[a:b]`) a view of a part.

        Outside of the tensor an element is 0, and no memory is read. A slice may start and end at numbers known only when
        the kernel runs; its step is known at compile time. What of it lies outside of the tensor reads 0.
        """
        raise only_in_kernels("Tensor")

    def __setitem__(self, index: object, value: Number) -> None:
        """Write one element. Outside of the tensor nothing is written."""
        raise only_in_kernels("Tensor")

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents, outermost axis first."""
        raise only_in_kernels("Tensor.shape")

    @property
    def stride(self) -> tuple[int, ...]:
        """How many elements apart two neighbours along each axis are."""
        raise only_in_kernels("Tensor.stride")

    @property
    def ndim(self) -> int:
        """The number of axes."""
        raise only_in_kernels("Tensor.ndim")

    @property
    def size(self) -> int:
        """The number of elements."""
        raise only_in_kernels("Tensor.size")

    @property
    def dtype(self) -> type[DT]:
        """The type of the elements; calling it converts: `x.dtype(1)`."""
        raise only_in_kernels("Tensor.dtype")

    @property
    def layout(self) -> Layout:
        """The layout, for memory whose shape is known at compile time (shared memory, tiles of it)."""
        raise only_in_kernels("Tensor.layout")

    def tile(
        self, shape: Sizes, index: SupportsIndex | tuple[SupportsIndex, ...]
    ) -> "Tensor[DT, *tuple[Any, ...]]":
        """The tile of size `shape` at tile coordinates `index`, as a view.

        shape: one size for each axis, known at compile time.
        index: which tile along each axis, counted in tiles.

        At the edges a tile may reach outside of the tensor: there it reads 0 and writes nothing.
        Wrong: a shape of another rank [wrong-rank], a shape known only at launch [static-required].
        Source: CuTe, `local_tile`.
        """
        raise only_in_kernels("Tensor.tile")

    def vector(self, width: int, /) -> "Vectors[DT]":
        """The same elements, `width` neighbours along the last axis at a time: `x.vector(4)[i]` is a vector of four.

        width: 2, 4, 8 or 16. The last axis then counts vectors; in the last one, elements past the end read 0 and
        are not written.

        One load or store of up to 16 bytes, where the launch finds the tensor aligned to 16 bytes and its strides and
        last extent multiples of 16; else one for each element.
        Wrong: another width [static-required], an axis whose neighbours are not counted by it [vector-view].
        Source: PTX ISA, `ld.global.v4`.
        """
        raise only_in_kernels("Tensor.vector")

    def of_block(self, rank: SupportsIndex, /) -> "Tensor[DT, *tuple[Any, ...]]":
        """The same shared memory of another block of the cluster: read, written and used by atomics as the own one.

        rank: of that block, from 0 to `weft.cluster_size` less 1; one that is computed has no guard.

        Between what one block writes and what another reads stands `weft.cluster_barrier()`; a kernel with such a view ends with one,
        so that no block is gone while another reads its memory.
        Wrong: memory that is not shared, or is swizzled, no cluster, no barrier of it before the first access [cluster]; a rank that is
        known to be outside [out-of-bounds].
        Needs compute capability 9.0. Source: PTX ISA, `mapa`.
        """
        raise only_in_kernels("Tensor.of_block")

    @property
    def T(self) -> "Tensor[DT, *tuple[Any, ...]]":
        """The view with its axes in reverse order."""
        raise only_in_kernels("Tensor.T")

    def permute(self, *order: int) -> "Tensor[DT, *tuple[Any, ...]]":
        """The view whose axis k is axis `order[k]` of this one.

        order: each axis once, known at compile time.
        Wrong: not each axis once [wrong-rank].
        """
        raise only_in_kernels("Tensor.permute")

    def reshape(self, *shape: SupportsIndex) -> "Tensor[DT, *tuple[Any, ...]]":
        """The same elements in row-major order, as a view of another shape.

        shape: as many elements as this one has; each extent is an extent of this one, or both are known at compile time and
        one divides the other.

        Wrong: a shape that no strides can give [reshape].
        """
        raise only_in_kernels("Tensor.reshape")

    def broadcast(self, *shape: SupportsIndex) -> "Tensor[DT, *tuple[Any, ...]]":
        """The view repeated along new leading axes and along axes of extent 1, as in NumPy. Read-only.

        Wrong: a shape that does not fit [broadcast], writing to it [write-broadcast].
        """
        raise only_in_kernels("Tensor.broadcast")

    def distribute(
        self, threads: "Sizes | Layout", thread: SupportsIndex, values: Sizes = 1
    ) -> "Tensor[DT, *tuple[Any, ...]]":
        """The share of one thread, as a view: along each axis `values[axis]` neighbours of every `threads[axis]` times as many.

        threads: how many threads share each axis, the last axis counting fastest; or a `weft.Layout` from places to threads,
        such as `Layout((8, 4), (1, 8))`. Known at compile time.
        thread: which of them this is, from 0 to their number less 1.
        values: how many neighbours along each axis a thread has together, known at compile time; in the share they count
        fastest along their axis.

        Wrong: a fixed extent that threads and values do not divide [distribute], a layout that gives a thread no place or two
        [distribute], another rank [wrong-rank].
        Source: CuTe, `local_partition` and layouts of threads and values.
        """
        raise only_in_kernels("Tensor.distribute")


class Vectors(Generic[DT]):
    """A tensor read and written in vectors: `x.vector(4)`."""

    def __getitem__(self, index: SupportsIndex | tuple[SupportsIndex, ...]) -> "Vector[DT]":
        """The vector at an index, whose last part counts vectors."""
        raise only_in_kernels("Vectors")

    def __setitem__(
        self, index: SupportsIndex | tuple[SupportsIndex, ...], value: "Vector[Any] | Number"
    ) -> None:
        """Write a vector, or one number to all of its elements."""
        raise only_in_kernels("Vectors")

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents; the last one counts vectors."""
        raise only_in_kernels("Vectors.shape")
