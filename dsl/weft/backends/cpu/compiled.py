"""Compile a kernel for this processor, or find it compiled on disk; launch it."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from ctypes import addressof, c_int64
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import cast

from weft.backends import cache as disk
from weft.backends.cpu.emit import EmittedBlocks, emit_blocks
from weft.backends.cpu.native import NativeKernel, load
from weft.backends.cpu.reports import install, listening
from weft.backends.cpu.workers import SMALL_THREADS, run_blocks, start
from weft.backends.direct import Direct
from weft.backends.native.machine import machine_name
from weft.backends.native.slots import to_slots
from weft.backends.python import Emitted
from weft.model.ir import Kernel
from weft.model.limits import Geometry
from weft.model.specialize import Specialization


@dataclass(frozen=True, slots=True)
class CompiledCpu:
    """A kernel in memory. `emitted.code` is the Python that it was made of; `was_cached`: nothing was compiled.

    cost: how long its blocks took, for the pool of workers.
    """

    emitted: EmittedBlocks
    native: NativeKernel
    was_cached: bool
    cost: c_int64 = field(default_factory=c_int64)

    def launch(self, arguments: Sequence[int | float], geometry: Geometry) -> None:
        """Run all blocks and return when they are done.

        arguments: as `weft.backends.parameters.flatten` lists them. Other Python threads run meanwhile.
        """
        blocks, threads = geometry.blocks, geometry.threads_per_block
        if blocks <= 0 or threads <= 0:
            return
        if blocks * threads > SMALL_THREADS:
            start()
        slots = to_slots(self.emitted.code.parameters, arguments, (*geometry.grid, *geometry.block))
        scratch_bytes = self.emitted.scratch_bytes(threads)
        speeches = self.emitted.code.speeches
        with listening(addressof(slots), speeches) if speeches else nullcontext():
            run_blocks(self.native.address, addressof(slots), blocks, scratch_bytes, addressof(self.cost))

    def direct(self, geometry: Geometry) -> Direct | None:
        """What machine code needs in order to launch; None where somebody must listen to what the kernel says."""
        if self.emitted.code.speeches:
            return None
        scratch_bytes = self.emitted.scratch_bytes(geometry.threads_per_block)
        leading = (*geometry.grid, *geometry.block)
        return Direct(self.native.address, self, leading, scratch_bytes, addressof(self.cost))


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
    if emitted.code.speeches:
        install()
    return CompiledCpu(emitted, load(code), was_cached)


def _compile_object() -> Callable[[Emitted], bytes]:
    module = import_module("weft.backends.cpu.compiler")
    return cast("Callable[[Emitted], bytes]", module.compile_object)


@cache
def _compiler_name() -> str:
    """Everything but the generated code that decides what the object contains."""
    here = Path(__file__).parent
    sources = [path.read_text("utf-8") for path in sorted(here.glob("*.py"))]
    return "\n".join([version("numba"), version("llvmlite"), machine_name(), *sources])
