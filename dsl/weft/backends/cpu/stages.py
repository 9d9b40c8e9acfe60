"""What a kernel becomes on its way to this processor, as text. Importing this loads llvmlite."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from weft.backends.cpu.emitting import emit_blocks
from weft.backends.llvm_text import placed_lines
from weft.backends.python import Emitted
from weft.backends.stages import Resources, Stage, Staged, StageName, python_stage, stage
from weft.model.ir import Kernel
from weft.model.sizes import sized
from weft.model.specialization import Specialization


class _Listings(Protocol):
    def __call__(self, kernel: Kernel, code: Emitted, /) -> tuple[str, str]: ...


def stages(kernel: Kernel, specialization: Specialization, wanted: frozenset[StageName]) -> Staged:
    """The stages that are wanted, in their order."""
    emitted = emit_blocks(kernel, specialization).code
    made: list[Stage] = []
    if "python" in wanted:
        made.append(python_stage(kernel, emitted))
    if wanted & {"llvm", "asm"}:
        listings = cast("_Listings", import_module("weft.backends.cpu.compiler").listings)
        llvm, asm = listings(kernel, emitted)
        listed = (
            stage("llvm", "llvm", list(placed_lines(llvm))),
            stage("asm", "asm", list(assembly_lines(asm))),
        )
        made += [one for one in listed if one.name in wanted]
    shared = sum(array.size_bytes for array in sized(kernel, dict(specialization.constants)).shared)
    return Staged(tuple(made), Resources(None, None, shared))


_LOC = re.compile(r"\s*\.loc\s+\d+ (\d+)")
_DIRECTIVE = re.compile(r"\s+\.|\s*#|\.L(?!BB)")
_DEBUG_SECTION = re.compile(r'\s*\.section\s+"?\.debug')
_COMMENT = re.compile(r"\s+#.*$")


def assembly_lines(text: str) -> Iterator[tuple[str, int | None]]:
    """The instructions and labels of assembly, each with the source line that the `.loc` above it names."""
    current: int | None = None
    for line in text.splitlines():
        if _DEBUG_SECTION.match(line):
            return
        if place := _LOC.match(line):
            # Line 0 is the compiler's own.
            current = int(place[1]) or None
        elif line.strip() and not _DIRECTIVE.match(line):
            is_label = not line[0].isspace()
            yield _COMMENT.sub("", line).expandtabs(8), None if is_label else current
