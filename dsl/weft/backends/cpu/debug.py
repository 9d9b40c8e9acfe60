"""What a kernel says and counts: `print`, a failed `assert`, `clock`."""

from typing import Any

from llvmlite import ir as llvm

from weft.backends.cpu.reports import REPORT
from weft.backends.llvm.definitions import Definition
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import I64
from weft.model.ir import SPEAKING

_I64 = llvm.IntType(64)


def function(name: str) -> Definition | None:
    """The function of generated code called `name`: `weft_print_0_2(slots, a, b)`, `weft_clock_i64()`."""
    effect, *numbers = name.removeprefix(RESERVED_PREFIX).split("_")
    if effect in SPEAKING:
        return _speech(int(numbers[0]), int(numbers[1]))
    return Definition(I64, (), _clock) if effect == "clock" else None


def _speech(number: int, count: int) -> Definition:
    """Call the runtime with the launch, the number of what is said, and the address of the values."""

    def build(builder: Any, slots: Any, *given: Any) -> None:
        with builder.goto_entry_block():
            values = builder.alloca(llvm.ArrayType(_I64, max(1, count)))
        for at, value in enumerate(given):
            place = builder.gep(values, [llvm.IntType(32)(0), llvm.IntType(32)(at)])
            builder.store(value if value.type == _I64 else builder.bitcast(value, _I64), place)
        kind = llvm.FunctionType(llvm.VoidType(), [_I64, _I64, _I64])
        known = builder.module.globals.get(REPORT)
        report = known or llvm.Function(builder.module, kind, REPORT)
        builder.call(report, [slots, _I64(number), builder.ptrtoint(values, _I64)])

    return Definition(None, (I64, *[None] * count), build)


def _clock(builder: Any) -> Any:
    kind = llvm.FunctionType(_I64, [])
    return builder.call(builder.module.declare_intrinsic("llvm.readcyclecounter", [], kind), [])
