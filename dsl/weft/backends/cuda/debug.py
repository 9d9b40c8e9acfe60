"""What a kernel says and counts: `print` by the driver's `vprintf`, a failed `assert` by its `__assertfail`, `clock`.

Both functions are the driver's own: they need no library, and say thread and block. A failed assertion ends the
launch, and the driver reports it at the next call that waits. Source: CUDA C++ Programming Guide, "Assertion",
"Formatted Output".
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from llvmlite import ir

from weft.backends.llvm.definitions import Builder, Definition, Value, call
from weft.backends.names import RESERVED_PREFIX
from weft.backends.speech import Speech
from weft.model.dtypes import I64
from weft.model.texts import CONVERSION

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_F64 = ir.DoubleType()
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
    message = CONVERSION.sub(lambda found: "{}" if found["kind"] else "%", what.format)
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
    """`vprintf` reads its numbers and the addresses of its texts from memory, 8 bytes each."""
    text, values = _in_c(text, builder, values)
    with builder.goto_entry_block():
        slots = builder.alloca(ir.ArrayType(_I64, max(1, len(values))))
    for at, value in enumerate(values):
        bits = value if value.type == _I64 else builder.bitcast(value, _I64)
        builder.store(bits, builder.gep(slots, [_I32(0), _I32(at)]))
    call(builder, "vprintf", _I32, _text(f"format_{number}", text, builder), builder.bitcast(slots, _TEXT))


def _in_c(text: str, builder: Builder, values: Sequence[Value]) -> tuple[str, list[Value]]:
    """A format that C knows, with its values. Python's `3.0` is C's `3` and the text `.0`."""
    remaining = iter(values)
    given: list[Value] = []

    def part(found: re.Match[str]) -> str:
        kind = found["kind"]
        if kind is None:
            return "%%"
        value = next(remaining)
        if kind == "T":
            given.append(_either(builder, builder.icmp_unsigned("!=", value, _I64(0)), "True", "False"))
            return "%s"
        if kind not in "rR":
            given.append(value)
            return found[0]
        flags, width, precision = found["flags"], found["width"], found["precision"]
        if "-" in flags and width:
            given.append(value)
            return f"%{flags}{width}{precision}g"
        is_whole = _is_whole(builder, value, int(precision[1:]))
        if width:
            given.append(builder.select(is_whole, _I64(max(0, int(width) - 2)), _I64(int(width))))
        given.extend((value, _either(builder, is_whole, ".0", "")))
        return f"%{flags}{width and '*'}{precision}g%s"

    return CONVERSION.sub(part, text), given


def _is_whole(builder: Builder, value: Value, digits: int) -> Value:
    """Whether `%g` writes a number's digits alone: no point, no exponent."""
    most = 10.0**digits
    is_short = builder.and_(
        builder.fcmp_ordered("<", value, _F64(most)), builder.fcmp_ordered(">", value, _F64(-most))
    )
    # The conversion says nothing of longer numbers, which is not looked at then.
    whole = builder.sitofp(builder.fptosi(value, _I64), _F64)
    return builder.select(is_short, builder.fcmp_ordered("==", whole, value), ir.Constant(ir.IntType(1), 0))


def _either(builder: Builder, condition: Value, text: str, other: str) -> Value:
    """The address of one of two texts."""
    one, two = (_text(f"word_{word.strip('.') or 'none'}", word, builder) for word in (text, other))
    return builder.ptrtoint(builder.select(condition, one, two), _I64)


def _text(name: str, text: str, builder: Builder) -> Value:
    data = bytearray(text.encode() + b"\0")
    kind = ir.ArrayType(_I8, len(data))
    # llvmlite declares the attributes set below as None.
    known = builder.module.globals.get(f"weft_{name}")
    memory: Any = known or ir.GlobalVariable(builder.module, kind, f"weft_{name}", addrspace=_CONSTANT_SPACE)
    memory.linkage, memory.global_constant, memory.initializer = "internal", True, ir.Constant(kind, data)
    return builder.addrspacecast(builder.gep(memory, [_I32(0), _I32(0)]), _TEXT)
