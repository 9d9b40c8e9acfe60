"""What a kernel becomes on its way to a GPU, as text; no GPU is needed."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from cuda.pathfinder import find_nvidia_binary_utility

from weft.backends.cuda import need_instructions
from weft.backends.cuda.compiled import CompiledCuda
from weft.backends.llvm_text import placed_lines
from weft.backends.stages import Resources, Stage, Staged, StageName, python_stage, stage
from weft.model.ir import Kernel
from weft.model.specialization import Specialization

_TIMEOUT_SECONDS = 60

_NO_DISASSEMBLER = (
    "SASS needs nvdisasm, which is not installed: `pip install nvidia-cuda-nvdisasm` (6 MB, needs no GPU), or put the "
    "`bin` of a CUDA toolkit on PATH"
)


def stages(kernel: Kernel, specialization: Specialization, arch: str, wanted: frozenset[StageName]) -> Staged:
    """The stages that are wanted, in their order, and what the kernel takes of the GPU. Raises UnsupportedError where `arch` lacks
    an instruction that the kernel asks for."""
    need_instructions(kernel, arch)
    compiled = CompiledCuda(kernel, specialization, arch)
    made: list[Stage] = []
    notices: list[str] = []
    for name, make in _MAKERS.items():
        if name in wanted:
            try:
                made.append(make(compiled))
            except _Missing as missing:
                notices.append(str(missing))
    resources = Resources(compiled.registers, compiled.spill_bytes, compiled.shared_bytes)
    return Staged(tuple(made), resources, tuple(notices))


class _Missing(Exception):
    """Why a stage cannot be made on this machine, and what to do."""


def _python(compiled: CompiledCuda) -> Stage:
    return python_stage(compiled.kernel, compiled.emitted)


def _llvm(compiled: CompiledCuda) -> Stage:
    return stage("llvm", "llvm", list(placed_lines(compiled.nvvm_ir)))


def _ptx(compiled: CompiledCuda) -> Stage:
    return stage("ptx", "ptx", list(ptx_lines(compiled.ptx)))


def _sass(compiled: CompiledCuda) -> Stage:
    placed = list(sass_lines(_disassembled(compiled.cubin)))
    # What fills the code up to a multiple of the cache's lines.
    while placed and (placed[-1][0].strip() == "NOP" or placed[-1][0].endswith(":")):
        placed.pop()
    return stage("sass", "sass", placed)


_MAKERS: Mapping[StageName, Callable[[CompiledCuda], Stage]] = {
    "python": _python,
    "llvm": _llvm,
    "ptx": _ptx,
    "sass": _sass,
}

_LOC = re.compile(r"\s*\.loc\s+\d+ (\d+)")
# Debug sections and names of files say nothing that the source lines do not; nor do the compiler's greetings.
_PTX_END = re.compile(r"\s*\.(?:file|section)\b")
_PTX_COMMENT = re.compile(r"\s*//")


def ptx_lines(ptx: str) -> Iterator[tuple[str, int | None]]:
    """The lines of PTX, each with the source line that the `.loc` above it names."""
    current: int | None = None
    for line in ptx.splitlines():
        if _PTX_END.match(line):
            return
        if place := _LOC.match(line):
            # Line 0 is the compiler's own.
            current = int(place[1]) or None
            continue
        if _PTX_COMMENT.match(line):
            continue
        if line.startswith("}"):
            current = None
        is_code = bool(line.strip()) and not line.startswith("$")
        yield line.expandtabs(8), current if is_code else None


_SASS_LINE = re.compile(r'\s*//## File ".*", line (\d+)')
_SASS_INSTRUCTION = re.compile(r"\s*/\*[0-9a-f]{4,}\*/\s+(.*?)\s*;?\s*$")
_SASS_LABEL = re.compile(r"\.L_\w+:")


def sass_lines(listing: str) -> Iterator[tuple[str, int | None]]:
    """The instructions and labels of a listing of `nvdisasm -g -c`, each with its source line."""
    current: int | None = None
    for line in listing.splitlines():
        if place := _SASS_LINE.match(line):
            current = int(place[1]) or None
        elif instruction := _SASS_INSTRUCTION.match(line):
            yield f"    {instruction[1]}", current
        elif _SASS_LABEL.match(line):
            yield line.strip(), None


def _disassembled(cubin: bytes) -> str:
    tool = find_nvidia_binary_utility("nvdisasm")
    if tool is None:
        raise _Missing(_NO_DISASSEMBLER)
    handle, path = tempfile.mkstemp(suffix=".cubin")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(cubin)
        done = subprocess.run(
            [tool, "-g", "-c", path],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Missing(f"SASS needs nvdisasm, and {tool} did not run: {error}") from None
    finally:
        with suppress(OSError):
            os.unlink(path)
    if done.returncode:
        raise _Missing(f"nvdisasm ({tool}) cannot read this code: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
