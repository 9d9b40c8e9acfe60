"""Load an object file that holds a compiled kernel, and call it. Needs llvmlite, but not numba."""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from weft.backends.cpu.emit import LEADING
from weft.backends.parameters import FlatParameter

# The name of the one function that an object exports.
ENTRY = "weft_kernel"

_C_TYPES = {
    "i8": ctypes.c_int8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "i64": ctypes.c_int64,
    "u8": ctypes.c_uint8,
    "u16": ctypes.c_uint16,
    "u32": ctypes.c_uint32,
    "u64": ctypes.c_uint64,
    "f32": ctypes.c_float,
    "f64": ctypes.c_double,
}


@dataclass(frozen=True, slots=True)
class NativeKernel:
    """A function in memory; `call` lets other Python threads run meanwhile. `engine` owns the memory."""

    call: Callable[..., None]
    engine: Any


def load(code: bytes, parameters: Sequence[FlatParameter]) -> NativeKernel:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    types = [ctypes.c_int64] * len(LEADING) + [_C_TYPES[parameter.dtype.name] for parameter in parameters]
    call = ctypes.CFUNCTYPE(None, *types)(engine.get_function_address(ENTRY))
    return NativeKernel(call, engine)


@cache
def machine_name() -> str:
    """The processor and its features: code made for one may not run on another."""
    _initialize()
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {_features()}"


def target_machine() -> Any:
    """LLVM's description of this processor. An engine owns the one that it is given."""
    _initialize()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=_features(),
        opt=3,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )


def _features() -> str:
    return llvm.get_host_cpu_features().flatten()


@cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
