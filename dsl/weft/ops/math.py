"""Functions of numbers. Integers are converted to f32; the result has the type of the argument."""

from weft.ops.dtypes import Float
from weft.ops.operation import only_in_kernels


def exp(x: Float, /) -> Float:
    """e to the power of `x`."""
    raise only_in_kernels("exp")


def exp2(x: Float, /) -> Float:
    """2 to the power of `x`; on a GPU a single instruction for f32."""
    raise only_in_kernels("exp2")


def log(x: Float, /) -> Float:
    """The natural logarithm of `x`; -inf at 0, NaN below."""
    raise only_in_kernels("log")


def log2(x: Float, /) -> Float:
    """The logarithm of `x` to base 2; -inf at 0, NaN below."""
    raise only_in_kernels("log2")


def sqrt(x: Float, /) -> Float:
    """The square root of `x`; NaN below 0."""
    raise only_in_kernels("sqrt")


def rsqrt(x: Float, /) -> Float:
    """`1 / sqrt(x)`."""
    raise only_in_kernels("rsqrt")


def sin(x: Float, /) -> Float:
    """The sine of `x` radians."""
    raise only_in_kernels("sin")


def cos(x: Float, /) -> Float:
    """The cosine of `x` radians."""
    raise only_in_kernels("cos")


def tanh(x: Float, /) -> Float:
    """The hyperbolic tangent of `x`."""
    raise only_in_kernels("tanh")


def erf(x: Float, /) -> Float:
    """The error function of `x`."""
    raise only_in_kernels("erf")


def floor(x: Float, /) -> Float:
    """The largest whole number not above `x`, as a float; `weft.i32(...)` makes it an integer."""
    raise only_in_kernels("floor")


def ceil(x: Float, /) -> Float:
    """The smallest whole number not below `x`, as a float; `weft.i32(...)` makes it an integer."""
    raise only_in_kernels("ceil")


def pow(x: Float, y: Float, /) -> Float:
    """`x` to the power of `y`, as floats."""
    raise only_in_kernels("pow")


def fma(a: Float, b: Float, c: Float, /) -> Float:
    """`a * b + c` with one rounding."""
    raise only_in_kernels("fma")


def minimum(x: Float, y: Float, /) -> Float:
    """The smaller of two numbers; of a number and a NaN, the number. Python's `min` does the same in a kernel."""
    raise only_in_kernels("minimum")


def maximum(x: Float, y: Float, /) -> Float:
    """The larger of two numbers; of a number and a NaN, the number. Python's `max` does the same in a kernel."""
    raise only_in_kernels("maximum")
