"""Casts: `flat` converts operands to a definition's dtypes, so most of these do nothing more."""

from collections.abc import Iterator
from functools import partial

from llvmlite import ir

from weft.backends.cuda.memory import carry, lay
from weft.backends.llvm.definitions import Builder, Definition, Value, call, llvm_type
from weft.backends.lowering import bitcasts, is_half
from weft.model.dtypes import ALL, BOOL, F32, DType

_DOUBLE = ir.DoubleType()


def definitions() -> Iterator[tuple[str, Definition]]:
    yield "bool_", Definition(BOOL, (BOOL,), _same)
    for dtype in ALL:
        if dtype.kind != "bool" and not is_half(dtype):
            yield dtype.name, Definition(dtype, (dtype,), _same)
        if dtype.is_integer:
            yield f"truncate_{dtype.name}", Definition(dtype, (None,), partial(_truncate, dtype))
    for source, target in bitcasts():
        kinds = (F32 if is_half(dtype) else dtype for dtype in (source, target))
        given, result = kinds
        yield (
            f"bitcast_{source.name}_{target.name}",
            Definition(result, (given,), partial(_bitcast, source, target)),
        )


def _same(builder: Builder, value: Value) -> Value:
    return value


def _bitcast(source: DType, target: DType, builder: Builder, value: Value) -> Value:
    stored = builder.bitcast(lay(source, builder, value), llvm_type(target))
    return carry(target, builder, stored)


def _truncate(dtype: DType, builder: Builder, value: Value) -> Value:
    """PTX's `cvt.rzi` saturates; what it makes of NaN depends on the types, so 0 is chosen here."""
    source = "d" if value.type == _DOUBLE else "f"
    wide = ir.IntType(max(32, dtype.bits))
    name = f"{source}2{'' if dtype.is_signed else 'u'}{'ll' if dtype.bits == 64 else 'i'}"
    converted = call(builder, f"llvm.nvvm.{name}.rz", wide, value)
    is_nan = builder.fcmp_unordered("uno", value, value)
    number = builder.select(is_nan, wide(0), converted)
    return number if dtype.bits >= 32 else builder.trunc(_clamped(dtype, builder, number), llvm_type(dtype))


def _clamped(dtype: DType, builder: Builder, value: Value) -> Value:
    if not dtype.is_signed:
        highest = value.type((1 << dtype.bits) - 1)
        return builder.select(builder.icmp_unsigned("<", value, highest), value, highest)
    lowest, highest = value.type(-(1 << (dtype.bits - 1))), value.type((1 << (dtype.bits - 1)) - 1)
    above = builder.select(builder.icmp_signed("<", value, highest), value, highest)
    return builder.select(builder.icmp_signed(">", above, lowest), above, lowest)
