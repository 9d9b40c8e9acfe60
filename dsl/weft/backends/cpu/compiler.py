"""Generated Python to machine code: numba's front end makes LLVM IR, LLVM makes an object file.

The object is all that is kept: it needs neither numba nor Python to run. Importing this module loads numba.
"""

import re
from typing import Any

import llvmlite.binding as llvm
from numba.core import types
from numba.core.compiler import Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from weft.backends.cpu.emit import LEADING
from weft.backends.cpu.memory import numba_type
from weft.backends.cpu.native import ENTRY, GEOMETRY_SLOTS
from weft.backends.cpu.prelude import namespace
from weft.backends.native.machine import target_machine
from weft.backends.python import Emitted
from weft.backends.source_lines import to_function
from weft.model.ir import Kernel


def compile_object(code: Emitted) -> bytes:
    """An object file that exports the generated function as `ENTRY`, with C's calling convention."""
    machine = target_machine()
    return machine.emit_object(_optimized(code, _function(code), _flags(), machine))


def listings(kernel: Kernel, code: Emitted) -> tuple[str, str]:
    """The LLVM IR that becomes the object, and its assembly, for people to read: both name the kernel's own lines."""
    machine = target_machine()
    flags = _flags()
    # Lines alone: they change no instruction, as a debugger's variables would.
    flags.debuginfo = True
    flags.dbg_directives_only = True
    module = _optimized(code, to_function(kernel, code, namespace(code.used)), flags, machine)
    return str(module), machine.emit_assembly(module)


def _optimized(code: Emitted, function: Any, flags: Any, machine: Any) -> Any:
    text = _llvm_ir(code, function, flags)
    module = llvm.parse_assembly(_with_lines(text) if flags.debuginfo else text)
    _optimize(module, machine)
    return module


@global_compiler_lock
def _llvm_ir(code: Emitted, function: Any, flags: Any) -> str:
    """The module that numba makes of the code, with the exported function added."""
    argument_types = [types.int64] * len(LEADING) + [
        numba_type(parameter.dtype) for parameter in code.parameters
    ]
    # numba's descriptors look like other types to a type checker.
    contexts: Any = cpu_target
    typing, target = contexts.typing_context, contexts.target_context
    typing.refresh()
    target.refresh()
    result = compile_extra(typing, target, function, argument_types, types.void, flags, {})
    module = result.library._final_module
    made = module.get_function(result.fndesc.llvm_func_name)
    made.linkage = "internal"
    return f"{module}\n{_entry(made.name, [str(target.get_argument_type(of)) for of in argument_types])}"


def _function(code: Emitted) -> Any:
    scope = namespace(code.used)
    exec(compile(code.text, f"<weft {code.function}>", "exec"), scope)  # noqa: S102  The text is our own.
    return scope[code.function]


def _flags() -> Any:
    flags: Any = Flags()
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    return flags


def _entry(function: str, argument_types: list[str]) -> str:
    """A C function around numba's, which takes the arguments out of their slots. numba's function wants to know first
    where to put its result and its exception."""
    before = ["i64 %dealt", "i64 %piece", "i64 %last_block"]
    arguments = [*argument_types[len(before) : len(before) + GEOMETRY_SLOTS], *argument_types[len(LEADING) :]]
    loads = [
        f"  %p{at} = getelementptr i64, ptr %base, i64 {at}\n  %v{at} = load {kind}, ptr %p{at}"
        for at, kind in enumerate(arguments)
    ]
    values = [f"{kind} %v{at}" for at, kind in enumerate(arguments)]
    given = [*before, *values[:GEOMETRY_SLOTS], "i64 %scratch", "i64 %slots", *values[GEOMETRY_SLOTS:]]
    return f"""
define void @{ENTRY}({", ".join(before)}, i64 %scratch, i64 %slots) {{
  %result = alloca ptr
  %exception = alloca ptr
  %base = inttoptr i64 %slots to ptr
{chr(10).join(loads)}
  %status = call i32 @"{function}"({", ".join(["ptr %result", "ptr %exception", *given])})
  ret void
}}
"""


_SUBPROGRAM = re.compile(r"distinct !DISubprogram\(.*(scope: !\d+, file: !\d+).*(type: !\d+).*(unit: !\d+)")


def _with_lines(text: str) -> str:
    """The entry gets a place too: LLVM shows no lines of a function without one, and numba's is inlined into it.

    numba's kind of lines is for NVIDIA's assembler; no other prints them.
    """
    text = text.replace("DebugDirectivesOnly", "LineTablesOnly")
    found = _SUBPROGRAM.search(text)
    assert found is not None, "numba describes its function"
    where, kind, unit = found.groups()
    entry, location = "!1000000", "!1000001"
    text = re.sub(rf"(define void @{ENTRY}\(.*\)) {{", rf"\1 !dbg {entry} {{", text)
    text = re.sub(r"(  %status = call .*)", rf"\1, !dbg {location}", text)
    return f"""{text}
{entry} = distinct !DISubprogram(name: "{ENTRY}", {where}, {kind}, spFlags: DISPFlagDefinition, {unit})
{location} = !DILocation(line: 0, scope: {entry})
"""


def _optimize(module: Any, machine: Any) -> None:
    """As numba does: a cheap round that brings loops into shape, then the full one that vectorizes them."""
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_unrolling = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
