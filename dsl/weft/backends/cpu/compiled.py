"""Compile a kernel for this processor, or find it compiled on disk; launch it."""

import pickle
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from ctypes import addressof, c_int64
from functools import cache
from importlib import import_module
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
from weft.records import field, record


@record
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
    """The kernel, ready to launch. LLVM compiles it if that was not done before on this machine."""
    name = disk.key("cpu", pickle.dumps(kernel, pickle.HIGHEST_PROTOCOL), _facts(specialization), _compiler())
    kept = disk.read(name)
    if kept is not None:
        # As trusted as the machine code beside it.
        emitted, code = pickle.loads(kept)
        was_cached = True
    else:
        emitted = emit_blocks(kernel, specialization)
        code, was_cached = _object(emitted.code)
        disk.write(name, pickle.dumps((emitted, code), pickle.HIGHEST_PROTOCOL))
    if emitted.code.speeches:
        install()
    return CompiledCpu(emitted, load(code), was_cached)


def _object(emitted: Emitted) -> tuple[bytes, bool]:
    """Machine code, from the disk where another kernel, or this one at another place of its file, became the same."""
    types = ",".join(parameter.dtype.name for parameter in emitted.parameters)
    name = disk.key(emitted.text, types, _compiler())
    code = disk.read(name)
    if code is not None:
        return code, True
    code = _compile_object()(emitted)
    disk.write(name, code)
    return code, False


def _facts(specialization: Specialization) -> str:
    """The specialization as a text that is the same in every process; the order of a set is not."""
    values = {name: getattr(specialization, name) for name in Specialization.__match_args__}
    return repr(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
    )


def _compile_object() -> Callable[[Emitted], bytes]:
    module = import_module("weft.backends.cpu.compiler")
    return cast("Callable[[Emitted], bytes]", module.compile_object)


@cache
def _compiler() -> str:
    """Everything but the kernel that decides what the object contains."""
    return "\n".join([disk.installed("llvmlite"), machine_name(), disk.language()])
