"""f16 and bf16: stored in 16 bits, carried as float32.

numba's own arithmetic on them becomes external calls through local memory (measured), hence this.
"""

from collections.abc import Callable, Iterator
from functools import partial

from llvmlite import ir

from weft.backends.llvm.definitions import Build, Builder, Definition, Value, call
from weft.model.dtypes import F32

_I16, _I32 = ir.IntType(16), ir.IntType(32)
_HALF, _FLOAT, _DOUBLE = ir.HalfType(), ir.FloatType(), ir.DoubleType()

# The first compute capability with `cvt.rn.bf16.f32` and `fma.rn.bf16`. Source: PTX ISA, "cvt", "fma".
_FIRST_BF16 = (8, 0)
# The first with `add.rn.bf16` and the like. Source: PTX ISA, "add".
_FIRST_BF16_SUM = (9, 0)

_OPERANDS = {"add": 2, "sub": 2, "mul": 2, "fma": 3}
# Operations that round once, without a way through float32.
NATIVE = frozenset(f"{name}_{dtype}" for name in _OPERANDS for dtype in ("f16", "bf16"))

Convert = Callable[[Builder, Value], Value]


def definitions(capability: tuple[int, int]) -> Iterator[tuple[str, Definition]]:
    yield "round_f16", Definition(F32, (None,), _round_f16)
    convert = _bf16_by_instruction if capability >= _FIRST_BF16 else _bf16_by_bits
    yield "round_bf16", Definition(F32, (None,), partial(_round_bf16, convert))
    for name, count in _OPERANDS.items():
        operands = (F32,) * count
        yield f"{name}_f16", Definition(F32, operands, partial(_in_f16, name))
        yield f"{name}_bf16", Definition(F32, operands, _bf16_operation(name, capability, convert))


def _in_f16(name: str, builder: Builder, *operands: Value) -> Value:
    """LLVM sees that a value was an f16 before, so nothing is left of the conversions between two operations."""
    halves = [to_f16(builder, operand) for operand in operands]
    if name == "fma":
        return from_f16(builder, call(builder, "llvm.fma.f16", _HALF, *halves))
    return from_f16(builder, getattr(builder, f"f{name}")(*halves))


def _bf16_operation(name: str, capability: tuple[int, int], convert: Convert) -> Build:
    if capability >= _FIRST_BF16_SUM and name != "fma":
        return partial(_in_bf16, f"{name}.rn.bf16 $0, $1, $2;")
    if capability >= _FIRST_BF16:
        return partial(_in_bf16, _BY_FMA[name])
    return partial(_bf16_in_f32, name, convert)


# In PTX, 0x3F80 is 1, 0xBF80 is -1 and 0x8000 is -0 of bf16: what changes nothing.
_BY_FMA = {
    "add": "{.reg .b16 one; mov.b16 one, 0x3F80U; fma.rn.bf16 $0, $1, one, $2;}",
    "sub": "{.reg .b16 one; mov.b16 one, 0xBF80U; fma.rn.bf16 $0, $2, one, $1;}",
    "mul": "{.reg .b16 zero; mov.b16 zero, 0x8000U; fma.rn.bf16 $0, $1, $2, zero;}",
    "fma": "fma.rn.bf16 $0, $1, $2, $3;",
}


def _in_bf16(text: str, builder: Builder, *operands: Value) -> Value:
    """PTX, since NVVM has no such type."""
    bits = [to_bf16(builder, operand) for operand in operands]
    kind = ir.FunctionType(_I16, [_I16] * len(bits))
    constraint = ",".join(["=h", *("h" for _ in bits)])
    return from_bf16(builder, builder.call(ir.InlineAsm(kind, text, constraint), bits))


def _bf16_in_f32(name: str, convert: Convert, builder: Builder, *operands: Value) -> Value:
    if name == "fma":
        exact = call(builder, "llvm.fma.f32", _FLOAT, *operands)
    else:
        exact = getattr(builder, f"f{name}")(*operands)
    return _round_bf16(convert, builder, exact)


def from_f16(builder: Builder, loaded: Value) -> Value:
    return builder.fpext(loaded, _FLOAT)


def to_f16(builder: Builder, value: Value) -> Value:
    return builder.fptrunc(value, _HALF)


def from_bf16(builder: Builder, loaded: Value) -> Value:
    return builder.bitcast(builder.shl(builder.zext(loaded, _I32), _I32(16)), _FLOAT)


def to_bf16(builder: Builder, value: Value) -> Value:
    """The upper bits of a value that is rounded already, as generated code's values are: no conversion is needed."""
    return builder.trunc(builder.lshr(builder.bitcast(value, _I32), _I32(16)), _I16)


def round_bf16_by_bits(builder: Builder, value: Value) -> Value:
    return from_bf16(builder, _bf16_by_bits(builder, value))


def _round_f16(builder: Builder, value: Value) -> Value:
    return from_f16(builder, to_f16(builder, value))


def _round_bf16(convert: Convert, builder: Builder, value: Value) -> Value:
    single = _to_odd(builder, value) if value.type == _DOUBLE else value
    return from_bf16(builder, convert(builder, single))


def _to_odd(builder: Builder, value: Value) -> Value:
    """A double as a float rounded to odd, which a second rounding to fewer bits does not falsify.

    Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
    odd", 2008.
    """
    truncated = call(builder, "llvm.nvvm.d2f.rz", _FLOAT, value)
    inexact = builder.fcmp_unordered("!=", builder.fpext(truncated, _DOUBLE), value)
    bits = builder.or_(builder.bitcast(truncated, _I32), builder.zext(inexact, _I32))
    return builder.bitcast(bits, _FLOAT)


def _bf16_by_instruction(builder: Builder, value: Value) -> Value:
    instruction = ir.InlineAsm(ir.FunctionType(_I16, [_FLOAT]), "cvt.rn.bf16.f32 $0, $1;", "=h,f")
    return builder.call(instruction, [value])


def _bf16_by_bits(builder: Builder, value: Value) -> Value:
    """To nearest, ties to even: add half a unit, less one where the last bit that stays is 0. NaN stays NaN."""
    bits = builder.bitcast(value, _I32)
    last = builder.and_(builder.lshr(bits, _I32(16)), _I32(1))
    rounded = builder.lshr(builder.add(bits, builder.add(last, _I32(0x7FFF))), _I32(16))
    is_nan = builder.fcmp_unordered("uno", value, value)
    return builder.trunc(builder.select(is_nan, _I32(0x7FFF), rounded), _I16)
