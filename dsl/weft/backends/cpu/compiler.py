"""Generated Python to machine code: `backends.llvm` makes LLVM IR, LLVM makes an object file.

The object is all that is kept: it needs nothing of this to run.
"""

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from weft.backends.cpu.emit import LEADING
from weft.backends.cpu.native import ENTRY, GEOMETRY_SLOTS
from weft.backends.cpu.prelude import namespace
from weft.backends.llvm.flat import new_function, write_function
from weft.backends.llvm.lines import Lines
from weft.backends.llvm.numbers import value_type
from weft.backends.native.machine import target_machine
from weft.backends.python import Emitted
from weft.backends.source_lines import source_lines
from weft.model.dtypes import I64
from weft.model.ir import Kernel

_I64 = ir.IntType(64)
# Not the kernel's own name: LLVM knows functions such as `exp` by theirs.
_BLOCKS = "weft_blocks"


def compile_object(code: Emitted) -> bytes:
    """An object file that exports the generated function as `ENTRY`, with C's calling convention."""
    machine = target_machine()
    return machine.emit_object(_optimized(code, None, machine))


def listings(kernel: Kernel, code: Emitted) -> tuple[str, str]:
    """The LLVM IR that becomes the object, and its assembly, for people to read: both name the kernel's own lines."""
    machine = target_machine()
    module = _optimized(code, kernel, machine)
    return str(module), machine.emit_assembly(module)


def _optimized(code: Emitted, kernel: Kernel | None, machine: Any) -> Any:
    """kernel: whose lines the code names; None for no lines."""
    module = llvm.parse_assembly(str(_written(code, kernel, machine)))
    _optimize(module, machine)
    return module


def _written(code: Emitted, kernel: Kernel | None, machine: Any) -> ir.Module:
    module = ir.Module(code.function)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    table = source_lines(kernel, code) if kernel else None
    # Lines alone: they change no instruction, as a debugger's variables would.
    lines = Lines(module, kernel.filename if kernel else "", table, "LineTablesOnly")
    parameters = [I64] * len(LEADING) + [parameter.dtype for parameter in code.parameters]
    function: Any = new_function(module, _BLOCKS, parameters)
    function.linkage = "internal"
    write_function(function, code.text, parameters, namespace(code.used), lines)
    _write_entry(function, [value_type(dtype) for dtype in parameters], lines)
    return module


def _write_entry(function: Any, kinds: list[Any], lines: Lines) -> None:
    """A C function around the generated one, which takes the arguments out of their slots."""
    module = function.module
    entry: Any = ir.Function(module, ir.FunctionType(ir.VoidType(), [_I64] * 5), ENTRY)
    # LLVM shows no lines of a function without a table of its own, and the generated one is inlined into this.
    lines.open(entry)
    builder: Any = ir.IRBuilder(entry.append_basic_block("entry"))
    builder.debug_metadata = lines.nowhere()
    *before, scratch, slots = entry.args
    held = [*kinds[len(before) : len(before) + GEOMETRY_SLOTS], *kinds[len(LEADING) :]]
    base = builder.inttoptr(slots, _I64.as_pointer())
    values: list[Any] = []
    for at, kind in enumerate(held):
        place = builder.gep(base, [_I64(at)], source_etype=_I64)
        values.append(builder.load(builder.bitcast(place, kind.as_pointer())))
    given = [*before, *values[:GEOMETRY_SLOTS], scratch, slots, *values[GEOMETRY_SLOTS:]]
    builder.call(function, given)
    builder.ret_void()


def _optimize(module: Any, machine: Any) -> None:
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_unrolling = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
