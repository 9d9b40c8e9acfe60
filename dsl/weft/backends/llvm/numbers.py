"""Numbers of generated code as LLVM values, and what numba makes of them where their types differ."""

from contextlib import suppress

from llvmlite import ir

from weft.backends.llvm.definitions import Builder, Value, llvm_type
from weft.errors import internal
from weft.model.dtypes import BOOL, F32, F64, I64, U64, DType
from weft.records import record

_BIT = ir.IntType(1)


@record
class Number:
    """A value and its type, as generated code carries it."""

    value: Value
    dtype: DType


def value_type(dtype: DType) -> Value:
    """The LLVM type of a carried value."""
    return _BIT if dtype.kind == "bool" else llvm_type(dtype)


def constant(value: object) -> Number:
    """A number as it is written."""
    if isinstance(value, bool):
        return Number(_BIT(int(value)), BOOL)
    if isinstance(value, int):
        dtype = I64 if value < 2**63 else U64
        return Number(ir.Constant(llvm_type(dtype), value), dtype)
    assert isinstance(value, float)
    return Number(ir.Constant(llvm_type(F64), value), F64)


def meeting(left: DType, right: DType) -> DType:
    """The type in which two numbers meet, as in numba: of whole numbers 64 bits wide."""
    if left.is_float or right.is_float:
        return F32 if left == right == F32 else F64
    unsigned = [dtype for dtype in (left, right) if dtype.kind == "uint"]
    if len(unsigned) == 2 or (unsigned and BOOL in (left, right)):
        return U64
    if any(dtype.bits == 64 for dtype in unsigned):
        raise internal(f"generated code mixes {left} and {right}")
    return I64


def converted(builder: Builder, number: Number, dtype: DType) -> Value:
    """The value as `dtype`, as numba converts what it assigns and passes."""
    value, given = number.value, number.dtype
    if given == dtype:
        return value
    if given.is_float and not dtype.is_float and dtype != BOOL:
        raise internal("generated code makes a float an integer without saying how")
    if isinstance(value, ir.Constant):
        with suppress(OverflowError):
            return _constant_as(value.constant, dtype)
    if dtype == BOOL:
        return _is_not_zero(builder, number)
    kind = value_type(dtype)
    return _to_float(builder, number, kind) if dtype.is_float else _resized(builder, number, kind)


def _constant_as(value: float, dtype: DType) -> Value:
    kind = value_type(dtype)
    if dtype == BOOL:
        return _BIT(int(value != 0))
    if dtype.is_float:
        return ir.Constant(kind, float(value))
    whole = int(value) & ((1 << dtype.bits) - 1)
    is_negative = dtype.is_signed and whole >> (dtype.bits - 1)
    return ir.Constant(kind, whole - (1 << dtype.bits) if is_negative else whole)


def _is_not_zero(builder: Builder, number: Number) -> Value:
    zero = ir.Constant(number.value.type, 0)
    if number.dtype.is_float:
        return builder.fcmp_unordered("!=", number.value, zero)
    return builder.icmp_unsigned("!=", number.value, zero)


def _to_float(builder: Builder, number: Number, kind: Value) -> Value:
    value, given = number.value, number.dtype
    if given.is_float:
        return (builder.fpext if given.bits == 32 else builder.fptrunc)(value, kind)
    return (builder.sitofp if given.is_signed else builder.uitofp)(value, kind)


def _resized(builder: Builder, number: Number, kind: Value) -> Value:
    value = number.value
    if value.type.width > kind.width:
        return builder.trunc(value, kind)
    if value.type.width == kind.width:
        return value
    return (builder.sext if number.dtype.is_signed else builder.zext)(value, kind)
