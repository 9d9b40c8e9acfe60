"""Vectors: several numbers of one thread."""

from collections.abc import Iterator
from typing import Any, Generic, SupportsIndex

from weft.ops.dtypes import DT, Number, boolean
from weft.ops.operation import only_in_kernels


class Vector(Generic[DT]):
    """Several numbers of one thread. Operators work element by element; `v[k]`, of a k known at compile time, is one, to read
    and to set."""

    def __getitem__(self, index: SupportsIndex) -> DT:
        """One of the numbers."""
        raise only_in_kernels("Vector")

    def __setitem__(self, index: SupportsIndex, value: "Number") -> None:
        """Set one of the numbers."""
        raise only_in_kernels("Vector")

    def __len__(self) -> int:
        """How many numbers there are."""
        raise only_in_kernels("Vector")

    def __iter__(self) -> Iterator[DT]:
        """The numbers, for `sum`, `min` and `max`."""
        raise only_in_kernels("Vector")

    def __add__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The sums."""
        raise only_in_kernels("Vector")

    def __sub__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The differences."""
        raise only_in_kernels("Vector")

    def __mul__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The products."""
        raise only_in_kernels("Vector")

    def __truediv__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The quotients."""
        raise only_in_kernels("Vector")

    def __floordiv__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The floors of the quotients."""
        raise only_in_kernels("Vector")

    def __mod__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The remainders, of the sign of the divisor."""
        raise only_in_kernels("Vector")

    def __pow__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The powers."""
        raise only_in_kernels("Vector")

    def __and__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The bits that both have."""
        raise only_in_kernels("Vector")

    def __or__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The bits that either has."""
        raise only_in_kernels("Vector")

    def __xor__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The bits that one of them has."""
        raise only_in_kernels("Vector")

    def __lshift__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The bits moved up."""
        raise only_in_kernels("Vector")

    def __rshift__(self, other: "Vector[Any] | Number") -> "Vector[DT]":
        """The bits moved down."""
        raise only_in_kernels("Vector")

    def __neg__(self) -> "Vector[DT]":
        """The numbers with the opposite sign."""
        raise only_in_kernels("Vector")

    def __pos__(self) -> "Vector[DT]":
        """The numbers."""
        raise only_in_kernels("Vector")

    def __abs__(self) -> "Vector[DT]":
        """The magnitudes."""
        raise only_in_kernels("Vector")

    def __invert__(self) -> "Vector[DT]":
        """The numbers with each bit turned over; of conditions, their opposites."""
        raise only_in_kernels("Vector")

    def __lt__(self, other: "Vector[Any] | Number") -> "Vector[boolean]":
        """Where it is less."""
        raise only_in_kernels("Vector")

    def __le__(self, other: "Vector[Any] | Number") -> "Vector[boolean]":
        """Where it is less or the same."""
        raise only_in_kernels("Vector")

    def __gt__(self, other: "Vector[Any] | Number") -> "Vector[boolean]":
        """Where it is more."""
        raise only_in_kernels("Vector")

    def __ge__(self, other: "Vector[Any] | Number") -> "Vector[boolean]":
        """Where it is more or the same."""
        raise only_in_kernels("Vector")

    def __eq__(self, other: object) -> "Vector[boolean]":  # pyright: ignore[reportIncompatibleMethodOverride]
        """Where both are the same."""
        raise only_in_kernels("Vector")

    def __ne__(self, other: object) -> "Vector[boolean]":  # pyright: ignore[reportIncompatibleMethodOverride]
        """Where they differ."""
        raise only_in_kernels("Vector")

    __radd__, __rsub__, __rmul__, __rtruediv__ = __add__, __sub__, __mul__, __truediv__
    __rfloordiv__, __rmod__, __rpow__ = __floordiv__, __mod__, __pow__
    __rand__, __ror__, __rxor__, __rlshift__, __rrshift__ = __and__, __or__, __xor__, __lshift__, __rshift__
