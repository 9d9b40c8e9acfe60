"""Loads, stores and arrays as numba intrinsics: an address is an int64, an offset counts elements.

Only what compiles a kernel imports this module: it loads numba.
"""

from typing import Any

from llvmlite import ir as llvm
from numba.core import types
from numba.extending import intrinsic

from weft.backends.cpu import arithmetic
from weft.model.dtypes import DType

SPACES = ("global", "shared", "local")


def numba_type(dtype: DType) -> Any:
    """The type that carries `dtype`."""
    if dtype.kind == "bool":
        return types.boolean
    if dtype.is_float:
        return types.float64 if dtype.bits == 64 else types.float32
    return getattr(types, f"{'u' if dtype.kind == 'uint' else ''}int{dtype.bits}")


def make_load(dtype: DType, space: str) -> object:
    carried = numba_type(dtype)

    def load(typingctx: Any, base: Any, offset: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = pointer(context, builder, signature, args, dtype)
            value = builder.load(place, align=dtype.itemsize_bytes)
            mark(builder, value, space)
            return arithmetic.from_memory(builder, value, dtype)

        return carried(base, offset), build

    return intrinsic(load)


def make_store(dtype: DType, space: str) -> object:
    carried = numba_type(dtype)

    def store(typingctx: Any, base: Any, offset: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = pointer(context, builder, signature, args, dtype)
            converted = context.cast(builder, args[2], signature.args[2], carried)
            stored = builder.store(
                arithmetic.to_memory(builder, converted, dtype), place, align=dtype.itemsize_bytes
            )
            mark(builder, stored, space)
            return context.get_dummy_value()

        return types.void(base, offset, value), build

    return intrinsic(store)


def pointer(context: Any, builder: Any, signature: Any, args: Any, dtype: DType) -> Any:
    element = arithmetic.memory_type(dtype)
    offset = context.cast(builder, args[1], signature.args[1], types.int64)
    return builder.gep(builder.inttoptr(args[0], element.as_pointer()), [offset], source_etype=element)


def mark(builder: Any, instruction: Any, space: str) -> None:
    """Tell LLVM that memory of one space never overlaps another's."""
    module = builder.module
    domain = module.add_metadata(["weft"])
    scopes = {name: module.add_metadata([f"weft {name}", domain]) for name in SPACES}
    instruction.set_metadata("alias.scope", module.add_metadata([scopes[space]]))
    others = [scope for name, scope in scopes.items() if name != space]
    instruction.set_metadata("noalias", module.add_metadata(others))


def make_local(dtype: DType) -> object:
    """An array on the stack, made once per call of the function."""

    def local(typingctx: Any, slot: Any, size: Any) -> Any:
        count: int = size.literal_value

        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = llvm.ArrayType(arithmetic.memory_type(dtype), count)
            with builder.goto_entry_block():
                memory = builder.alloca(array)
            return builder.ptrtoint(memory, llvm.IntType(64))

        return types.int64(slot, size), build

    return intrinsic(prefer_literal=True)(local)
