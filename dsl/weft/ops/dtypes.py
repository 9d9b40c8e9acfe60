"""Scalar types, as types for a type checker and as conversions in a kernel."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, SupportsFloat, SupportsIndex, TypeVar, overload

from weft.model import dtypes

if TYPE_CHECKING:
    from weft.ops.vectors import Vector


def _only_in_kernels(*operands: object) -> Any:
    raise TypeError("numbers of a kernel have a value only inside it; use NumPy's types on the host")


class Scalar:
    """A number in a kernel."""

    dtype: ClassVar[dtypes.DType]

    if TYPE_CHECKING:

        @overload
        def __new__(cls, value: "Vector[Any]", /) -> "Vector[Self]": ...
        @overload
        def __new__(cls, value: "Scalar | float | SupportsFloat | SupportsIndex" = 0, /) -> Self: ...
        def __new__(
            cls, value: "Scalar | float | SupportsFloat | SupportsIndex | Vector[Any]" = 0, /
        ) -> "Self | Vector[Self]": ...

    def __init__(self, value: "Scalar | float | SupportsFloat | SupportsIndex | Vector[Any]" = 0, /) -> None:
        raise TypeError(
            f"{type(self).__name__}(...) converts a number inside a kernel; use NumPy's types on the host"
        )

    def __add__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __radd__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __sub__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rsub__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __mul__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rmul__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __truediv__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rtruediv__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __floordiv__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rfloordiv__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __mod__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rmod__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __pow__(self, other: "Scalar | float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rpow__(self, other: "float | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __neg__(self) -> Self:
        return _only_in_kernels(self)

    def __pos__(self) -> Self:
        return _only_in_kernels(self)

    def __abs__(self) -> Self:
        return _only_in_kernels(self)

    def __lt__(self, other: "Scalar | float | SupportsIndex", /) -> bool:
        return _only_in_kernels(self, other)

    def __le__(self, other: "Scalar | float | SupportsIndex", /) -> bool:
        return _only_in_kernels(self, other)

    def __gt__(self, other: "Scalar | float | SupportsIndex", /) -> bool:
        return _only_in_kernels(self, other)

    def __ge__(self, other: "Scalar | float | SupportsIndex", /) -> bool:
        return _only_in_kernels(self, other)


class Integer(Scalar):
    """A whole number in a kernel."""

    def __index__(self) -> int:
        return _only_in_kernels(self)

    def __and__(self, other: "Scalar | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rand__(self, other: SupportsIndex, /) -> Self:
        return _only_in_kernels(self, other)

    def __or__(self, other: "Scalar | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __ror__(self, other: SupportsIndex, /) -> Self:
        return _only_in_kernels(self, other)

    def __xor__(self, other: "Scalar | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rxor__(self, other: SupportsIndex, /) -> Self:
        return _only_in_kernels(self, other)

    def __lshift__(self, other: "Scalar | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rlshift__(self, other: SupportsIndex, /) -> Self:
        return _only_in_kernels(self, other)

    def __rshift__(self, other: "Scalar | SupportsIndex", /) -> Self:
        return _only_in_kernels(self, other)

    def __rrshift__(self, other: SupportsIndex, /) -> Self:
        return _only_in_kernels(self, other)

    def __invert__(self) -> Self:
        return _only_in_kernels(self)


class f16(Scalar):
    """A 16-bit float (IEEE binary16): 11 bits of precision, up to 65504. In a kernel `f16(x)` converts a number to it."""

    dtype = dtypes.F16


class bf16(Scalar):
    """A 16-bit float with the range of f32 and 8 bits of precision. In a kernel `bf16(x)` converts a number to it."""

    dtype = dtypes.BF16


class f32(Scalar):
    """A 32-bit float (IEEE binary32). In a kernel `f32(x)` converts a number to it."""

    dtype = dtypes.F32


class f64(Scalar):
    """A 64-bit float (IEEE binary64). On most GPUs 32 to 64 times slower than f32. In a kernel `f64(x)` converts a number to it."""

    dtype = dtypes.F64


class i8(Integer):
    """An 8-bit signed integer. In a kernel `i8(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.I8


class i16(Integer):
    """A 16-bit signed integer. In a kernel `i16(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.I16


class i32(Integer):
    """A 32-bit signed integer. In a kernel `i32(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.I32


class i64(Integer):
    """A 64-bit signed integer. In a kernel `i64(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.I64


class u8(Integer):
    """An 8-bit unsigned integer. In a kernel `u8(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.U8


class u16(Integer):
    """A 16-bit unsigned integer. In a kernel `u16(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.U16


class u32(Integer):
    """A 32-bit unsigned integer. In a kernel `u32(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.U32


class u64(Integer):
    """A 64-bit unsigned integer. In a kernel `u64(x)` converts a number to it. Fractions are dropped, and what does not fit wraps."""

    dtype = dtypes.U64


class boolean(Integer):
    """True or false; one byte in memory. In a kernel `boolean(x)` is whether a number is not 0."""

    dtype = dtypes.BOOL


DT = TypeVar("DT", bound=Scalar)
Float = TypeVar("Float", bound="Scalar | float | Vector[Any]")
Whole = TypeVar("Whole", bound="Integer | int | Vector[Any]")
Number = Scalar | float | SupportsIndex
