"""Definitions of prelude functions as data, and the numba-cuda intrinsics that they become.

numba itself sees scalars and calls only; everything else is LLVM IR written here, so that little of numba is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
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

    operands: numba converts what is passed to these; None takes it as it is. result: None for no result.
    """

    result: DType | None
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
    return intrinsic(_typings(definition)[len(definition.operands)])


def _array_typing(definition: ArrayDefinition) -> Callable[..., Any]:
    def declare(typing_context: object, slot: Any, size: Any) -> Any:
        if not isinstance(slot, types.IntegerLiteral) or not isinstance(size, types.IntegerLiteral):
            return None

        def generate(context: object, builder: Builder, signature: object, operands: object) -> Value:
            return definition.build(builder, slot.literal_value, size.literal_value)

        return types.int64(slot, size), generate

    return declare


# numba reads the number of operands from the signature, so there is one function for each.
def _typings(definition: Definition) -> tuple[Callable[..., Any], ...]:
    def none(typing_context: object) -> Any:
        return _typed(definition)

    def one(typing_context: object, a: object) -> Any:
        return _typed(definition, a)

    def two(typing_context: object, a: object, b: object) -> Any:
        return _typed(definition, a, b)

    def three(typing_context: object, a: object, b: object, c: object) -> Any:
        return _typed(definition, a, b, c)

    return none, one, two, three


def _typed(definition: Definition, *given: Any) -> tuple[Any, Build]:
    operands = [
        given_type if wanted is None else numba_type(wanted)
        for wanted, given_type in zip(definition.operands, given, strict=True)
    ]
    result = types.void if definition.result is None else numba_type(definition.result)

    def generate(context: Any, builder: Builder, signature: object, values: tuple[Value, ...]) -> Value:
        built = definition.build(builder, *values)
        return context.get_dummy_value() if definition.result is None else built

    return result(*operands), generate
