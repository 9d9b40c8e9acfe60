"""What a kernel says and counts: `print` by the driver's `vprintf`, a failed `assert` by its `__assertfail`, `clock`.

Both functions are the driver's own: they need no library, and say thread and block. A failed assertion ends the
launch, and the driver reports it at the next call that waits. Source: CUDA C++ Programming Guide, "Assertion",
"Formatted Output".
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from llvmlite import ir

from weft.backends.llvm.definitions import Builder, Definition, Value, call
from weft.backends.names import RESERVED_PREFIX
from weft.backends.python import Speech
from weft.model.dtypes import I64

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_TEXT = _I8.as_pointer()

# x, y, z of the thread and of the block come before the values of an assertion's message; the driver says them itself.
_PLACE = 6
_CONSTANT_SPACE = 4


def definitions() -> Iterator[tuple[str, Definition]]:
    yield f"{RESERVED_PREFIX}clock_i64", Definition(I64, (), _clock)


def speech(number: int, count: int, said: Sequence[Speech]) -> Definition:
    """The function that says `said[number]`, of `count` numbers."""
    what = said[number]
    build = _print if what.effect == "print" else _fail
    return Definition(None, (None,) * count, partial(build, number, what))


def _clock(builder: Builder) -> Value:
    """Volatile: two readings are not one, and they stay where they are."""
    kind = ir.FunctionType(_I64, [])
    return builder.call(ir.InlineAsm(kind, "mov.u64 $0, %clock64;", "=l,~{memory}", side_effect=True), [])


def _print(number: int, what: Speech, builder: Builder, *values: Value) -> None:
    _say(number, what.format, builder, values)


def _fail(number: int, what: Speech, builder: Builder, *values: Value) -> None:
    message = what.format.replace("%%", "%")
    if len(values) > _PLACE:
        _say(number, f"{what.format}\n", builder, values[_PLACE:])
    given = [
        _text(f"message_{number}", message, builder),
        _text(f"file_{number}", what.filename, builder),
        _I32(what.line),
        _text(f"kernel_{number}", what.kernel, builder),
        _I64(1),
    ]
    call(builder, "__assertfail", ir.VoidType(), *given)


def _say(number: int, text: str, builder: Builder, values: Sequence[Value]) -> None:
    """`vprintf` reads its numbers from memory, 8 bytes each."""
    with builder.goto_entry_block():
        slots = builder.alloca(ir.ArrayType(_I64, max(1, len(values))))
    for at, value in enumerate(values):
        bits = value if value.type == _I64 else builder.bitcast(value, _I64)
        builder.store(bits, builder.gep(slots, [_I32(0), _I32(at)]))
    call(builder, "vprintf", _I32, _text(f"format_{number}", text, builder), builder.bitcast(slots, _TEXT))


def _text(name: str, text: str, builder: Builder) -> Value:
    data = bytearray(text.encode() + b"\0")
    kind = ir.ArrayType(_I8, len(data))
    # llvmlite declares the attributes set below as None.
    memory: Any = ir.GlobalVariable(builder.module, kind, f"weft_{name}", addrspace=_CONSTANT_SPACE)
    memory.linkage, memory.global_constant, memory.initializer = "internal", True, ir.Constant(kind, data)
    return builder.addrspacecast(builder.gep(memory, [_I32(0), _I32(0)]), _TEXT)
