"""What a kernel says and counts: `print`, a failed `assert`, `clock`."""

from inspect import Parameter, Signature
from typing import Any

from llvmlite import ir as llvm
from numba.core import types
from numba.extending import intrinsic

from weft.backends.cpu.reports import REPORT
from weft.backends.names import RESERVED_PREFIX
from weft.model.ir import SPEAKING

_I64 = llvm.IntType(64)


def function(name: str) -> object | None:
    """The function of generated code called `name`: `weft_print_0_2(slots, a, b)`, `weft_clock_i64()`."""
    effect, *numbers = name.removeprefix(RESERVED_PREFIX).split("_")
    if effect in SPEAKING:
        return _speech(int(numbers[0]), int(numbers[1]))
    return _clock() if effect == "clock" else None


def _speech(number: int, count: int) -> object:
    """Call the runtime with the launch, the number of what is said, and the address of the values."""

    def declare(typingctx: Any, *given: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            with builder.goto_entry_block():
                values = builder.alloca(llvm.ArrayType(_I64, max(1, count)))
            for at, value in enumerate(args[1:]):
                place = builder.gep(values, [llvm.IntType(32)(0), llvm.IntType(32)(at)])
                builder.store(value if value.type == _I64 else builder.bitcast(value, _I64), place)
            kind = llvm.FunctionType(llvm.VoidType(), [_I64, _I64, _I64])
            known = builder.module.globals.get(REPORT)
            report = known or llvm.Function(builder.module, kind, REPORT)
            builder.call(report, [args[0], _I64(number), builder.ptrtoint(values, _I64)])
            return context.get_dummy_value()

        return types.void(*given), build

    # numba reads the number of operands from the signature.
    names = ["typingctx", "slots", *(f"value_{at}" for at in range(count))]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    vars(declare)["__signature__"] = Signature(parameters)
    return intrinsic(declare)


def _clock() -> object:
    def clock(typingctx: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind = llvm.FunctionType(_I64, [])
            return builder.call(builder.module.declare_intrinsic("llvm.readcyclecounter", [], kind), [])

        return types.int64(), build

    return intrinsic(clock)
