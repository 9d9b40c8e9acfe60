"""Definitions of prelude functions as data: each writes LLVM IR."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from weft.model.dtypes import DType
from weft.records import record

Value = Any
Builder = Any
Build = Callable[..., Value]


@record
class Definition:
    """A prelude function. build: from the builder and the operands to the result.

    operands: what is passed is converted to these; None takes it as it is. result: None for no result; several for a
    sequence of values.
    """

    result: DType | tuple[DType, ...] | None
    operands: tuple[DType | None, ...]
    build: Build


@record
class ArrayDefinition:
    """A prelude function of two numbers known at compile time, the slot and the size of an array."""

    build: Callable[[Builder, int, int], Value]


def llvm_type(dtype: DType) -> Any:
    """How a value of `dtype` lies in memory; bf16 as its bits, since NVVM has no type for it."""
    if dtype.name == "bf16":
        return ir.IntType(16)
    if dtype.is_float:
        return {16: ir.HalfType, 32: ir.FloatType, 64: ir.DoubleType}[dtype.bits]()
    return ir.IntType(dtype.bits)


def call(builder: Builder, name: str, result: Any, *operands: Value) -> Value:
    """A call of an LLVM intrinsic or of a function of libdevice."""
    function = builder.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(result, [operand.type for operand in operands])
        function = ir.Function(builder.module, kind, name)
    return builder.call(function, operands)
