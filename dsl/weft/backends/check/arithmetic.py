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
}
# These decide which of their operands are evaluated, so the interpreter does them itself.
LAZY = frozenset({"and", "or", "select", "cast"})
