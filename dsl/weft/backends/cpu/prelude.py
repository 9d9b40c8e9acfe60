"""The functions that generated code calls: each is a few LLVM instructions, made when asked for."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from llvmlite import ir as llvm

from weft.backends.cpu import arithmetic, atomic, debug, memory, mma, warp
from weft.backends.cpu.emit import NEXT_PIECE
from weft.backends.llvm.definitions import Definition
from weft.backends.llvm.flat import Meaning
from weft.backends.lowering import carried
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import BOOL, BY_NAME, F32, I64, DType


def namespace(names: Iterable[str]) -> dict[str, Meaning]:
    """What the prelude's names among `names` stand for."""
    return {name: function for name in names if (function := prelude(name)) is not None}


# What finds the functions of effects, by their names: one for each group.
_EFFECTS = (atomic.function, debug.function, warp.function, mma.function, memory.block_memory)


@cache
def prelude(name: str) -> Meaning | None:
    """The prelude's function or type called `name`; None where there is none."""
    if name in ("inf", "nan"):
        return float(name)
    if name == "bool_":
        return Definition(BOOL, (BOOL,), _same)
    if name.startswith(RESERVED_PREFIX):
        return next((function for find in _EFFECTS if (function := find(name))), None)
    if name == NEXT_PIECE:
        return _next_piece()
    if name in BY_NAME:
        return Definition(BY_NAME[name], (BY_NAME[name],), _same)
    verb, _, rest = name.partition("_")
    dtype = BY_NAME.get(rest.rpartition("_")[2])
    if dtype is None:
        return None
    return _function(verb, rest.rpartition("_")[0], dtype)


def _function(verb: str, space: str, dtype: DType) -> Meaning | None:
    match verb:
        case "load":
            return memory.make_load(dtype, space or "global")
        case "store":
            return memory.make_store(dtype, space or "global")
        case "local":
            return memory.make_local(dtype)
        case "round":
            return _round(dtype)
        case "truncate":
            return _truncate(dtype)
        case "bitcast":
            return _bitcast(BY_NAME[space], dtype)
        case _:
            return _operation(f"{verb}_{space}" if space else verb, dtype)


def _next_piece() -> Definition:
    """Add to the number at an address, as one step that no other thread comes between; the number before."""

    def build(builder: Any, address: Any, piece: Any) -> Any:
        pointer = builder.inttoptr(address, llvm.IntType(64).as_pointer())
        return builder.atomic_rmw("add", pointer, piece, "monotonic")

    return Definition(I64, (I64, I64), build)


def _round(dtype: DType) -> Definition:
    def build(builder: Any, value: Any) -> Any:
        single = arithmetic.round_to_odd(builder, value) if value.type == arithmetic.F64 else value
        return arithmetic.round_half(builder, single, dtype)

    return Definition(F32, (None,), build)


def _truncate(dtype: DType) -> Definition:
    def build(builder: Any, value: Any) -> Any:
        return arithmetic.truncate(builder, value, dtype)

    return Definition(dtype, (None,), build)


def _bitcast(source: DType, target: DType) -> Definition:
    def build(builder: Any, value: Any) -> Any:
        return arithmetic.bitcast(builder, value, source, target)

    return Definition(carried(target, 64), (carried(source, 64),), build)


def _operation(name: str, dtype: DType) -> Definition | None:
    build = arithmetic.build_operation(name, dtype)
    if build is None:
        return None
    result = BOOL if name.startswith("is_") else dtype
    return Definition(result, (dtype,) * arithmetic.operand_count(name), build)


def _same(builder: Any, value: Any) -> Any:
    return value
