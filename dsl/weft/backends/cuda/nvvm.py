"""LLVM modules for NVIDIA GPUs, and NVIDIA's compiler for them, which numba-cuda knows how to find and to call."""

from llvmlite import ir

from weft.backends.cuda.packages import numba_nvvm
from weft.backends.llvm.definitions import Value

_I32 = ir.IntType(32)


def module(name: str) -> ir.Module:
    """An empty module. Source: NVVM IR specification, "Triple and Data Layout", "NVVM IR Version"."""
    made = ir.Module(name)
    made.triple = "nvptx64-nvidia-cuda"
    made.data_layout = numba_nvvm.NVVM().data_layout
    numba_nvvm.add_ir_version(made)
    return made


def mark_kernel(
    function: ir.Function,
    block: tuple[int, int, int] | None = None,
    cluster: tuple[int, int, int] | None = None,
) -> None:
    """Say that the host launches the function, and that it is used.

    block: each launch has these threads, so that the compiler leaves each of them its registers. cluster: blocks come in clusters
    of so many along each axis. Source: NVVM IR specification, "Global Properties".
    """
    numba_nvvm.set_cuda_kernel(function)
    for name, sizes in (("reqntid", block), ("cluster_dim_", cluster)):
        for axis, size in zip("xyz", sizes or (), strict=False):
            facts: Value = [function, f"{name}{axis}", _I32(size)]
            function.module.add_named_metadata("nvvm.annotations", function.module.add_metadata(facts))


def compile(text: str, capability: tuple[int, int], *, is_own: bool = False) -> bytes:
    """LLVM IR to LTO-IR for GPUs of a compute capability; is_own: and of no later one."""
    major, minor = capability
    options: dict[str, Value] = {
        "arch": f"compute_{major}{minor}{'a' if is_own else ''}",
        "opt": 3,
        "gen-lto": None,
    }
    return numba_nvvm.compile_ir([text], **options)
