"""The primitive operations on NumPy arrays: one element for each thread of a block.

This is the living definition of `weft.model.ir.PRIMITIVES`: NumPy's own arithmetic in the operation's own type, and
nothing clever. `bf16` is carried as float32 and rounded after each operation; `index` is int64.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy

from weft.model.dtypes import DType

Array = Any


def numpy_dtype(dtype: DType) -> "numpy.dtype[Any]":
    """The type in which values of `dtype` are computed."""
    if dtype.kind in ("bool", "index"):
        return numpy.dtype("bool" if dtype.kind == "bool" else "int64")
    if dtype.name == "bf16":
        return numpy.dtype("float32")
    return numpy.dtype(f"{'uint' if dtype.kind == 'uint' else dtype.kind}{dtype.bits}")


def operation(name: str, dtype: DType, operands: list[Array]) -> Array:
    """The result of an operation whose operands have the types that it wants, as `dtype`."""
    with numpy.errstate(all="ignore"):
        if name == "cast":
            return convert(operands[0], dtype)
        result = numpy.asarray(FUNCTIONS[name](*operands))
        return round_bf16(result) if dtype.name == "bf16" else result.astype(numpy_dtype(dtype), copy=False)


def convert(value: Array, dtype: DType) -> Array:
    """Floats become integers by truncation, saturating, NaN giving 0; integers wrap."""
    given = numpy.asarray(value)
    if dtype.name == "bf16":
        return round_bf16(given)
    wanted = numpy_dtype(dtype)
    if not (dtype.is_integer and given.dtype.kind == "f"):
        return given.astype(wanted)
    limits = numpy.iinfo(wanted)
    whole = numpy.nan_to_num(numpy.trunc(given.astype("float64")), nan=0.0)
    # The limits of 64 bits are no doubles: compare, then convert what lies between.
    inside = numpy.where((whole > limits.min) & (whole < limits.max), whole, 0).astype(wanted)
    return numpy.where(
        whole <= limits.min, limits.min, numpy.where(whole >= limits.max, limits.max, inside)
    ).astype(wanted)


def bitcast(source: DType, target: DType, value: Array) -> Array:
    given = numpy.atleast_1d(numpy.asarray(value))
    bits = to_bf16_bits(given) if source.name == "bf16" else given
    found = from_bf16_bits(bits.view("uint16")) if target.name == "bf16" else bits.view(numpy_dtype(target))
    return found.reshape(numpy.shape(value))


def round_bf16(value: Array) -> Array:
    """To the nearest bf16, ties to even, as float32. A double is rounded once: to odd first."""
    given = numpy.asarray(value)
    single = given.astype("float32")
    bits = single.view("uint32")
    if given.dtype == numpy.float64:
        toward_zero = numpy.abs(single.astype("float64")) > numpy.abs(given)
        bits = bits - toward_zero.astype("uint32")
        inexact = bits.view("float32").astype("float64") != given
        bits = bits | inexact.astype("uint32")
    rounded = bits + (0x7FFF + ((bits >> 16) & 1)).astype("uint32") & numpy.uint32(0xFFFF0000)
    return numpy.where(numpy.isnan(single), single, rounded.view("float32")).astype("float32")


def from_bf16_bits(bits: Array) -> Array:
    return (bits.astype("uint32") << 16).view("float32")


def to_bf16_bits(value: Array) -> Array:
    return (numpy.asarray(value, "float32").view("uint32") >> 16).astype("uint16")


def _negative(value: Array) -> Array:
    return numpy.negative(value) if value.dtype.kind != "b" else value


def _floor_divide(a: Array, b: Array) -> Array:
    return numpy.floor(numpy.divide(a, b)) if numpy.asarray(a).dtype.kind == "f" else numpy.floor_divide(a, b)


def _fma(a: Array, b: Array, c: Array) -> Array:
    """One rounding: the product of two floats is exact in double, that of two doubles nearly so in a long double."""
    wide = numpy.longdouble if a.dtype == numpy.float64 else numpy.float64
    return (a.astype(wide) * b.astype(wide) + c.astype(wide)).astype(a.dtype)


def _reciprocal_root(a: Array) -> Array:
    return (1 / numpy.sqrt(a.astype("float64"))).astype(a.dtype)


def _on_bits(compute: Callable[[int, int], int]) -> Callable[[Array], Array]:
    """A function of an unsigned number and its width, on integers of any dtype; the result is of the same dtype."""

    def on_array(a: Array) -> Array:
        given = numpy.atleast_1d(numpy.asarray(a))
        width = given.itemsize * 8
        unsigned = given.view(f"uint{width}").ravel().tolist()
        found = numpy.array([compute(bits, width) for bits in unsigned], f"uint{width}").view(given.dtype)
        return found.reshape(numpy.shape(a))

    return on_array


def _reversed(bits: int, width: int) -> int:
    return int(f"{bits:0{width}b}"[::-1], 2)


def _upper_half(a: Array, b: Array) -> Array:
    first, second = numpy.broadcast_arrays(a, b)
    width = first.itemsize * 8
    products = [x * y >> width for x, y in zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)]
    return numpy.array(products, first.dtype).reshape(first.shape)


# From an unsigned number and its width in bits.
BITS: Mapping[str, Callable[[int, int], int]] = {
    "popcount": lambda bits, _: bits.bit_count(),
    "clz": lambda bits, width: width - bits.bit_length(),
    "ctz": lambda bits, width: (bits & -bits).bit_length() - 1 if bits else width,
    "bit_reverse": _reversed,
}


FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "add": numpy.add,
    "sub": numpy.subtract,
    "mul": numpy.multiply,
    "div": numpy.divide,
    "floordiv": _floor_divide,
    "mod": numpy.mod,
    "neg": _negative,
    "abs": numpy.abs,
    "min": numpy.fmin,
    "max": numpy.fmax,
    "fma": _fma,
    "eq": numpy.equal,
    "ne": numpy.not_equal,
    "lt": numpy.less,
    "le": numpy.less_equal,
    "gt": numpy.greater,
    "ge": numpy.greater_equal,
    "not": numpy.logical_not,
    "bit_and": numpy.bitwise_and,
    "bit_or": numpy.bitwise_or,
    "bit_xor": numpy.bitwise_xor,
    "bit_not": numpy.invert,
    "shift_left": numpy.left_shift,
    "shift_right": numpy.right_shift,
    "exp": numpy.exp,
    "exp2": numpy.exp2,
    "log": numpy.log,
    "log2": numpy.log2,
    "sqrt": numpy.sqrt,
    "rsqrt": _reciprocal_root,
    "sin": numpy.sin,
    "cos": numpy.cos,
    "tanh": numpy.tanh,
    "erf": numpy.vectorize(math.erf, otypes=["float64"]),
    "pow": numpy.power,
    "floor": numpy.floor,
    "ceil": numpy.ceil,
    "tan": numpy.tan,
    "asin": numpy.arcsin,
    "acos": numpy.arccos,
    "atan": numpy.arctan,
    "atan2": numpy.arctan2,
    "sinh": numpy.sinh,
    "cosh": numpy.cosh,
    "asinh": numpy.arcsinh,
    "acosh": numpy.arccosh,
    "atanh": numpy.arctanh,
    "log10": numpy.log10,
    "log1p": numpy.log1p,
    "expm1": numpy.expm1,
    "cbrt": numpy.cbrt,
    "hypot": numpy.hypot,
    "copysign": numpy.copysign,
    "rint": numpy.rint,
    "trunc": numpy.trunc,
    "is_nan": numpy.isnan,
    "is_inf": numpy.isinf,
    "is_finite": numpy.isfinite,
    "fast_exp": numpy.exp,
    "fast_log": numpy.log,
    "fast_log2": numpy.log2,
    "fast_sin": numpy.sin,
    "fast_cos": numpy.cos,
    "fast_tanh": numpy.tanh,
    "fast_pow": numpy.power,
    "fast_div": numpy.divide,
    **{name: _on_bits(compute) for name, compute in BITS.items()},
    "mul_hi": _upper_half,
}
# These decide which of their operands are evaluated, so the interpreter does them itself.
LAZY = frozenset({"and", "or", "select", "cast"})
