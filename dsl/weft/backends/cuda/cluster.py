"""Clusters of blocks. Source: PTX ISA, `barrier.cluster`, `mapa`, `cvta`, "Special Registers"."""

from collections.abc import Iterator
from functools import partial

from llvmlite import ir

from weft.backends.llvm.definitions import Builder, Definition, Value, llvm_type
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import ALL, I32, I64, DType

_I32, _I64 = ir.IntType(32), ir.IntType(64)


def definitions(index: DType) -> Iterator[tuple[str, Definition]]:
    """index: the dtype of offsets. The memory of another block is counted in elements, from where shared addresses begin."""
    for dtype in ALL:
        build = partial(_block_memory, dtype)
        yield (
            f"{RESERVED_PREFIX}block_memory_shared_{dtype.name}",
            Definition(index, (I64, index, index), build),
        )


def threads() -> Iterator[tuple[str, Definition]]:
    yield "cluster_barrier", Definition(None, (), _barrier)
    yield "cluster_rank", Definition(I32, (), _rank)


def place(dtype: DType, builder: Builder, offset: Value) -> Value:
    """The address of an element of another block's memory, by which it is read and written as any other."""
    wide = offset if offset.type == _I64 else builder.sext(offset, _I64)
    address = builder.mul(wide, _I64(dtype.itemsize_bytes))
    kind = ir.FunctionType(_I64, [_I64])
    assembly = ir.InlineAsm(kind, "cvta.shared::cluster.u64 $0, $1;", "=l,l", side_effect=False)
    return builder.inttoptr(builder.call(assembly, [address]), llvm_type(dtype).as_pointer())


def _block_memory(dtype: DType, builder: Builder, base: Value, offset: Value, rank: Value) -> Value:
    kind = ir.FunctionType(_I32, [_I32, _I32])
    assembly = ir.InlineAsm(kind, "mapa.shared::cluster.u32 $0, $1, $2;", "=r,r,r", side_effect=False)
    number = rank if rank.type == _I32 else builder.trunc(rank, _I32)
    address = builder.call(assembly, [builder.trunc(base, _I32), number])
    found = builder.udiv(address, _I32(dtype.itemsize_bytes))
    first = found if offset.type == _I32 else builder.zext(found, _I64)
    return builder.add(first, offset)


def _barrier(builder: Builder) -> None:
    """What was written before is visible after: the halves release and acquire."""
    text = "barrier.cluster.arrive; barrier.cluster.wait;"
    assembly = ir.InlineAsm(ir.FunctionType(ir.VoidType(), []), text, "~{memory}", side_effect=True)
    builder.call(assembly, [], attrs=("convergent",))


def _rank(builder: Builder) -> Value:
    kind = ir.FunctionType(_I32, [])
    return builder.call(ir.InlineAsm(kind, "mov.u32 $0, %cluster_ctarank;", "=r", side_effect=False), [])
