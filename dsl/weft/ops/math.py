"""Functions of numbers, and of vectors element by element. Integers are converted to f32; the result has the type of the
argument."""

from typing import Any, TypeAlias

from weft.ops.dtypes import Float, Number
from weft.ops.operation import only_in_kernels
from weft.ops.vectors import Vector

Numbers: TypeAlias = Number | Vector[Any]


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


def tan(x: Float, /) -> Float:
    """The tangent of `x` radians."""
    raise only_in_kernels("tan")


def asin(x: Float, /) -> Float:
    """The angle in radians, from -π/2 to π/2, whose sine is `x`; NaN outside of -1 to 1."""
    raise only_in_kernels("asin")


def acos(x: Float, /) -> Float:
    """The angle in radians, from 0 to π, whose cosine is `x`; NaN outside of -1 to 1."""
    raise only_in_kernels("acos")


def atan(x: Float, /) -> Float:
    """The angle in radians, from -π/2 to π/2, whose tangent is `x`."""
    raise only_in_kernels("atan")


def atan2(y: Float, x: Float, /) -> Float:
    """The angle in radians, from -π to π, of the point (`x`, `y`)."""
    raise only_in_kernels("atan2")


def sinh(x: Float, /) -> Float:
    """The hyperbolic sine of `x`."""
    raise only_in_kernels("sinh")


def cosh(x: Float, /) -> Float:
    """The hyperbolic cosine of `x`."""
    raise only_in_kernels("cosh")


def asinh(x: Float, /) -> Float:
    """The number whose hyperbolic sine is `x`."""
    raise only_in_kernels("asinh")


def acosh(x: Float, /) -> Float:
    """The number from 0 on whose hyperbolic cosine is `x`; NaN below 1."""
    raise only_in_kernels("acosh")


def atanh(x: Float, /) -> Float:
    """The number whose hyperbolic tangent is `x`; infinite at -1 and 1, NaN beyond."""
    raise only_in_kernels("atanh")


def log10(x: Float, /) -> Float:
    """The logarithm of `x` to base 10; -inf at 0, NaN below."""
    raise only_in_kernels("log10")


def log1p(x: Float, /) -> Float:
    """The natural logarithm of `1 + x`, exact where `x` is near 0."""
    raise only_in_kernels("log1p")


def expm1(x: Float, /) -> Float:
    """`exp(x) - 1`, exact where `x` is near 0."""
    raise only_in_kernels("expm1")


def cbrt(x: Float, /) -> Float:
    """The cube root of `x`, also of negative ones."""
    raise only_in_kernels("cbrt")


def hypot(x: Float, y: Float, /) -> Float:
    """`sqrt(x * x + y * y)`, without overflow on the way."""
    raise only_in_kernels("hypot")


def copysign(x: Float, y: Float, /) -> Float:
    """The magnitude of `x` with the sign of `y`."""
    raise only_in_kernels("copysign")


def rint(x: Float, /) -> Float:
    """The whole number nearest to `x`, of two equally near ones the even one, as a float."""
    raise only_in_kernels("rint")


def trunc(x: Float, /) -> Float:
    """`x` without its fraction, as a float; `weft.i32(...)` makes it an integer."""
    raise only_in_kernels("trunc")


def rcp(x: Float, /) -> Float:
    """`1 / x`."""
    raise only_in_kernels("rcp")


def isnan(x: Numbers, /) -> bool:
    """Whether `x` is NaN."""
    raise only_in_kernels("isnan")


def isinf(x: Numbers, /) -> bool:
    """Whether `x` is an infinity."""
    raise only_in_kernels("isinf")


def isfinite(x: Numbers, /) -> bool:
    """Whether `x` is neither an infinity nor NaN."""
    raise only_in_kernels("isfinite")


def clamp(x: Float, low: Float, high: Float, /) -> Float:
    """`x`, or the nearer of `low` and `high` where it is outside of them. Of a NaN, `low`."""
    raise only_in_kernels("clamp")


def select(condition: "Numbers | bool", x: Float, y: Float, /) -> Float:
    """`x` where `condition` is true, else `y`; both are numbers. Python's `x if condition else y` does the same."""
    raise only_in_kernels("select")


def fast_exp(x: Float, /) -> Float:
    """e to the power of `x`, for f32 in one or two instructions: right to about 2 + 1.2 |x| units in the last place.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__expf`.
    """
    raise only_in_kernels("fast_exp")


def fast_log(x: Float, /) -> Float:
    """The natural logarithm of `x`, for f32 fast: right to 2^-21 near 1, to 3 units in the last place elsewhere.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__logf`.
    """
    raise only_in_kernels("fast_log")


def fast_log2(x: Float, /) -> Float:
    """The logarithm of `x` to base 2, for f32 fast: right to 2^-22 near 1, to 2 units in the last place elsewhere.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__log2f`.
    """
    raise only_in_kernels("fast_log2")


def fast_sin(x: Float, /) -> Float:
    """The sine of `x` radians, for f32 fast: right to 2^-21 from -π to π, less beyond.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__sinf`.
    """
    raise only_in_kernels("fast_sin")


def fast_cos(x: Float, /) -> Float:
    """The cosine of `x` radians, for f32 fast: right to 2^-21 from -π to π, less beyond.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__cosf`.
    """
    raise only_in_kernels("fast_cos")


def fast_tanh(x: Float, /) -> Float:
    """The hyperbolic tangent of `x`, for f32 one instruction: right to about 2^-11 of it.

    On a GPU only; the CPU, and other types, compute it precisely. Source: PTX ISA, `tanh.approx.f32`.
    """
    raise only_in_kernels("fast_tanh")


def fast_pow(x: Float, y: Float, /) -> Float:
    """`x` to the power of `y`, for f32 fast: 2 to the power of `y` times the fast logarithm.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__powf`.
    """
    raise only_in_kernels("fast_pow")


def fast_div(x: Float, y: Float, /) -> Float:
    """`x / y`, for f32 fast: right to 2 units in the last place; 0 where `y` is over 2^126.

    On a GPU only; the CPU, and other types, compute it precisely. Source: CUDA C++ Programming Guide, `__fdividef`.
    """
    raise only_in_kernels("fast_div")
