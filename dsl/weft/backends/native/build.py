"""The functions of this package as one object file. Importing this loads numba."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm
from numba import njit
from numba.core import types
from numba.core.compiler import Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from weft.backends.native import intrinsics
from weft.backends.native.machine import target_machine


def compile_object(exported: dict[str, Callable[..., object]]) -> bytes:
    """An object file that exports these functions under these names, with C's calling convention."""
    machine = target_machine()
    modules = [_module(name, function) for name, function in exported.items()]
    first, *others = modules
    for other in others:
        first.link_in(other)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(first, builder)
    return machine.emit_object(first)


@global_compiler_lock
def _module(name: str, function: Callable[..., object]) -> Any:
    contexts: Any = cpu_target
    typing, target = contexts.typing_context, contexts.target_context
    typing.refresh()
    target.refresh()
    count = function.__code__.co_argcount
    returned = types.void if function.__annotations__["return"] is None else types.int64
    result = compile_extra(
        typing, target, _with_words(function), [types.int64] * count, returned, _flags(), {}
    )
    module = result.library._final_module
    inner = module.get_function(result.fndesc.llvm_func_name)
    inner.linkage = "internal"
    return llvm.parse_assembly(f"{module}\n{_entry(name, inner.name, count, returned is types.void)}")


def _with_words(function: Callable[..., object]) -> Any:
    """The function with instructions for words, and what it calls compiled the same way."""
    names = dict(intrinsics.namespace())
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, int):
            names[name] = value
        elif isinstance(value, FunctionType) and name not in names:
            names[name] = _called(value)
    return FunctionType(function.__code__, names, function.__name__)


_CALLED: dict[Callable[..., object], Any] = {}


def _called(function: FunctionType) -> Any:
    if function not in _CALLED:
        options: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        _CALLED[function] = njit(**options)(_with_words(function))
    return _CALLED[function]


def _flags() -> Any:
    flags: Any = Flags()
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    return flags


def _entry(name: str, function: str, count: int, is_void: bool) -> str:
    """A C function around numba's, whose first two arguments are where it puts its result and its exception."""
    given = ", ".join(f"i64 %a{at}" for at in range(count))
    value = "" if is_void else "\n  %value = load i64, ptr %result"
    kind, back = ("void", "ret void") if is_void else ("i64", "ret i64 %value")
    return f"""
define {kind} @{name}({given}) {{
  %result = alloca ptr
  %exception = alloca ptr
  %status = call i32 @"{function}"(ptr %result, ptr %exception, {given}){value}
  {back}
}}
"""
