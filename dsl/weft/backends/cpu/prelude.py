"""The functions that generated code calls, as numba intrinsics: each is a few LLVM instructions, made when asked for.

Only what compiles a kernel imports this module: it loads numba.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from llvmlite import ir as llvm
from numba.core import types
from numba.extending import intrinsic

from weft.backends.cpu import arithmetic, atomic, debug, memory, mma, warp
from weft.backends.cpu.emit import NEXT_PIECE
from weft.backends.cpu.memory import numba_type
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import BY_NAME, DType


def namespace(names: Iterable[str]) -> dict[str, object]:
    """The prelude names among `names`, for generated code's globals."""
    return {name: function for name in names if (function := prelude(name)) is not None}


# What finds the functions of effects, by their names: one for each group.
_EFFECTS = (atomic.function, debug.function, warp.function, mma.function)


@cache
def prelude(name: str) -> object | None:
    """The prelude's function or type called `name`; None where there is none."""
    if name in ("inf", "nan"):
        return float(name)
    if name == "bool_":
        return types.boolean
    if name.startswith(RESERVED_PREFIX):
        return next((function for find in _EFFECTS if (function := find(name))), None)
    if name == NEXT_PIECE:
        return _next_piece()
    if name in BY_NAME:
        return numba_type(BY_NAME[name])
    verb, _, rest = name.partition("_")
    dtype = BY_NAME.get(rest.rpartition("_")[2])
    if dtype is None:
        return None
    return _function(verb, rest.rpartition("_")[0], dtype)


def _function(verb: str, space: str, dtype: DType) -> object | None:
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


def _next_piece() -> object:
    """Add to the number at an address, as one step that no other thread comes between; the number before."""

    def next_piece(typingctx: Any, address: Any, piece: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointer = builder.inttoptr(args[0], llvm.IntType(64).as_pointer())
            return builder.atomic_rmw("add", pointer, args[1], "monotonic")

        return types.int64(types.int64, types.int64), build

    return intrinsic(next_piece)


def _round(dtype: DType) -> object:
    def round_half(typingctx: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            single = args[0]
            if signature.args[0] == types.float64:
                single = arithmetic.round_to_odd(builder, single)
            return arithmetic.round_half(builder, single, dtype)

        return types.float32(value), build

    return intrinsic(round_half)


def _truncate(dtype: DType) -> object:
    def truncate(typingctx: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return arithmetic.truncate(builder, args[0], dtype)

        return numba_type(dtype)(value), build

    return intrinsic(truncate)


def _bitcast(source: DType, target: DType) -> object:
    def bitcast(typingctx: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            given = context.cast(builder, args[0], signature.args[0], numba_type(source))
            return arithmetic.bitcast(builder, given, source, target)

        return numba_type(target)(value), build

    return intrinsic(bitcast)


def _operation(name: str, dtype: DType) -> object | None:
    build_value = arithmetic.build_operation(name, dtype)
    if build_value is None:
        return None
    carried = numba_type(dtype)
    result = types.boolean if name.startswith("is_") else carried

    def unary(typingctx: Any, a: Any) -> Any:
        return result(a), build

    def binary(typingctx: Any, a: Any, b: Any) -> Any:
        return result(a, b), build

    def ternary(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
        return result(a, b, c), build

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        values = [
            context.cast(builder, arg, given, carried)
            for arg, given in zip(args, signature.args, strict=True)
        ]
        return build_value(builder, *values)

    return intrinsic({1: unary, 2: binary, 3: ternary}[arithmetic.operand_count(name)])
