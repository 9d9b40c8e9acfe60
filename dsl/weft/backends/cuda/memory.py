"""Loads, stores and arrays: an address is an int64, an offset counts elements."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from llvmlite import ir

from weft.backends.cuda import cluster, half
from weft.backends.llvm.definitions import ArrayDefinition, Builder, Definition, Value, llvm_type
from weft.backends.lowering import is_half
from weft.model.dtypes import ALL, F32, I64, DType
from weft.model.ir import Space
from weft.model.limits import MOST_SHARED_ALIGNMENT_BYTES, shared_alignment_bytes

_I64 = ir.IntType(64)
# Source: NVVM IR specification, "Address Spaces".
ADDRESS_SPACES: dict[Space, int] = {"global": 1, "shared": 3, "local": 0, "cluster": 0}

_DYNAMIC = "weft_dynamic_shared_memory"


def definitions(index: DType, *, has_tiles: bool) -> Iterator[tuple[str, Definition | ArrayDefinition]]:
    """index: the dtype of offsets. Those of 32 bits are computed in 32 bits and widened once.

    has_tiles: whether shared memory holds tiles of `warpgroup_mma`. Other kernels do without their alignment, which costs a
    block up to as much memory as it says.
    """
    for space in ADDRESS_SPACES:
        suffix = "" if space == "global" else f"{space}_"
        for dtype in ALL:
            held = F32 if is_half(dtype) else dtype
            load, store = partial(_load, dtype, space), partial(_store, dtype, space)
            yield f"load_{suffix}{dtype.name}", Definition(held, (I64, index), load)
            yield f"store_{suffix}{dtype.name}", Definition(None, (I64, index, held), store)
    for dtype in ALL:
        yield f"shared_{dtype.name}", ArrayDefinition(partial(_shared, dtype, has_tiles))
        yield f"local_{dtype.name}", ArrayDefinition(partial(_local, dtype))


def _load(dtype: DType, space: Space, builder: Builder, base: Value, offset: Value) -> Value:
    return carry(
        dtype,
        builder,
        builder.load(place_in(space, dtype, builder, base, offset), align=dtype.itemsize_bytes),
    )


def _store(dtype: DType, space: Space, builder: Builder, base: Value, offset: Value, value: Value) -> None:
    where = place_in(space, dtype, builder, base, offset)
    builder.store(lay(dtype, builder, value), where, align=dtype.itemsize_bytes)


def carry(dtype: DType, builder: Builder, loaded: Value) -> Value:
    """A value as it lay in memory, as generated code carries it."""
    match dtype.name:
        case "f16":
            return half.from_f16(builder, loaded)
        case "bf16":
            return half.from_bf16(builder, loaded)
        case "bool":
            return builder.icmp_unsigned("!=", loaded, loaded.type(0))
        case _:
            return loaded


def lay(dtype: DType, builder: Builder, value: Value) -> Value:
    """A value that generated code carries, as it lies in memory."""
    match dtype.name:
        case "f16":
            return half.to_f16(builder, value)
        case "bf16":
            return half.to_bf16(builder, value)
        case "bool":
            return builder.zext(value, ir.IntType(8))
        case _:
            return value


def place_in(space: Space, dtype: DType, builder: Builder, base: Value, offset: Value) -> Value:
    """The address of an element in one of the spaces."""
    if space == "cluster":
        return cluster.place(dtype, builder, offset)
    return place(dtype, ADDRESS_SPACES[space], builder, base, offset)


def place(dtype: DType, space: int, builder: Builder, base: Value, offset: Value) -> Value:
    """The address of an element."""
    wide = offset if offset.type == _I64 else builder.sext(offset, _I64)
    return builder.gep(builder.inttoptr(base, llvm_type(dtype).as_pointer(space)), [wide])


def _shared(dtype: DType, has_tiles: bool, builder: Builder, slot: int, size: int) -> Value:
    array = ir.ArrayType(llvm_type(dtype), size)
    # llvmlite declares the attributes set below as None.
    memory: Any = ir.GlobalVariable(builder.module, array, f"shared_{slot}", addrspace=3)
    memory.linkage, memory.align = "internal", 16
    if has_tiles:
        memory.align = shared_alignment_bytes(size * dtype.itemsize_bytes)
    memory.initializer = ir.Constant(array, ir.Undefined)
    return builder.ptrtoint(memory, _I64)


def dynamic_shared(has_tiles: bool, builder: Builder, offset: int, total: int) -> Value:
    """The memory that a launch asks for has no size here, and one name for all arrays in it."""
    known = builder.module.globals.get(_DYNAMIC)
    memory: Any = known or ir.GlobalVariable(
        builder.module, ir.ArrayType(ir.IntType(8), 0), _DYNAMIC, addrspace=3
    )
    memory.linkage, memory.align = "external", MOST_SHARED_ALIGNMENT_BYTES if has_tiles else 16
    return builder.add(builder.ptrtoint(memory, _I64), _I64(offset))


def _local(dtype: DType, builder: Builder, slot: int, size: int) -> Value:
    # In the entry block, where LLVM can turn it into registers.
    with builder.goto_entry_block():
        memory = builder.alloca(ir.ArrayType(llvm_type(dtype), size), name=f"local_{slot}")
    memory.align = min(16, dtype.itemsize_bytes * 4)
    return builder.ptrtoint(memory, _I64)
