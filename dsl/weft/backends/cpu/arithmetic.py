"""The LLVM instructions of prelude functions, on values that already have their carried types."""

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir as llvm

from weft.model.dtypes import DType
from weft.model.ir import PRIMITIVES

F32, F64, HALF = llvm.FloatType(), llvm.DoubleType(), llvm.HalfType()
I1, I8, I16, I32 = (llvm.IntType(bits) for bits in (1, 8, 16, 32))

Build = Callable[..., Any]

# LLVM has these as intrinsics for every float type.
_LLVM_FLOAT = {
    "abs": "fabs",
    "min": "minnum",
    "max": "maxnum",
    **{
        name: name
        for name in (
            "fma",
            "exp",
            "exp2",
            "log",
            "log2",
            "log10",
            "sqrt",
            "sin",
            "cos",
            "pow",
            "floor",
            "ceil",
            "trunc",
            "rint",
            "copysign",
        )
    },
}
# These come from the C library.
_C_LIBRARY = frozenset(
    {
        "tanh", "erf", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "asinh", "acosh", "atanh", "log1p", "expm1",
        "cbrt", "hypot",
    }
)  # fmt: skip


def operand_count(name: str) -> int:
    return PRIMITIVES[name][0]


def build_operation(name: str, dtype: DType) -> Build | None:
    """What builds `name` on operands carried in `dtype`; None where there is no such operation."""
    if dtype.is_integer:
        return _integer_operation(name, dtype)
    if name == "fast_div":
        return _divide
    # Of these a processor has no faster form.
    name = name.removeprefix("fast_")
    if name in _LLVM_FLOAT:
        return partial(_intrinsic, f"llvm.{_LLVM_FLOAT[name]}")
    if name in _C_LIBRARY:
        return partial(_c_function, name)
    return _OTHERS.get(name)


def _intrinsic(name: str, builder: Any, *args: Any) -> Any:
    function_type = llvm.FunctionType(args[0].type, [arg.type for arg in args])
    function = builder.module.declare_intrinsic(name, [args[0].type], function_type)
    return builder.call(function, args)


def _c_function(name: str, builder: Any, *args: Any) -> Any:
    kind = args[0].type
    symbol = f"{name}f" if kind == F32 else name
    known = builder.module.globals.get(symbol)
    function = known or llvm.Function(builder.module, llvm.FunctionType(kind, [kind] * len(args)), symbol)
    return builder.call(function, args)


def _divide(builder: Any, a: Any, b: Any) -> Any:
    return builder.fdiv(a, b)


def _is_nan(builder: Any, a: Any) -> Any:
    return builder.fcmp_unordered("uno", a, a)


def _is_inf(builder: Any, a: Any) -> Any:
    return builder.fcmp_ordered("==", _intrinsic("llvm.fabs", builder, a), a.type(float("inf")))


def _is_finite(builder: Any, a: Any) -> Any:
    return builder.fcmp_ordered("<", _intrinsic("llvm.fabs", builder, a), a.type(float("inf")))


def _rsqrt(builder: Any, a: Any) -> Any:
    return builder.fdiv(a.type(1.0), _intrinsic("llvm.sqrt", builder, a))


def _float_floordiv(builder: Any, a: Any, b: Any) -> Any:
    return _intrinsic("llvm.floor", builder, builder.fdiv(a, b))


def _float_mod(builder: Any, a: Any, b: Any) -> Any:
    """The C remainder has the sign of `a`: where it is not 0 and not of the sign of `b`, add `b`."""
    remainder = builder.frem(a, b)
    zero = a.type(0.0)
    apart = builder.xor(
        builder.fcmp_ordered("<", remainder, zero),
        builder.fcmp_ordered("<", b, zero),
    )
    moved = builder.and_(apart, builder.fcmp_unordered("!=", remainder, zero))
    return builder.select(moved, builder.fadd(remainder, b), remainder)


_OTHERS: dict[str, Build] = {
    "rsqrt": _rsqrt,
    "floordiv": _float_floordiv,
    "mod": _float_mod,
    "is_nan": _is_nan,
    "is_inf": _is_inf,
    "is_finite": _is_finite,
}


def bitcast(builder: Any, value: Any, source: DType, target: DType) -> Any:
    """The bits of a carried value as another dtype, carried."""
    bits = builder.bitcast(to_memory(builder, value, source), memory_type(target))
    return from_memory(builder, bits, target)


def _integer_operation(name: str, dtype: DType) -> Build | None:
    signed = dtype.is_signed
    match name:
        case "popcount":
            return partial(_intrinsic, "llvm.ctpop")
        case "clz" | "ctz":
            return partial(_zeros, "llvm.ctlz" if name == "clz" else "llvm.cttz")
        case "bit_reverse":
            return partial(_intrinsic, "llvm.bitreverse")
        case "mul_hi":
            return partial(_upper_half, signed)
        case "min" | "max":
            return partial(_intrinsic, f"llvm.{'s' if signed else 'u'}{name}")
        case "abs":
            return _integer_abs if signed else _same
        case "floordiv":
            return _signed_floordiv if signed else _unsigned_division("udiv")
        case "mod":
            return _signed_mod if signed else _unsigned_division("urem")
        case _:
            return None


def _same(builder: Any, a: Any) -> Any:
    return a


def _zeros(name: str, builder: Any, a: Any) -> Any:
    """LLVM's own flag says that 0 has a result too."""
    function_type = llvm.FunctionType(a.type, [a.type, I1])
    function = builder.module.declare_intrinsic(name, [a.type], function_type)
    return builder.call(function, [a, I1(0)])


def _upper_half(signed: bool, builder: Any, a: Any, b: Any) -> Any:
    wide = llvm.IntType(2 * a.type.width)
    extend = builder.sext if signed else builder.zext
    product = builder.mul(extend(a, wide), extend(b, wide))
    return builder.trunc(builder.lshr(product, wide(a.type.width)), a.type)


def _integer_abs(builder: Any, a: Any) -> Any:
    """Wraps at the smallest number, as NumPy does."""
    return builder.select(builder.icmp_signed("<", a, a.type(0)), builder.neg(a), a)


def _unsigned_division(instruction: str) -> Build:
    def build(builder: Any, a: Any, b: Any) -> Any:
        zero = a.type(0)
        by_zero = builder.icmp_unsigned("==", b, zero)
        divisor = builder.select(by_zero, a.type(1), b)
        return builder.select(by_zero, zero, getattr(builder, instruction)(a, divisor))

    return build


def _signed_floordiv(builder: Any, a: Any, b: Any) -> Any:
    divisor, by_zero, by_minus_one = _safe_divisor(builder, a, b)
    quotient = builder.sdiv(a, divisor)
    lower = _is_inexact_below(builder, builder.srem(a, divisor), divisor)
    floored = builder.sub(quotient, builder.zext(lower, a.type))
    # The processor traps at the smallest number by -1; here it wraps, as in NumPy.
    wrapped = builder.select(by_minus_one, builder.neg(a), floored)
    return builder.select(by_zero, a.type(0), wrapped)


def _signed_mod(builder: Any, a: Any, b: Any) -> Any:
    divisor, by_zero, by_minus_one = _safe_divisor(builder, a, b)
    remainder = builder.srem(a, divisor)
    lower = _is_inexact_below(builder, remainder, divisor)
    floored = builder.select(lower, builder.add(remainder, divisor), remainder)
    return builder.select(builder.or_(by_zero, by_minus_one), a.type(0), floored)


def _safe_divisor(builder: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """`b`, or 1 where the division must not be made, and the two tests that say so."""
    by_zero = builder.icmp_signed("==", b, a.type(0))
    by_minus_one = builder.icmp_signed("==", b, a.type(-1))
    return builder.select(builder.or_(by_zero, by_minus_one), a.type(1), b), by_zero, by_minus_one


def _is_inexact_below(builder: Any, remainder: Any, divisor: Any) -> Any:
    """Whether division towards zero went up: there is a remainder, and its sign is not the divisor's."""
    zero = remainder.type(0)
    apart = builder.icmp_signed("<", builder.xor(remainder, divisor), zero)
    return builder.and_(apart, builder.icmp_signed("!=", remainder, zero))


def truncate(builder: Any, value: Any, dtype: DType) -> Any:
    """A float to an integer: out of range saturates, NaN gives 0."""
    integer = llvm.IntType(dtype.bits)
    name = f"llvm.fpto{'s' if dtype.is_signed else 'u'}i.sat"
    function_type = llvm.FunctionType(integer, [value.type])
    function = builder.module.declare_intrinsic(name, [integer, value.type], function_type)
    return builder.call(function, [value])


def memory_type(dtype: DType) -> Any:
    """The LLVM type of `dtype` in memory."""
    if dtype.kind == "bool":
        return I8
    if not dtype.is_float:
        return llvm.IntType(dtype.bits)
    return {"f16": HALF, "bf16": I16, "f32": F32, "f64": F64}[dtype.name]


def from_memory(builder: Any, value: Any, dtype: DType) -> Any:
    """A loaded value as it is carried."""
    match dtype.name:
        case "bool":
            return builder.icmp_unsigned("!=", value, I8(0))
        case "f16":
            return builder.fpext(value, F32)
        case "bf16":
            return builder.bitcast(builder.shl(builder.zext(value, I32), I32(16)), F32)
        case _:
            return value


def to_memory(builder: Any, value: Any, dtype: DType) -> Any:
    """A carried value as it is stored; `f16` and `bf16` round."""
    match dtype.name:
        case "bool":
            return builder.zext(value, I8)
        case "f16":
            return builder.fptrunc(value, HALF)
        case "bf16":
            return builder.trunc(_bf16_bits(builder, value), I16)
        case _:
            return value


def round_half(builder: Any, value: Any, dtype: DType) -> Any:
    return from_memory(builder, to_memory(builder, value, dtype), dtype)


def _bf16_bits(builder: Any, value: Any) -> Any:
    """The upper half of a float32, rounded to nearest even; a NaN stays one."""
    bits = builder.bitcast(value, I32)
    odd = builder.and_(builder.lshr(bits, I32(16)), I32(1))
    rounded = builder.lshr(builder.add(builder.add(bits, I32(0x7FFF)), odd), I32(16))
    quiet = builder.or_(builder.lshr(bits, I32(16)), I32(0x40))
    return builder.select(builder.fcmp_unordered("uno", value, value), quiet, rounded)


def round_to_odd(builder: Any, value: Any) -> Any:
    """A float64 as float32, so that rounding the result once more gives what rounding `value` once would.

    Source: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008. An inexact result is cut off
    towards zero and its last bit set.
    """
    nearest = builder.fptrunc(value, F32)
    back = builder.fpext(nearest, F64)
    bits = builder.bitcast(nearest, I32)
    magnitude, back_magnitude = (_intrinsic("llvm.fabs", builder, part) for part in (value, back))
    above = builder.fcmp_ordered(">", back_magnitude, magnitude)
    cut = builder.sub(bits, builder.zext(above, I32))
    inexact = builder.fcmp_ordered("!=", back, value)
    return builder.bitcast(builder.select(inexact, builder.or_(cut, I32(1)), bits), F32)
