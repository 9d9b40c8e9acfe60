"""Definitions of prelude functions as data, and the numba-cuda intrinsics that they become.

numba itself sees scalars and calls only; everything else is LLVM IR written here, so that little of numba is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from llvmlite import ir

from weft.backends.cuda.packages import intrinsic, types
from weft.model.dtypes import DType

Value = Any
Builder = Any
Build = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Definition:
    """A prelude function. build: from the builder and the operands to the result.

    operands: numba converts what is passed to these; None takes it as it is. result: None for no result; several make a
    tuple, of a sequence of values.
    """

    result: DType | tuple[DType, ...] | None
    operands: tuple[DType | None, ...]
    build: Build


@dataclass(frozen=True, slots=True)
class ArrayDefinition:
    """A prelude function of two numbers known at compile time, the slot and the size of an array."""

    build: Callable[[Builder, int, int], Value]


_NUMBA_NAMES = {"f": "float", "i": "int", "u": "uint"}


def numba_type(dtype: DType) -> Any:
    """The numba type of a carried dtype."""
    if dtype.kind == "bool":
        return types.boolean
    return getattr(types, f"{_NUMBA_NAMES[dtype.name[0]]}{dtype.bits}")


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


def make(definition: Definition | ArrayDefinition) -> object:
    """What generated code calls."""
    if isinstance(definition, ArrayDefinition):
        return intrinsic(_array_typing(definition))
    return intrinsic(_typing(definition))


def _array_typing(definition: ArrayDefinition) -> Callable[..., Any]:
    def declare(typing_context: object, slot: Any, size: Any) -> Any:
        if not isinstance(slot, types.IntegerLiteral) or not isinstance(size, types.IntegerLiteral):
            return None

        def generate(context: object, builder: Builder, signature: object, operands: object) -> Value:
            return definition.build(builder, slot.literal_value, size.literal_value)

        return types.int64(slot, size), generate

    return declare


def _typing(definition: Definition) -> Callable[..., Any]:
    def declare(typing_context: object, *given: object) -> Any:
        return _typed(definition, *given)

    # numba reads the number of operands from the signature.
    names = ["typing_context", *(f"operand_{at}" for at in range(len(definition.operands)))]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    vars(declare)["__signature__"] = Signature(parameters)
    return declare


def _typed(definition: Definition, *given: Any) -> tuple[Any, Build]:
    operands = [
        given_type if wanted is None else numba_type(wanted)
        for wanted, given_type in zip(definition.operands, given, strict=True)
    ]
    result = _result_type(definition.result)

    def generate(context: Any, builder: Builder, signature: object, values: tuple[Value, ...]) -> Value:
        built = definition.build(builder, *values)
        if definition.result is None:
            return context.get_dummy_value()
        return context.make_tuple(builder, result, built) if isinstance(definition.result, tuple) else built

    return result(*operands), generate


def _result_type(result: DType | tuple[DType, ...] | None) -> Any:
    if isinstance(result, tuple):
        return types.Tuple([numba_type(dtype) for dtype in result])
    return types.void if result is None else numba_type(result)
