"""Compile a kernel for this processor, or find it compiled on disk; launch it."""

import ctypes
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import cast

from weft.backends import cache as disk
from weft.backends.cpu.emit import ALIGNMENT_BYTES, EmittedBlocks, emit_blocks
from weft.backends.cpu.native import NativeKernel, load, machine_name
from weft.backends.cpu.workers import run_blocks
from weft.backends.python import Emitted
from weft.model.ir import Kernel
from weft.model.limits import Geometry
from weft.model.specialize import Specialization


@dataclass(frozen=True, slots=True)
class CompiledCpu:
    """A kernel in memory. `emitted.code` is the Python that it was made of; `was_cached`: nothing was compiled."""

    emitted: EmittedBlocks
    native: NativeKernel
    was_cached: bool

    def launch(self, arguments: Sequence[int | float], geometry: Geometry) -> None:
        """Run all blocks and return when they are done.

        arguments: as `weft.backends.parameters.flatten` lists them. Other Python threads run meanwhile.
        """
        blocks, threads = geometry.blocks, geometry.threads_per_block
        if blocks <= 0 or threads <= 0:
            return
        scratch_bytes = self.emitted.scratch_bytes(threads)
        call = self.native.call
        sizes = (*geometry.grid, *geometry.block)

        def run(dealt: int, piece: int, last: int) -> None:
            call(dealt, piece, last, *sizes, _scratch(scratch_bytes), *arguments)

        run_blocks(run, blocks, threads)


def compile(kernel: Kernel, specialization: Specialization) -> CompiledCpu:
    """The kernel, ready to launch. numba is loaded only if it was not compiled before on this machine."""
    emitted = emit_blocks(kernel, specialization)
    types = ",".join(parameter.dtype.name for parameter in emitted.code.parameters)
    name = disk.key(emitted.code.text, types, _compiler_name())
    code = disk.read(name)
    was_cached = code is not None
    if code is None:
        code = _compile_object()(emitted.code)
        disk.write(name, code)
    return CompiledCpu(emitted, load(code, emitted.code.parameters), was_cached)


def _compile_object() -> Callable[[Emitted], bytes]:
    module = import_module("weft.backends.cpu.compiler")
    return cast("Callable[[Emitted], bytes]", module.compile_object)


@cache
def _compiler_name() -> str:
    """Everything but the generated code that decides what the object contains."""
    here = Path(__file__).parent
    sources = [(here / name).read_text("utf-8") for name in ("arithmetic.py", "compiler.py", "prelude.py")]
    return "\n".join([version("numba"), version("llvmlite"), machine_name(), *sources])


class _Scratch(threading.local):
    """Each thread's memory for shared arrays and stored values; it grows and is used again."""

    size_bytes = 0
    address = 0
    memory: object = None

    def at_least(self, size_bytes: int) -> int:
        if size_bytes > self.size_bytes:
            memory = ctypes.create_string_buffer(size_bytes + ALIGNMENT_BYTES)
            self.memory = memory
            self.address = -(-ctypes.addressof(memory) // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
            self.size_bytes = size_bytes
        return self.address


_scratch = _Scratch().at_least
