"""This processor, as LLVM sees it, and object files in memory. Needs llvmlite, but not numba."""

from functools import cache
from typing import Any

import llvmlite.binding as llvm


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


def load_object(code: bytes) -> Any:
    """An engine that has the code of an object file in memory, and owns that memory."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


@cache
def _features() -> str:
    return llvm.get_host_cpu_features().flatten()


@cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
