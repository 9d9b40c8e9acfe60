"""One compiled version of a kernel for a GPU, with every stage that led to it."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from cuda.pathfinder import load_nvidia_dynamic_lib

from weft.backends import cache
from weft.backends.cuda import compiler
from weft.backends.cuda.compiler import Cubin
from weft.backends.cuda.device import Loaded
from weft.backends.cuda.packages import LinkError
from weft.backends.cuda.prelude import Settings
from weft.backends.direct import Direct
from weft.backends.parameters import FlatParameter
from weft.backends.python import Emitted
from weft.backends.source_lines import source_lines
from weft.model.ir import Kernel
from weft.model.limits import Geometry
from weft.model.occupancy import Occupancy, occupancy
from weft.model.specialization import Specialization, on_gpu

Made = TypeVar("Made")


class CompiledCuda:
    """A version of a kernel for one architecture. Each stage is made when it is first asked for."""

    def __init__(self, kernel: Kernel, specialization: Specialization, arch: str) -> None:
        self.kernel = kernel
        self.specialization = on_gpu(specialization, compiler.capability_of(arch))
        self.emitted: Emitted = compiler.emit(kernel, self.specialization)
        self.arch = compiler.own_arch(arch, self.emitted)

    @property
    def parameters(self) -> tuple[FlatParameter, ...]:
        return self.emitted.parameters

    @property
    def python(self) -> str:
        """The generated Python: the code of one thread."""
        return self.emitted.text

    @cached_property
    def nvvm_ir(self) -> str:
        """The LLVM IR before NVIDIA's compiler."""
        return self._nvvm_ir(with_lines=True)

    def _nvvm_ir(self, *, with_lines: bool) -> str:
        return compiler.to_nvvm_ir(self.kernel, self.emitted, self._settings, with_lines=with_lines)

    @cached_property
    def ltoir(self) -> bytes:
        return compiler.to_ltoir(self.nvvm_ir, self._settings)

    @cached_property
    def ptx(self) -> str:
        """The PTX after link-time optimization."""
        return self._link(compiler.to_ptx)

    @cached_property
    def linked(self) -> Cubin:
        """The machine code and what the linker says of it, from the disk cache where it is there."""
        key = self._key()
        kept = cache.read(key)
        if kept is not None:
            return _unpacked(kept)
        made = self._link(compiler.to_cubin)
        cache.write(key, _packed(made))
        return made

    def _link(self, link: Callable[[bytes, str, str], Made]) -> Made:
        """nvJitLink 13 refuses the line table of some right kernels ("Symbol name with unsupported characters"): those do
        without."""
        try:
            return link(self.ltoir, self.arch, self.kernel.name)
        except LinkError:
            self.ltoir = compiler.to_ltoir(self._nvvm_ir(with_lines=False), self._settings)
            return link(self.ltoir, self.arch, self.kernel.name)

    @property
    def cubin(self) -> bytes:
        return self.linked.code

    @property
    def registers(self) -> int:
        """Of each thread."""
        return self.linked.registers

    @property
    def shared_bytes(self) -> int:
        """Of each block."""
        return self.linked.shared_bytes + self.emitted.dynamic_shared_bytes

    @property
    def spill_bytes(self) -> int | None:
        """Of each thread: what did not fit into registers; None where the linker does not say."""
        return self.linked.spill_bytes

    def occupancy(self, block_threads: int) -> Occupancy | None:
        """With blocks of so many threads; None for an architecture that is not known."""
        capability = compiler.capability_of(self.arch)
        return occupancy(capability, block_threads, self.registers, self.shared_bytes)

    @cached_property
    def loaded(self) -> Loaded:
        return Loaded(
            self.cubin,
            self.linked.entry,
            self.parameters,
            self.kernel,
            self.emitted.dynamic_shared_bytes,
        )

    def launch(
        self,
        arguments: Sequence[int | float | bool],
        geometry: Geometry,
        /,
        device: int = -1,
        stream: object = None,
    ) -> None:
        """Run on a GPU. arguments: in the order of `parameters`. device: the ordinal, -1 the current one."""
        self.loaded.launch(arguments, geometry, device, stream)

    def direct(self, geometry: Geometry) -> Direct | None:
        """What machine code needs in order to launch; None before the first launch, which loads the code."""
        return self.loaded.direct() if self.loaded.handle else None

    @property
    def _settings(self) -> Settings:
        is_own = self.arch.endswith("a")
        return Settings(self.specialization.index_bits, compiler.capability_of(self.arch), is_own)

    def _key(self) -> str:
        versions = [*map(version, ("numba-cuda", "cuda-core")), _tool("nvvm"), _tool("nvJitLink")]
        lines = [str(line) for line in source_lines(self.kernel, self.emitted)]
        block = str(compiler.fixed_block(self.kernel))
        cluster = str(self.kernel.cluster and self.kernel.cluster.shape)
        settings = [self.arch, block, cluster, str(self.specialization.index_bits), self.kernel.filename]
        types = [parameter.dtype.name for parameter in self.parameters]
        return cache.key("cuda", self.python, *settings, *types, *lines, *versions, *_prelude_source())


@lru_cache
def _tool(library: str) -> str:
    """Which copy of one of NVIDIA's libraries compiles here: that of a package, or of a toolkit."""
    path = load_nvidia_dynamic_lib(library).abs_path
    found = os.stat(path) if path else None
    return f"{path} {found.st_size} {found.st_mtime_ns}" if found else library


def _prelude_source() -> list[bytes]:
    folders = (Path(__file__).parent, Path(__file__).parents[1] / "llvm")
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.py"))]


def _packed(cubin: Cubin) -> bytes:
    """A line of JSON, then the code."""
    facts = {name: value for name, value in asdict(cubin).items() if name != "code"}
    return json.dumps(facts).encode() + b"\n" + cubin.code


def _unpacked(payload: bytes) -> Cubin:
    facts, _, code = payload.partition(b"\n")
    return Cubin(code, **json.loads(facts))
