"""Compile a kernel for this processor, or find it compiled on disk; launch it."""

import pickle
from collections.abc import Sequence
from contextlib import nullcontext
from ctypes import addressof, c_int64
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from weft.backends import cache as disk
from weft.backends.cpu.native import ENTRY, NativeKernel
from weft.backends.cpu.reports import known, listening
from weft.backends.cpu.workers import SMALL_THREADS, run_blocks, start
from weft.backends.direct import Direct
from weft.backends.native.memory import Loaded, load
from weft.backends.native.processor import processor
from weft.backends.native.slots import to_slots
from weft.backends.parameters import FlatParameter
from weft.model.ir import Kernel
from weft.model.limits import Geometry
from weft.model.specialization import Specialization
from weft.records import field, record


@record
class CompiledCpu:
    """A kernel in memory. loaded: keeps it there. was_cached: nothing was compiled.

    cost: how long its blocks took, for the pool of workers.
    """

    native: NativeKernel
    loaded: Loaded
    was_cached: bool
    cost: c_int64 = field(default_factory=c_int64)

    @property
    def parameters(self) -> tuple[FlatParameter, ...]:
        return self.native.parameters

    @property
    def _entry(self) -> int:
        return self.loaded.address_of(ENTRY)

    def launch(self, arguments: Sequence[int | float], geometry: Geometry) -> None:
        """Run all blocks and return when they are done.

        arguments: as `weft.backends.parameters.flatten` lists them. Other Python threads run meanwhile.
        """
        blocks, threads = geometry.blocks // self.native.cluster_blocks, geometry.threads_per_block
        if blocks <= 0 or threads <= 0:
            return
        if blocks * threads > SMALL_THREADS:
            start()
        slots = to_slots(self.native.parameters, arguments, (*geometry.grid, *geometry.block))
        scratch_bytes = self.native.scratch_bytes(threads)
        speeches = self.native.speeches
        with listening(addressof(slots), speeches) if speeches else nullcontext():
            run_blocks(self._entry, addressof(slots), blocks, scratch_bytes, addressof(self.cost))

    def direct(self, geometry: Geometry) -> Direct | None:
        """What machine code needs in order to launch; None where somebody must listen to what the kernel says."""
        if self.native.speeches:
            return None
        scratch_bytes = self.native.scratch_bytes(geometry.threads_per_block)
        leading = (*geometry.grid, *geometry.block)
        cost = addressof(self.cost)
        return Direct(self._entry, self, leading, scratch_bytes, cost, together=self.native.cluster_blocks)


def compile(kernel: Kernel, specialization: Specialization) -> CompiledCpu:
    """The kernel, ready to launch. LLVM compiles it if that was not done before on this machine."""
    name = disk.key("cpu", pickle.dumps(kernel, pickle.HIGHEST_PROTOCOL), _facts(specialization), _compiler())
    kept = disk.read(name)
    if kept is not None:
        # As trusted as the machine code in it.
        native, was_cached = cast("NativeKernel", pickle.loads(kept)), True
    else:
        native, was_cached = _building().build(kernel, specialization, _compiler())
        disk.write(name, pickle.dumps(native, pickle.HIGHEST_PROTOCOL))
    return CompiledCpu(native, load(native.code, known() if native.speeches else {}), was_cached)


class _Building(Protocol):
    def build(
        self, kernel: Kernel, specialization: Specialization, compiler: str
    ) -> tuple[NativeKernel, bool]: ...


def _building() -> _Building:
    return cast("_Building", import_module("weft.backends.cpu.build"))


def _facts(specialization: Specialization) -> str:
    """The specialization as a text that is the same in every process; the order of a set is not."""
    values = {name: getattr(specialization, name) for name in Specialization.__match_args__}
    return repr(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
    )


@cache
def _compiler() -> str:
    """Everything but the kernel that decides what the object contains."""
    return "\n".join([disk.installed("llvmlite"), processor(), disk.language()])
