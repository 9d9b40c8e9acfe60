"""Tensors in kernels: elements, shapes and views."""

from typing import Any, Generic, SupportsIndex, TypeAlias, TypeVarTuple

from weft.layout import Layout
from weft.ops.dtypes import DT, Number
from weft.ops.operation import only_in_kernels

Shape = TypeVarTuple("Shape")
Sizes: TypeAlias = "int | tuple[int, ...]"


class Tensor(Generic[DT, *Shape]):
    """A tensor: `Tensor[f32, M, K]` is one of `f32` with M rows and K columns.

    In a signature, each axis is a dimension (`weft.dims.N`, or your own `class Rows(weft.Dim): ...`) or a number.
    A launch passes NumPy arrays, or anything with DLPack or `__cuda_array_interface__`, as they are.

    Wrong: another dtype [launch-dtype], another number of axes [launch-rank], dimensions that disagree [launch-dims].
    """

    def __getitem__(self, index: object) -> DT:
        """One element. Outside of the tensor it is 0, and no memory is read."""
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
