"""Ask a back end for the stages of a kernel. No GPU is needed for a GPU's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from math import prod
from typing import Literal, Protocol, cast

from weft.backends.stages import Resources, Staged, StageName
from weft.errors import UnsupportedError
from weft.inspect.inspection import Inspection
from weft.inspect.model_text import model_stage
from weft.model.ir import Kernel, Param, TensorParameter
from weft.model.occupancy import MULTIPROCESSORS, Occupancy, occupancy
from weft.model.sizes import launch_sizes
from weft.model.specialization import Specialization
from weft.model.specialize import specialize
from weft.records import record

CPU = "cpu"
STAGES: Sequence[StageName] = ("model", "python", "llvm", "asm", "ptx", "sass")
_STAGES_OF_CPU = frozenset[StageName](("model", "python", "llvm", "asm"))
_STAGES_OF_GPU = frozenset[StageName](("model", "python", "llvm", "ptx", "sass"))
# What a dimension that tells the size of shared memory is taken to be where there is no launch.
_ASSUMED_SIZE = 32
_GPU = re.compile(r"sm_(\d+)(\d)a?")


class TargetError(ValueError):
    """What is wrong with the name of a target."""


@record
class Settings:
    """target: `cpu`, or a GPU's architecture such as `sm_90`. stages: which to make; None for all that the target has.
    block: the threads of a block, for the occupancy; None for those that Weft would choose.
    index_bits, is_unaligned: of the launch that is assumed where there are no arguments.
    """

    target: str = CPU
    stages: frozenset[StageName] | None = None
    block: tuple[int, ...] | None = None
    index_bits: Literal[32, 64] = 32
    is_unaligned: bool = False


def inspect(kernel: Kernel, specialization: Specialization, settings: Settings) -> Inspection:
    """The stages of a kernel. Raises TargetError for a target that there is not."""
    check_target(settings.target)
    all_stages = _STAGES_OF_CPU if settings.target == CPU else _STAGES_OF_GPU
    wanted = all_stages if settings.stages is None else settings.stages & all_stages
    notices = (*_sizes(kernel, specialization), *_not_of_target(settings, all_stages))
    model = (model_stage(specialize(kernel, specialization)),) if "model" in wanted else ()
    try:
        staged = _staged(kernel, specialization, settings.target, wanted)
    except UnsupportedError as error:
        message = error.diagnostic.message
        return Inspection(kernel.name, settings.target, kernel.filename, model, notices=(*notices, message))
    return Inspection(
        kernel.name,
        settings.target,
        kernel.filename,
        (*model, *staged.stages),
        staged.resources,
        _occupancy(kernel, staged.resources, settings),
        (*notices, *staged.notices),
    )


def assumed(kernel: Kernel, settings: Settings) -> Specialization:
    """What is compiled where no arguments say more: tensors in row-major order and, on a GPU, at addresses and with
    sizes that are multiples of 16 unless `settings` says otherwise."""
    tensors = [parameter for parameter in kernel.parameters if isinstance(parameter, TensorParameter)]
    names = frozenset(tensor.name for tensor in tensors)
    sizes = tuple((name, _ASSUMED_SIZE) for name in launch_sizes(kernel))
    found = Specialization(names, sizes, settings.index_bits)
    if settings.target == CPU or settings.is_unaligned:
        return found
    sizes = (extent.name for tensor in tensors for extent in tensor.shape if isinstance(extent, Param))
    found = replace(found, aligned=names, divisible=frozenset(sizes))
    return replace(found, elements_per_thread=_gpu_backend().elements_per_thread(kernel, found))


def check_target(target: str) -> None:
    """Raises TargetError."""
    found = _GPU.fullmatch(target)
    if target != CPU and (found is None or (int(found[1]), int(found[2])) not in MULTIPROCESSORS):
        known = ", ".join(f"sm_{major}{minor}" for major, minor in MULTIPROCESSORS)
        raise TargetError(f"`{target}` is no target that Weft knows: name `cpu`, or a GPU's: {known}")


def _sizes(kernel: Kernel, specialization: Specialization) -> tuple[str, ...]:
    """The dimensions that the version is compiled for."""
    values = dict(specialization.constants)
    told = [f"`{name}` = {values[name]:,}" for name in launch_sizes(kernel) if name in values]
    if not told:
        return ()
    return (f"shared memory is of the size that follows from {', '.join(told)}: a launch has its own",)


def _not_of_target(settings: Settings, all_stages: frozenset[StageName]) -> tuple[str, ...]:
    missing = [name for name in STAGES if name in (settings.stages or ()) and name not in all_stages]
    made = ", ".join(name for name in STAGES if name in all_stages)
    return tuple(f"{settings.target} has no stage `{name}`; it has {made}" for name in missing)


class _HostStages(Protocol):
    def stages(
        self, kernel: Kernel, specialization: Specialization, wanted: frozenset[StageName], /
    ) -> Staged: ...


class _GpuStages(Protocol):
    def stages(
        self, kernel: Kernel, specialization: Specialization, arch: str, wanted: frozenset[StageName], /
    ) -> Staged: ...


class _GpuBackend(Protocol):
    def need_packages(self) -> None: ...
    def choose_block(self, kernel: Kernel, /) -> tuple[int, ...]: ...
    def elements_per_thread(self, kernel: Kernel, specialization: Specialization, /) -> int: ...


def _gpu_backend() -> _GpuBackend:
    return cast("_GpuBackend", import_module("weft.backends.cuda"))


def _staged(
    kernel: Kernel, specialization: Specialization, target: str, wanted: frozenset[StageName]
) -> Staged:
    if target == CPU:
        host = cast("_HostStages", import_module("weft.backends.cpu.stages"))
        return host.stages(kernel, specialization, wanted)
    _gpu_backend().need_packages()
    gpu = cast("_GpuStages", import_module("weft.backends.cuda.stages"))
    return gpu.stages(kernel, specialization, target, wanted)


def _occupancy(kernel: Kernel, resources: Resources, settings: Settings) -> Occupancy | None:
    found = _GPU.fullmatch(settings.target)
    if found is None or resources.registers is None:
        return None
    threads = prod(settings.block or _block(kernel))
    return occupancy((int(found[1]), int(found[2])), threads, resources.registers, resources.shared_bytes)


def _block(kernel: Kernel) -> tuple[int, ...]:
    if kernel.domain is not None and kernel.domain.block is not None:
        return kernel.domain.block
    return _gpu_backend().choose_block(kernel)
