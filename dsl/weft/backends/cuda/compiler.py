"""IR to Python to LTO-IR to cubin, with no GPU needed."""

import ast
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from weft.backends.cuda.intrinsics import numba_type
from weft.backends.cuda.packages import core, numba_cuda, types
from weft.backends.cuda.prelude import Settings, namespace, target
from weft.backends.python import Emitted, emit_thread_kernel
from weft.model.ir import Kernel
from weft.model.specialize import Specialization


@dataclass(frozen=True, slots=True)
class Cubin:
    """Machine code with one kernel, and what the linker says of it."""

    code: bytes
    entry: str
    registers: int
    shared_bytes: int
    spill_bytes: int


def emit(kernel: Kernel, specialization: Specialization) -> Emitted:
    """The generated Python."""
    return emit_thread_kernel(kernel, specialization, target())


def to_ltoir(kernel: Kernel, emitted: Emitted, settings: Settings) -> bytes:
    """What nvJitLink optimizes and links. From PTX it would make relocatable code: many more registers (measured)."""
    return _compiled(kernel, emitted, settings, "ltoir")


def to_ptx(kernel: Kernel, emitted: Emitted, settings: Settings) -> str:
    """The PTX, for people to read."""
    ptx = _compiled(kernel, emitted, settings, "ptx")
    return ptx if isinstance(ptx, str) else ptx.decode()


def to_cubin(ltoir: bytes, arch: str, name: str) -> Cubin:
    """arch: `sm_90`. name: of the kernel, for messages."""
    options = core.LinkerOptions(
        arch=arch, name=name, link_time_optimization=True, lineinfo=True, ptxas_options=["-v"], verbose=True
    )
    linker = core.Linker(core.ObjectCode.from_ltoir(ltoir, name=name), options=options)
    code = bytes(linker.link("cubin").code)
    return _described(code, linker.get_info_log())


def capability_of(arch: str) -> tuple[int, int]:
    """`sm_90` and `sm_90a` are (9, 0); `sm_120` is (12, 0)."""
    digits = re.sub(r"\D", "", arch)
    return int(digits[:-1]), int(digits[-1])


def _compiled(kernel: Kernel, emitted: Emitted, settings: Settings, output: str) -> Any:
    signature = types.void(*(numba_type(parameter.dtype) for parameter in emitted.parameters))
    function = to_function(kernel, emitted, namespace(emitted.used, settings))
    return numba_cuda.compile(
        function, signature, device=False, lineinfo=True, cc=settings.capability, output=output, abi="numba"
    )[0]


def to_function(kernel: Kernel, emitted: Emitted, names: dict[str, object]) -> Callable[..., object]:
    """The generated function, its lines those of the kernel's source, so that profilers and SASS listings show it."""
    tree = ast.parse(emitted.text)
    lines = source_lines(kernel, emitted)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.arg):
            node.lineno, node.end_lineno = lines[node.lineno - 1], lines[(node.end_lineno or node.lineno) - 1]
    # numba takes the line after this one for the function's first, and moves whatever lies before it there.
    tree.body[0].lineno = max(1, min(lines) - 1)
    module = compile(tree, kernel.filename, "exec")
    code = next(const for const in module.co_consts if isinstance(const, CodeType))
    return FunctionType(code, names, emitted.function)


def source_lines(kernel: Kernel, emitted: Emitted) -> list[int]:
    """The source line of each generated line; lines that no source asked for belong to the one before."""
    lines: list[int] = []
    current = next((line.offset for line in emitted.lines if line.offset is not None), 0)
    for line in emitted.lines:
        current = current if line.offset is None else line.offset
        lines.append(max(1, bisect_right(kernel.line_starts, current)))
    return lines


_ENTRY = re.compile(rb"\.text\.([\w$.]+)\0")


def _described(code: bytes, log: str) -> Cubin:
    entry = _ENTRY.search(code)
    assert entry is not None, "a cubin has a section for its kernel"
    return Cubin(
        code,
        entry.group(1).decode(),
        registers=_number(r"Used (\d+) registers", log),
        shared_bytes=_number(r"(\d+) bytes smem", log),
        spill_bytes=_number(r"(\d+) bytes spill stores", log),
    )


def _number(pattern: str, log: str) -> int:
    found = re.search(pattern, log)
    return int(found.group(1)) if found else 0
