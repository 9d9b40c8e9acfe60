"""Loads, stores and arrays: an address is an i64, an offset counts elements."""

from functools import partial
from typing import Any

from llvmlite import ir as llvm

from weft.backends.cpu import arithmetic
from weft.backends.llvm.definitions import ArrayDefinition, Definition
from weft.backends.lowering import carried
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import BY_NAME, I64, DType

SPACES = ("global", "shared", "local")


def make_load(dtype: DType, space: str) -> Definition:
    return Definition(carried(dtype, 64), (I64, I64), partial(_load, dtype, space))


def make_store(dtype: DType, space: str) -> Definition:
    return Definition(None, (I64, I64, carried(dtype, 64)), partial(_store, dtype, space))


def make_local(dtype: DType) -> ArrayDefinition:
    """An array on the stack, made once per call of the function."""
    return ArrayDefinition(partial(_local, dtype))


def block_memory(name: str) -> Definition | None:
    """The function that finds the memory of another block of the cluster: from a base, an offset, the rank of that block, the
    own one and the bytes from one to the next."""
    effect = f"{RESERVED_PREFIX}block_memory_shared_"
    if not name.startswith(effect):
        return None
    size_bytes = BY_NAME[name.removeprefix(effect)].itemsize_bytes

    def build(builder: Any, base: Any, offset: Any, rank: Any, own: Any, block_bytes: Any) -> Any:
        elements = builder.sdiv(block_bytes, block_bytes.type(size_bytes))
        return builder.add(builder.mul(builder.sub(rank, own), elements), offset)

    return Definition(I64, (I64,) * 5, build)


def _load(dtype: DType, space: str, builder: Any, base: Any, offset: Any) -> Any:
    value = builder.load(pointer(builder, base, offset, dtype), align=dtype.itemsize_bytes)
    mark(builder, value, space)
    return arithmetic.from_memory(builder, value, dtype)


def _store(dtype: DType, space: str, builder: Any, base: Any, offset: Any, value: Any) -> None:
    stored = builder.store(
        arithmetic.to_memory(builder, value, dtype),
        pointer(builder, base, offset, dtype),
        align=dtype.itemsize_bytes,
    )
    mark(builder, stored, space)


def _local(dtype: DType, builder: Any, slot: int, size: int) -> Any:
    array = llvm.ArrayType(arithmetic.memory_type(dtype), size)
    with builder.goto_entry_block():
        memory = builder.alloca(array)
    return builder.ptrtoint(memory, llvm.IntType(64))


def pointer(builder: Any, base: Any, offset: Any, dtype: DType) -> Any:
    element = arithmetic.memory_type(dtype)
    return builder.gep(builder.inttoptr(base, element.as_pointer()), [offset], source_etype=element)


def mark(builder: Any, instruction: Any, space: str) -> None:
    """Tell LLVM that memory of one space never overlaps another's."""
    module = builder.module
    domain = module.add_metadata(["weft"])
    scopes = {name: module.add_metadata([f"weft {name}", domain]) for name in SPACES}
    # Another block's shared memory may be the own one.
    here = "shared" if space == "cluster" else space
    instruction.set_metadata("alias.scope", module.add_metadata([scopes[here]]))
    others = [scope for name, scope in scopes.items() if name != here]
    instruction.set_metadata("noalias", module.add_metadata(others))
