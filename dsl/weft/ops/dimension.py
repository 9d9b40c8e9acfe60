"""The base of dimensions."""


class DimType(type):
    """What makes a dimension an integer to a type checker: `range(K)` and `M // 16` are valid."""

    def __index__(cls) -> int:
        raise TypeError(
            f"{cls.__name__} has a value only inside a kernel: on the host use the tensor's shape; in a signature an extent is "
            "a dimension or a number, so give this one a name of its own, `class Half(weft.Dim): ...`"
        )

    def __int__(cls) -> int:
        return cls.__index__()

    def __add__(cls, other: "int | DimType") -> int:
        return cls.__index__() + int(other)

    def __radd__(cls, other: int) -> int:
        return other + cls.__index__()

    def __sub__(cls, other: "int | DimType") -> int:
        return cls.__index__() - int(other)

    def __rsub__(cls, other: int) -> int:
        return other - cls.__index__()

    def __mul__(cls, other: "int | DimType") -> int:
        return cls.__index__() * int(other)

    def __rmul__(cls, other: int) -> int:
        return other * cls.__index__()

    def __floordiv__(cls, other: "int | DimType") -> int:
        return cls.__index__() // int(other)

    def __rfloordiv__(cls, other: int) -> int:
        return other // cls.__index__()

    def __truediv__(cls, other: "float | DimType") -> float:
        return cls.__index__() / float(other if isinstance(other, int | float) else int(other))

    def __rtruediv__(cls, other: float) -> float:
        return other / cls.__index__()

    def __mod__(cls, other: "int | DimType") -> int:
        return cls.__index__() % int(other)

    def __rmod__(cls, other: int) -> int:
        return other % cls.__index__()

    def __neg__(cls) -> int:
        return -cls.__index__()

    def __lt__(cls, other: "int | DimType") -> bool:
        return cls.__index__() < int(other)

    def __le__(cls, other: "int | DimType") -> bool:
        return cls.__index__() <= int(other)

    def __gt__(cls, other: "int | DimType") -> bool:
        return cls.__index__() > int(other)

    def __ge__(cls, other: "int | DimType") -> bool:
        return cls.__index__() >= int(other)


class Dim(metaclass=DimType):
    """A dimension: subclass it to name the extent of an axis.

    `class Batch(weft.Dim): ...` then `Tensor[f32, Batch, N]`; in a kernel `Batch` is the extent, an integer, and all
    tensors of a launch that have it must agree on it [launch-dims].
    """
