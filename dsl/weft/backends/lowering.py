"""How each primitive operation is written in generated Python: plain data that a back end may override by name.

Generated code is typed scalars: `f16` and `bf16` are carried as `float32` and rounded after each operation, `index` is
`int32` or `int64`, everything else is itself. What Python's operators do not say exactly is a call of a *prelude*
function, whose name ends in the carried dtype (`min_f32`, `floordiv_i64`); each back end supplies a prelude with all
of `prelude_names()`.
"""

from collections.abc import Mapping
from typing import Literal

from weft.model.dtypes import ALL, F32, I32, I64, DType
from weft.records import record


@record
class Infix:
    """A Python operator between two operands."""

    symbol: str


@record
class Prefix:
    """A Python operator before its operand."""

    symbol: str


@record
class Call:
    """A prelude function; the carried dtype of the operands is appended to its name."""

    name: str


@record
class Choice:
    """Python's conditional expression."""


@record
class Conversion:
    """A change of dtype."""


@record
class Bits:
    """The same bits as another dtype: a prelude function for each pair, `bitcast_f32_u32`."""


Form = Infix | Prefix | Call | Choice | Conversion | Bits


@record
class Rule:
    """The form of an operation by the kind of its last operand; None where the IR has no such operation."""

    integer: Form | None = None
    floating: Form | None = None
    boolean: Form | None = None

    def form(self, dtype: DType) -> Form | None:
        if dtype.kind == "bool":
            return self.boolean
        return self.floating if dtype.is_float else self.integer


def _numbers(form: Form) -> Rule:
    return Rule(form, form)


def _everything(form: Form) -> Rule:
    return Rule(form, form, form)


def _floats(name: str) -> Rule:
    return Rule(floating=Call(name))


def _bits(symbol: str, boolean: Form | None = None) -> Rule:
    return Rule(integer=Infix(symbol), boolean=boolean)


LOWERING: Mapping[str, Rule] = {
    "add": _numbers(Infix("+")),
    "sub": _numbers(Infix("-")),
    "mul": _numbers(Infix("*")),
    "div": Rule(floating=Infix("/")),
    "floordiv": _numbers(Call("floordiv")),
    "mod": _numbers(Call("mod")),
    "neg": _numbers(Prefix("-")),
    "abs": _numbers(Call("abs")),
    "min": Rule(Call("min"), Call("min"), Infix("and")),
    "max": Rule(Call("max"), Call("max"), Infix("or")),
    "fma": _floats("fma"),
    "eq": _everything(Infix("==")),
    "ne": _everything(Infix("!=")),
    "lt": _everything(Infix("<")),
    "le": _everything(Infix("<=")),
    "gt": _everything(Infix(">")),
    "ge": _everything(Infix(">=")),
    "and": Rule(boolean=Infix("and")),
    "or": Rule(boolean=Infix("or")),
    "not": Rule(boolean=Prefix("not ")),
    "bit_and": _bits("&", Infix("and")),
    "bit_or": _bits("|", Infix("or")),
    "bit_xor": _bits("^", Infix("!=")),
    "bit_not": Rule(integer=Prefix("~"), boolean=Prefix("not ")),
    "shift_left": _bits("<<"),
    "shift_right": _bits(">>"),
    "select": _everything(Choice()),
    "cast": _everything(Conversion()),
    "exp": _floats("exp"),
    "exp2": _floats("exp2"),
    "log": _floats("log"),
    "log2": _floats("log2"),
    "sqrt": _floats("sqrt"),
    "rsqrt": _floats("rsqrt"),
    "sin": _floats("sin"),
    "cos": _floats("cos"),
    "tanh": _floats("tanh"),
    "erf": _floats("erf"),
    "pow": _floats("pow"),
    "floor": _floats("floor"),
    "ceil": _floats("ceil"),
    "tan": _floats("tan"),
    "asin": _floats("asin"),
    "acos": _floats("acos"),
    "atan": _floats("atan"),
    "atan2": _floats("atan2"),
    "sinh": _floats("sinh"),
    "cosh": _floats("cosh"),
    "asinh": _floats("asinh"),
    "acosh": _floats("acosh"),
    "atanh": _floats("atanh"),
    "log10": _floats("log10"),
    "log1p": _floats("log1p"),
    "expm1": _floats("expm1"),
    "cbrt": _floats("cbrt"),
    "hypot": _floats("hypot"),
    "copysign": _floats("copysign"),
    "rint": _floats("rint"),
    "trunc": _floats("trunc"),
    "is_nan": _floats("is_nan"),
    "is_inf": _floats("is_inf"),
    "is_finite": _floats("is_finite"),
    "fast_exp": _floats("fast_exp"),
    "fast_log": _floats("fast_log"),
    "fast_log2": _floats("fast_log2"),
    "fast_sin": _floats("fast_sin"),
    "fast_cos": _floats("fast_cos"),
    "fast_tanh": _floats("fast_tanh"),
    "fast_pow": _floats("fast_pow"),
    "fast_div": _floats("fast_div"),
    "popcount": Rule(Call("popcount")),
    "clz": Rule(Call("clz")),
    "ctz": Rule(Call("ctz")),
    "bit_reverse": Rule(Call("bit_reverse")),
    "mul_hi": Rule(Call("mul_hi")),
    "bitcast": _numbers(Bits()),
}

# Their result on f16 and bf16 operands, computed in float32, needs no rounding.
EXACT_IN_HALF = frozenset(
    {"neg", "abs", "min", "max", "floor", "ceil", "rint", "trunc", "copysign", "select"}
)


def carried(dtype: DType, index_bits: Literal[32, 64]) -> DType:
    """The dtype in which generated code holds values of `dtype`."""
    if dtype.kind == "index":
        return I32 if index_bits == 32 else I64
    return F32 if is_half(dtype) else dtype


def is_half(dtype: DType) -> bool:
    return dtype.is_float and dtype.bits == 16


def bitcasts() -> list[tuple[DType, DType]]:
    """The pairs of dtypes of which each can be seen as the other."""
    numbers = [dtype for dtype in ALL if dtype.kind != "bool"]
    return [(a, b) for a in numbers for b in numbers if a.bits == b.bits and a != b]


def prelude_names(lowering: Mapping[str, Rule] = LOWERING) -> frozenset[str]:
    """Every prelude name that emitted code may use, apart from a target's specials.

    `i8` … `f64`, `bool_`: casts, exact result types (`i32(x)` wraps, `f32(x)` rounds; floats never reach the integer ones).
    `truncate_i8` … `truncate_u64`: a float to an integer; out of range saturates, NaN gives 0.
    `round_f16`, `round_bf16`: a float rounded to the storage precision, as float32.
    `load_f32(base, offset)`, `store_f32(base, offset, value)` for every dtype, with `shared_`, `local_` and `cluster_` after the verb for the other spaces
    (`load_shared_f16` gives float32; `offset` counts elements and is int32 or int64).
    `shared_f32(slot, size)`, `local_f32(slot, size)`: the base of an array of `size` elements.
    `bitcast_f32_u32`: the bits of a number as another dtype; of `f16` and `bf16` their own 16.
    `barrier()`, `cluster_barrier()`; `inf`, `nan`: float64 constants.
    The operations: `min_f32`, `floordiv_i64`, … The integer ones and `store` take any integer and convert it first, wrapping.
    """
    dtypes = {dtype.name for dtype in ALL}
    spaces = ("", "shared_", "local_", "cluster_")
    memory = {f"{verb}_{space}{name}" for verb in ("load", "store") for space in spaces for name in dtypes}
    arrays = {f"{space}_{name}" for space in ("shared", "local") for name in dtypes}
    truncations = {f"truncate_{dtype.name}" for dtype in ALL if dtype.is_integer}
    casts = {dtype.name for dtype in ALL if not is_half(dtype) and dtype.kind != "bool"}
    bits = {f"bitcast_{a.name}_{b.name}" for a, b in bitcasts()}
    others = {"round_f16", "round_bf16", "barrier", "cluster_barrier", "inf", "nan", "bool_", "range"}
    return frozenset(bits | memory | arrays | truncations | casts | others | _operation_names(lowering))


def _operation_names(lowering: Mapping[str, Rule]) -> set[str]:
    return {
        f"{form.name}_{dtype.name}"
        for rule in lowering.values()
        for dtype in ALL
        if not is_half(dtype) and isinstance(form := rule.form(dtype), Call)
    }
