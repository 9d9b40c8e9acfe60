"""Operations that Python's operators do not say exactly: of integers in LLVM, of floats mostly in libdevice."""

import math
from collections.abc import Callable, Iterator
from functools import partial

from llvmlite import ir

from weft.backends.llvm.definitions import Build, Builder, Definition, Value, call, llvm_type
from weft.model.dtypes import ALL, BOOL, F32, F64, DType
from weft.model.ir import PRIMITIVES

# Operation: libdevice's name for it; the float's is followed by `f`. Source: libdevice User's Guide.
_LIBDEVICE = {
    "abs": "fabs",
    "min": "fmin",
    "max": "fmax",
    "fma": "fma",
    "exp": "exp",
    "exp2": "exp2",
    "log": "log",
    "log2": "log2",
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "erf": "erf",
    "pow": "pow",
    "floor": "floor",
    "ceil": "ceil",
    "tan": "tan",
    "asin": "asin",
    "acos": "acos",
    "atan": "atan",
    "atan2": "atan2",
    "sinh": "sinh",
    "cosh": "cosh",
    "asinh": "asinh",
    "acosh": "acosh",
    "atanh": "atanh",
    "log10": "log10",
    "log1p": "log1p",
    "expm1": "expm1",
    "cbrt": "cbrt",
    "hypot": "hypot",
    "copysign": "copysign",
    "rint": "rint",
    "trunc": "trunc",
}
# libdevice's names for f32; for f64 there is no faster form. Source: libdevice User's Guide.
_FAST = {
    "exp": "fast_exp",
    "log": "fast_log",
    "log2": "fast_log2",
    "sin": "fast_sin",
    "cos": "fast_cos",
    "pow": "fast_pow",
    "div": "fast_fdivide",
}


def definitions() -> Iterator[tuple[str, Definition]]:
    for dtype in (F32, F64):
        for operation, name in _LIBDEVICE.items():
            operands = (dtype,) * PRIMITIVES[operation][0]
            yield f"{operation}_{dtype.name}", Definition(dtype, operands, partial(_libdevice, name))
        for operation, build in (("floordiv", _float_floordiv), ("mod", _float_mod)):
            yield f"{operation}_{dtype.name}", Definition(dtype, (dtype, dtype), build)
        for operation, build in (("is_nan", _is_nan), ("is_inf", _is_inf), ("is_finite", _is_finite)):
            yield f"{operation}_{dtype.name}", Definition(BOOL, (dtype,), build)
        yield from _fast(dtype)
    for dtype in ALL:
        if dtype.is_integer:
            yield from _integer(dtype)


def _fast(dtype: DType) -> Iterator[tuple[str, Definition]]:
    for operation, name in _FAST.items():
        exact: Build = _divide if operation == "div" else partial(_libdevice, operation)
        build = partial(_libdevice, name) if dtype == F32 else exact
        yield (
            f"fast_{operation}_{dtype.name}",
            Definition(dtype, (dtype,) * PRIMITIVES[f"fast_{operation}"][0], build),
        )
    tanh: Build = _fast_tanh if dtype == F32 else partial(_libdevice, "tanh")
    yield f"fast_tanh_{dtype.name}", Definition(dtype, (dtype,), tanh)


def _integer(dtype: DType) -> Iterator[tuple[str, Definition]]:
    signed = dtype.is_signed
    yield f"abs_{dtype.name}", Definition(dtype, (dtype,), _abs if signed else _same)
    for operation, build in (
        ("min", partial(_choose, "<", signed)),
        ("max", partial(_choose, ">", signed)),
        ("floordiv", _floordiv if signed else _unsigned_floordiv),
        ("mod", _mod if signed else _unsigned_mod),
        ("mul_hi", partial(_upper_half, signed)),
    ):
        yield f"{operation}_{dtype.name}", Definition(dtype, (dtype, dtype), build)
    for operation, build in _BITS.items():
        yield f"{operation}_{dtype.name}", Definition(dtype, (dtype,), build)


def _libdevice(name: str, builder: Builder, *operands: Value) -> Value:
    kind = operands[0].type
    suffix = "f" if kind == llvm_type(F32) else ""
    return call(builder, f"__nv_{name}{suffix}", kind, *operands)


def _divide(builder: Builder, a: Value, b: Value) -> Value:
    return builder.fdiv(a, b)


def _fast_tanh(builder: Builder, a: Value) -> Value:
    """Since compute capability 7.5. Source: PTX ISA, "tanh"."""
    kind = ir.FunctionType(a.type, [a.type])
    return builder.call(ir.InlineAsm(kind, "tanh.approx.f32 $0, $1;", "=f,f"), [a])


def _is_nan(builder: Builder, a: Value) -> Value:
    return builder.fcmp_unordered("uno", a, a)


def _is_inf(builder: Builder, a: Value) -> Value:
    return builder.fcmp_ordered("==", _libdevice("fabs", builder, a), ir.Constant(a.type, math.inf))


def _is_finite(builder: Builder, a: Value) -> Value:
    return builder.fcmp_ordered("<", _libdevice("fabs", builder, a), ir.Constant(a.type, math.inf))


def _popcount(builder: Builder, a: Value) -> Value:
    return call(builder, f"llvm.ctpop.i{a.type.width}", a.type, a)


def _leading_zeros(builder: Builder, a: Value) -> Value:
    return call(builder, f"llvm.ctlz.i{a.type.width}", a.type, a, ir.IntType(1)(0))


def _trailing_zeros(builder: Builder, a: Value) -> Value:
    return call(builder, f"llvm.cttz.i{a.type.width}", a.type, a, ir.IntType(1)(0))


def _reversed_bits(builder: Builder, a: Value) -> Value:
    """libdevice reverses 32 and 64 bits; those of narrower numbers end up on top."""
    width = max(32, a.type.width)
    wide = ir.IntType(width)
    name = "__nv_brevll" if width == 64 else "__nv_brev"
    turned = call(builder, name, wide, builder.zext(a, wide) if a.type != wide else a)
    return (
        turned if a.type == wide else builder.trunc(builder.lshr(turned, wide(width - a.type.width)), a.type)
    )


def _upper_half(signed: bool, builder: Builder, a: Value, b: Value) -> Value:
    if a.type.width == 64:
        return call(builder, "__nv_mul64hi" if signed else "__nv_umul64hi", a.type, a, b)
    wide = ir.IntType(2 * a.type.width)
    extend = builder.sext if signed else builder.zext
    return builder.trunc(
        builder.lshr(builder.mul(extend(a, wide), extend(b, wide)), wide(a.type.width)), a.type
    )


_BITS: dict[str, Build] = {
    "popcount": _popcount,
    "clz": _leading_zeros,
    "ctz": _trailing_zeros,
    "bit_reverse": _reversed_bits,
}


def _same(builder: Builder, a: Value) -> Value:
    return a


def _abs(builder: Builder, a: Value) -> Value:
    return builder.select(builder.icmp_signed("<", a, a.type(0)), builder.neg(a), a)


def _choose(comparison: str, signed: bool, builder: Builder, a: Value, b: Value) -> Value:
    compare = builder.icmp_signed if signed else builder.icmp_unsigned
    return builder.select(compare(comparison, a, b), a, b)


def _unsigned_floordiv(builder: Builder, a: Value, b: Value) -> Value:
    return _unsigned_division(builder.udiv, builder, a, b)


def _unsigned_mod(builder: Builder, a: Value, b: Value) -> Value:
    return _unsigned_division(builder.urem, builder, a, b)


def _unsigned_division(instruction: Callable[..., Value], builder: Builder, a: Value, b: Value) -> Value:
    """By zero gives 0, as on the CPU. LLVM does not define it, and would drop the code around it."""
    by_zero = builder.icmp_unsigned("==", b, b.type(0))
    return builder.select(by_zero, b.type(0), instruction(a, builder.select(by_zero, b.type(1), b)))


def _floordiv(builder: Builder, a: Value, b: Value) -> Value:
    """The quotient towards zero, less one where there is a remainder of the other sign than the divisor's."""
    divisor, by_zero, by_minus_one = _safe_divisor(builder, a, b)
    quotient = builder.sdiv(a, divisor)
    is_above = _is_above(builder, builder.srem(a, divisor), divisor)
    floored = builder.sub(quotient, builder.zext(is_above, quotient.type))
    return builder.select(by_zero, a.type(0), builder.select(by_minus_one, builder.neg(a), floored))


def _mod(builder: Builder, a: Value, b: Value) -> Value:
    divisor, by_zero, by_minus_one = _safe_divisor(builder, a, b)
    remainder = builder.srem(a, divisor)
    is_above = _is_above(builder, remainder, divisor)
    moved = builder.select(is_above, builder.add(remainder, divisor), remainder)
    return builder.select(builder.or_(by_zero, by_minus_one), a.type(0), moved)


def _safe_divisor(builder: Builder, a: Value, b: Value) -> tuple[Value, Value, Value]:
    """`b`, or 1 where LLVM does not define the division (by 0, and the smallest number by -1), and where that is."""
    by_zero = builder.icmp_signed("==", b, b.type(0))
    by_minus_one = builder.icmp_signed("==", b, b.type(-1))
    return builder.select(builder.or_(by_zero, by_minus_one), b.type(1), b), by_zero, by_minus_one


def _is_above(builder: Builder, remainder: Value, divisor: Value) -> Value:
    """Whether the quotient towards zero is above the exact one."""
    zero = remainder.type(0)
    differs = builder.icmp_signed("<", builder.xor(remainder, divisor), zero)
    return builder.and_(builder.icmp_signed("!=", remainder, zero), differs)


def _float_mod(builder: Builder, a: Value, b: Value) -> Value:
    """C's remainder, which has the sign of `a`, moved to the sign of `b`."""
    remainder = _libdevice("fmod", builder, a, b)
    zero = ir.Constant(remainder.type, 0.0)
    is_negative, wants_negative = (builder.fcmp_ordered("<", value, zero) for value in (remainder, b))
    differs = builder.xor(is_negative, wants_negative)
    moves = builder.and_(builder.fcmp_unordered("!=", remainder, zero), differs)
    return builder.select(moves, builder.fadd(remainder, b), remainder)


def _float_floordiv(builder: Builder, a: Value, b: Value) -> Value:
    return _libdevice("floor", builder, builder.fdiv(a, b))
