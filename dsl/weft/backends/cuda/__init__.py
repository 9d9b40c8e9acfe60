"""The back end for data on an NVIDIA GPU: `compile` a kernel (no GPU is needed for that), `launch` it.

Importing this loads nothing; numba-cuda and cuda.core come with the first kernel.
"""

from importlib import import_module
from math import prod
from typing import TYPE_CHECKING

from weft.errors import launch_error, unsupported
from weft.model import launches
from weft.model.ir import Barrier, Do, Kernel, Special, expressions, walk_expr
from weft.model.limits import USUAL_BLOCKS, limits_of, shared_problems
from weft.model.needs import capability_problems
from weft.model.sizes import sized
from weft.model.specialization import Specialization
from weft.model.specialize import specialize
from weft.model.widen import may_widen, widest

if TYPE_CHECKING:
    from weft.backends.cuda.allocation import Allocation
    from weft.backends.cuda.compiled import CompiledCuda

# What is tried where the usual block leaves room: half and twice as many threads.
_OTHER_BLOCKS = {
    1: [(128, 1, 1), (512, 1, 1)],
    2: [(32, 4, 1), (32, 16, 1)],
    3: [(32, 4, 1), (32, 4, 4)],
}


def compile(kernel: Kernel, specialization: Specialization, arch: str = "sm_90") -> "CompiledCuda":
    """A version of the kernel for `arch`. Raises UnsupportedError where numba-cuda is not installed or the GPU lacks an
    instruction, and LaunchError where the kernel uses more shared memory than a block of `arch` can have."""
    need_packages()
    need_instructions(kernel, arch)
    found = list(shared_problems(sized(kernel, dict(specialization.constants)).shared, limits_of(arch)))
    if found:
        raise launch_error(found)
    from weft.backends.cuda.compiled import CompiledCuda

    return CompiledCuda(kernel, specialization, arch)


def need_instructions(kernel: Kernel, arch: str) -> None:
    """Raises UnsupportedError where `arch` lacks one that the kernel asks for."""
    for problem, _ in capability_problems(kernel, arch):
        raise unsupported(problem)


def choose_block(kernel: Kernel) -> tuple[int, int, int]:
    """The block's shape along x, y, z."""
    return USUAL_BLOCKS[0 if kernel.domain is None else len(kernel.domain.extents)]


def better_block(kernel: Kernel, compiled: "CompiledCuda") -> tuple[int, int, int]:
    """The block with which a multiprocessor holds most warps, given the registers that the compiled kernel takes: the
    usual one where no other is better. A kernel that looks at its threads keeps the usual one."""
    usual = choose_block(kernel)
    if kernel.domain is None or kernel.domain.block is not None or not _is_free(kernel):
        return usual
    candidates = [usual, *_OTHER_BLOCKS[len(kernel.domain.extents)]]
    return max(candidates, key=lambda block: _warps(compiled, block))


def _warps(compiled: "CompiledCuda", block: tuple[int, int, int]) -> int:
    found = compiled.occupancy(prod(block))
    return 0 if found is None else found.warps


def _is_free(kernel: Kernel) -> bool:
    """Whether any block does the same."""
    statements = list(kernel.statements)
    parts = (part for one in statements for expr in expressions(one) for part in walk_expr(expr))
    return (
        not kernel.shared
        and not any(isinstance(one, Do | Barrier) for one in statements)
        and not any(isinstance(part, Special) for part in parts)
    )


def elements_per_thread(kernel: Kernel, specialization: Specialization) -> int:
    """How many neighbouring elements a thread should work on: what one wide load or store holds, else 1."""
    if not may_widen(kernel):
        return 1
    found = specialize(kernel, specialization)
    return widest(found, specialization.aligned, specialization.divisible)


def arch_of(device: int) -> str:
    """`sm_90`. device: the ordinal, -1 the current one. Raises UnsupportedError where there is no driver."""
    need_packages()
    from weft.backends.cuda import device as gpu

    return gpu.arch_of(device)


def allocate(size_bytes: int, ordinal: int) -> "tuple[Allocation, int]":
    """Memory of a GPU, and its ordinal. ordinal: -1 for the current one. Raises LaunchError where there is too little,
    UnsupportedError where there is no driver."""
    need_packages()
    from weft.backends.cuda import allocation

    return allocation.allocate(size_bytes, ordinal)


def need_packages() -> None:
    """Raises UnsupportedError where numba-cuda is not installed, and LaunchError where
    the kernel uses more shared memory than a block of `arch` can have."""
    for package in ("numba.cuda", "cuda.core"):
        try:
            import_module(package)
        except ModuleNotFoundError as error:
            raise unsupported(launches.no_package(error.name or package)) from None
