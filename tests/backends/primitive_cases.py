"""Each primitive operation beside what NumPy gives: the cases that every back end must pass.

`f16` and `bf16` are computed in float32 and rounded, which is what `carried` arrays are for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
from building import NUMPY
from weft.model.dtypes import ALL, BOOL, DType

FLOATS = tuple(dtype for dtype in ALL if dtype.is_float)
INTEGERS = tuple(dtype for dtype in ALL if dtype.is_integer)
NUMBERS = FLOATS + INTEGERS
BITS = (*INTEGERS, BOOL)


@dataclass(frozen=True)
class Case:
    """numpy: the expected values from operands as they are carried. inputs: which operands make sense."""

    dtypes: tuple[DType, ...]
    numpy: Callable[..., Any]
    inputs: str = "any"


def _truncated_division(a: Any, b: Any) -> Any:
    with numpy.errstate(all="ignore"):
        return numpy.floor(a / b) if a.dtype.kind == "f" else a // b


def _fused(a: Any, b: Any, c: Any) -> Any:
    wide = numpy.longdouble
    return (a.astype(wide) * b.astype(wide) + c.astype(wide)).astype(a.dtype)


def _of_bits(compute: Callable[[str], int]) -> Callable[[Any], Any]:
    """A function of the digits of a number in base 2."""

    def on_array(a: Any) -> Any:
        digits = [numpy.binary_repr(int(one), a.itemsize * 8) for one in a]
        return numpy.array(list(map(compute, digits)), f"uint{a.itemsize * 8}").view(a.dtype)

    return on_array


def _upper_half(a: Any, b: Any) -> Any:
    return numpy.array([int(x) * int(y) >> a.itemsize * 8 for x, y in zip(a, b, strict=True)], a.dtype)


CASES = {
    "add": Case(NUMBERS, numpy.add),
    "sub": Case(NUMBERS, numpy.subtract),
    "mul": Case(NUMBERS, numpy.multiply),
    "div": Case(FLOATS, numpy.divide),
    "floordiv": Case(NUMBERS, _truncated_division),
    "mod": Case(NUMBERS, numpy.mod),
    "neg": Case(NUMBERS, numpy.negative),
    "abs": Case(NUMBERS, numpy.abs),
    "min": Case(NUMBERS, numpy.fmin),
    "max": Case(NUMBERS, numpy.fmax),
    "fma": Case(FLOATS, _fused, "small"),
    "eq": Case((*NUMBERS, BOOL), numpy.equal),
    "ne": Case((*NUMBERS, BOOL), numpy.not_equal),
    "lt": Case(NUMBERS, numpy.less),
    "le": Case(NUMBERS, numpy.less_equal),
    "gt": Case(NUMBERS, numpy.greater),
    "ge": Case(NUMBERS, numpy.greater_equal),
    "and": Case((BOOL,), numpy.logical_and),
    "or": Case((BOOL,), numpy.logical_or),
    "not": Case((BOOL,), numpy.logical_not),
    "bit_and": Case(BITS, numpy.bitwise_and),
    "bit_or": Case(BITS, numpy.bitwise_or),
    "bit_xor": Case(BITS, numpy.bitwise_xor),
    "bit_not": Case(BITS, numpy.invert),
    "shift_left": Case(INTEGERS, numpy.left_shift, "shift"),
    "shift_right": Case(INTEGERS, numpy.right_shift, "shift"),
    "exp": Case(FLOATS, numpy.exp, "small"),
    "exp2": Case(FLOATS, numpy.exp2, "small"),
    "log": Case(FLOATS, numpy.log, "positive"),
    "log2": Case(FLOATS, numpy.log2, "positive"),
    "sqrt": Case(FLOATS, numpy.sqrt, "positive"),
    "rsqrt": Case(FLOATS, lambda a: 1 / numpy.sqrt(a), "positive"),
    "sin": Case(FLOATS, numpy.sin, "small"),
    "cos": Case(FLOATS, numpy.cos, "small"),
    "tanh": Case(FLOATS, numpy.tanh, "small"),
    "erf": Case(FLOATS, lambda a: numpy.vectorize(math.erf)(a).astype(a.dtype), "small"),
    "pow": Case(FLOATS, numpy.power, "positive"),
    "floor": Case(FLOATS, numpy.floor),
    "ceil": Case(FLOATS, numpy.ceil),
    "tan": Case(FLOATS, numpy.tan, "unit"),
    "asin": Case(FLOATS, numpy.arcsin, "unit"),
    "acos": Case(FLOATS, numpy.arccos, "unit"),
    "atan": Case(FLOATS, numpy.arctan, "small"),
    "atan2": Case(FLOATS, numpy.arctan2, "small"),
    "sinh": Case(FLOATS, numpy.sinh, "small"),
    "cosh": Case(FLOATS, numpy.cosh, "small"),
    "asinh": Case(FLOATS, numpy.arcsinh, "small"),
    "acosh": Case(FLOATS, numpy.arccosh, "above 1"),
    "atanh": Case(FLOATS, numpy.arctanh, "unit"),
    "log10": Case(FLOATS, numpy.log10, "positive"),
    "log1p": Case(FLOATS, numpy.log1p, "unit"),
    "expm1": Case(FLOATS, numpy.expm1, "unit"),
    "cbrt": Case(FLOATS, numpy.cbrt, "small"),
    "hypot": Case(FLOATS, numpy.hypot, "small"),
    "copysign": Case(FLOATS, numpy.copysign),
    "rint": Case(FLOATS, numpy.rint),
    "trunc": Case(FLOATS, numpy.trunc),
    "is_nan": Case(FLOATS, numpy.isnan),
    "is_inf": Case(FLOATS, numpy.isinf),
    "is_finite": Case(FLOATS, numpy.isfinite),
    "fast_exp": Case(FLOATS, numpy.exp, "small"),
    "fast_log": Case(FLOATS, numpy.log, "positive"),
    "fast_log2": Case(FLOATS, numpy.log2, "positive"),
    "fast_sin": Case(FLOATS, numpy.sin, "unit"),
    "fast_cos": Case(FLOATS, numpy.cos, "unit"),
    "fast_tanh": Case(FLOATS, numpy.tanh, "small"),
    "fast_pow": Case(FLOATS, numpy.power, "positive"),
    "fast_div": Case(FLOATS, numpy.divide, "positive"),
    "popcount": Case(INTEGERS, _of_bits(lambda bits: bits.count("1"))),
    "clz": Case(INTEGERS, _of_bits(lambda bits: len(bits) - len(bits.lstrip("0")))),
    "ctz": Case(INTEGERS, _of_bits(lambda bits: len(bits) - len(bits.rstrip("0")))),
    "bit_reverse": Case(INTEGERS, _of_bits(lambda bits: int(bits[::-1], 2))),
    "mul_hi": Case(INTEGERS, _upper_half),
}
# These have operands of two dtypes, and tests of their own.
OTHERS = {"select", "cast", "bitcast"}

COUNT = 256


def operands(dtype: DType, inputs: str, place: int) -> Any:
    """The values of the operand at `place`, in the order of threads."""
    random = numpy.random.default_rng(100 + place)
    kind = NUMPY[dtype.name]
    if dtype.kind == "bool":
        return random.integers(0, 2, COUNT).astype(bool)
    if dtype.is_integer:
        return _integers(random, kind, inputs, place)
    values = random.normal(0, 3, COUNT)
    if inputs == "positive":
        values = numpy.abs(values) + 0.01
    if inputs == "unit":
        values = numpy.tanh(values) * 0.99
    if inputs == "above 1":
        values = numpy.abs(values) + 1.01
    if inputs == "any":
        values[:8] = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5]
        values = numpy.roll(values, 3 * place)
    return values.astype(kind)


def _integers(random: Any, kind: Any, inputs: str, place: int) -> Any:
    limits = numpy.iinfo(kind)
    if inputs == "shift" and place == 1:
        return random.integers(0, limits.bits, COUNT).astype(kind)
    values = random.integers(limits.min, limits.max, COUNT, dtype=kind, endpoint=True)
    values[::2] = random.integers(0, 20, len(values[::2])).astype(kind)
    values[:6] = [0, 1, limits.max, limits.min, limits.max, limits.min]
    # The smallest number meets -1 in the fourth pair, everything meets 0 somewhere.
    return (
        numpy.where(numpy.arange(COUNT) == 3, kind.type(-1 if limits.min else 1), values) if place else values
    )


def carried(values: Any, dtype: DType) -> Any:
    return values.astype("float32") if dtype.is_float and dtype.bits == 16 else values


def expected(name: str, dtype: DType, values: list[Any]) -> Any:
    with numpy.errstate(all="ignore"):
        found = CASES[name].numpy(*(carried(value, dtype) for value in values))
        return found if found.dtype == bool else found.astype(NUMPY[dtype.name])


def assert_equal(found: Any, wanted: Any, dtype: DType, *, ulps: int) -> None:
    """Integers exactly, floats within `ulps` units in the last place, NaN where NaN is wanted."""
    if found.dtype.kind in "biu":
        numpy.testing.assert_array_equal(found, wanted)
        return
    precision = {"f16": 2.0**-10, "bf16": 2.0**-7, "f32": 2.0**-23, "f64": 2.0**-52}[dtype.name]
    numpy.testing.assert_allclose(
        found.astype("float64"), wanted.astype("float64"), rtol=ulps * precision, atol=0
    )
