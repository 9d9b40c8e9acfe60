"""This processor, as LLVM sees it, and object files in memory. Needs llvmlite, but not numba."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import llvmlite.binding as llvm

_IS_FLAT = llvm.get_process_triple().startswith("x86_64") and llvm.get_object_format() == "ELF"


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
        # Small: what code says of its own places is relative, which `flat_code` relies on.
        codemodel="small" if _IS_FLAT else "jitdefault",
        jit=True,
    )


class _Engine:
    """The code of an object file in memory, which LLVM's engine owns."""

    def __init__(self, code: bytes) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address_of(self, name: str) -> int:
        return self._engine.get_function_address(name)


def load_object(code: bytes, known: Mapping[str, int]) -> _Engine:
    """known: the addresses of functions that the code calls, beside those of C."""
    for name, address in known.items():
        llvm.add_symbol(name, address)
    return _Engine(code)


@cache
def _features() -> str:
    return llvm.get_host_cpu_features().flatten()


@cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
