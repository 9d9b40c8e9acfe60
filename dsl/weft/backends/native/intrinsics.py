"""The words of `words` as numba intrinsics. Importing this loads numba."""

import platform
from functools import cache
from typing import Any

from llvmlite import ir as llvm
from numba.core import cgutils, types
from numba.extending import intrinsic

_I64, _I32 = llvm.IntType(64), llvm.IntType(32)
_ORDER = "seq_cst"


@cache
def namespace() -> dict[str, object]:
    """Every word, by name."""
    return {
        "load": intrinsic(_load),
        "load_i32": intrinsic(_load_i32),
        "store": intrinsic(_store),
        "atomic_load": intrinsic(_atomic_load),
        "atomic_store": intrinsic(_atomic_store),
        "atomic_add": intrinsic(_atomic_add),
        "atomic_swap": intrinsic(_atomic_swap),
        "pause": intrinsic(_pause),
        "stack": intrinsic(prefer_literal=True)(_stack),
        "call": _call(_to_i64),
        "call_i32": _call(_to_i32),
        "call_bits_f64": intrinsic(_call_bits_f64),
        "to_bits_f32": intrinsic(_to_bits_f32),
    }


def _word(builder: Any, address: Any, place: Any) -> Any:
    return builder.gep(builder.inttoptr(address, _I64.as_pointer()), [place], source_etype=_I64)


def _load(typingctx: Any, address: Any, place: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_word(builder, *args))

    return types.int64(types.int64, types.int64), build


def _load_i32(typingctx: Any, address: Any, offset_bytes: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(builder.add(*args), _I32.as_pointer())
        return builder.sext(builder.load(pointer), _I64)

    return types.int64(types.int64, types.int64), build


def _store(typingctx: Any, address: Any, place: Any, value: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _word(builder, *args[:2]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), build


def _atomic_load(typingctx: Any, address: Any, place: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_word(builder, *args), _ORDER, 8)

    return types.int64(types.int64, types.int64), build


def _atomic_store(typingctx: Any, address: Any, place: Any, value: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _word(builder, *args[:2]), _ORDER, 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), build


def _atomic_add(typingctx: Any, address: Any, place: Any, value: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _word(builder, *args[:2]), args[2], _ORDER)

    return types.int64(types.int64, types.int64, types.int64), build


def _atomic_swap(typingctx: Any, address: Any, place: Any, expected: Any, value: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.cmpxchg(_word(builder, *args[:2]), args[2], args[3], _ORDER, _ORDER)
        return builder.extract_value(found, 1)

    return types.boolean(types.int64, types.int64, types.int64, types.int64), build


_X86, _ARM = ("x86_64", "AMD64"), ("aarch64", "arm64")


def _pause(typingctx: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        void = llvm.VoidType()
        if platform.machine() in _X86:
            kind = llvm.FunctionType(void, [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause"), [])
        elif platform.machine() in _ARM:
            kind = llvm.FunctionType(void, [_I32])
            hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.hint")
            builder.call(hint, [_I32(1)])
        return context.get_dummy_value()

    return types.void(), build


def _stack(typingctx: Any, words: Any) -> Any:
    count: int = words.literal_value

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        with builder.goto_entry_block():
            memory = builder.alloca(llvm.ArrayType(_I64, count))
        return builder.ptrtoint(memory, _I64)

    return types.int64(words), build


def _to_i64(builder: Any, function: Any, values: Any) -> Any:
    return builder.call(_as_function(builder, function, _I64, len(values)), values)


def _to_i32(builder: Any, function: Any, values: Any) -> Any:
    return builder.sext(builder.call(_as_function(builder, function, _I32, len(values)), values), _I64)


def _as_function(builder: Any, address: Any, result: Any, count: int) -> Any:
    # Narrower integers travel as words in all calling conventions with 64 bits that have CUDA or numba.
    return builder.inttoptr(address, llvm.FunctionType(result, [_I64] * count).as_pointer())


def _call(build_call: Any) -> Any:
    """A word with any number of arguments, which numba hands over as one tuple."""

    def word(typingctx: Any, function: Any, *arguments: Any) -> Any:
        given = types.StarArgTuple(arguments)

        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            values = [builder.extract_value(args[1], at) for at in range(len(arguments))]
            pairs = zip(values, arguments, strict=True)
            return build_call(
                builder, args[0], [context.cast(builder, v, of, types.int64) for v, of in pairs]
            )

        return types.int64(types.int64, given), build

    return intrinsic(word)


def _call_bits_f64(typingctx: Any, function: Any, argument: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = llvm.FunctionType(llvm.DoubleType(), [_I64]).as_pointer()
        return builder.bitcast(builder.call(builder.inttoptr(args[0], kind), [args[1]]), _I64)

    return types.int64(types.int64, types.int64), build


def _to_bits_f32(typingctx: Any, bits: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        single = builder.fptrunc(builder.bitcast(args[0], llvm.DoubleType()), llvm.FloatType())
        return builder.zext(builder.bitcast(single, _I32), _I64)

    return types.int64(types.int64), build
