"""Asynchronous copies from global to shared memory. Source: PTX ISA, "cp.async"; compute capability 8.0."""

from collections.abc import Iterator
from functools import partial

from llvmlite import ir

from weft.backends.cuda.memory import ADDRESS_SPACES, place
from weft.backends.llvm.definitions import Builder, Definition, Value
from weft.model.dtypes import ALL, BOOL, I64, DType
from weft.model.vectors import MOST_GROUPS

_I32, _I64 = ir.IntType(32), ir.IntType(64)


def definitions(index: DType) -> Iterator[tuple[str, Definition]]:
    """index: the dtype of offsets."""
    for dtype in ALL:
        for size in (4, 8, 16):
            operands = (I64, index, I64, index, BOOL)
            copy = Definition(None, operands, partial(_copy, dtype, size))
            yield f"weft_copy_async_{size}_shared_global_{dtype.name}", copy
    yield "weft_commit_async", Definition(None, (), partial(_do, "cp.async.commit_group;"))
    for groups in range(MOST_GROUPS):
        wait = Definition(None, (), partial(_do, f"cp.async.wait_group {groups};"))
        yield f"weft_wait_async_{groups}", wait


def _copy(
    dtype: DType, size: int, builder: Builder, to: Value, at: Value, of: Value, source: Value, inside: Value
) -> None:
    """Bytes that the instruction is not told to read become 0. Only whole 16 bytes may leave L1 out."""
    shared = builder.ptrtoint(place(dtype, ADDRESS_SPACES["shared"], builder, to, at), _I64)
    given = builder.ptrtoint(place(dtype, ADDRESS_SPACES["global"], builder, of, source), _I64)
    read = builder.select(inside, _I32(size), _I32(0))
    cached = "cg" if size == 16 else "ca"
    text = f"cp.async.{cached}.shared.global [$0], [$1], {size}, $2;"
    _assembly(builder, text, "r,l,r,~{memory}", builder.trunc(shared, _I32), given, read)


def _do(text: str, builder: Builder) -> None:
    _assembly(builder, text, "~{memory}")


def _assembly(builder: Builder, text: str, constraints: str, *operands: Value) -> None:
    kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
    builder.call(ir.InlineAsm(kind, text, constraints, side_effect=True), operands)
