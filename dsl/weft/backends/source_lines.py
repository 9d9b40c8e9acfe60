"""Which line of a kernel's source each line of generated Python comes from."""

from bisect import bisect_right

from weft.backends.python import Emitted
from weft.model.ir import Kernel


def line_of(kernel: Kernel, offset: int) -> int:
    """The line, from 1, that an offset of a span is in."""
    return max(1, bisect_right(kernel.line_starts, offset))


def source_lines(kernel: Kernel, emitted: Emitted) -> list[int]:
    """The source line of each generated line; lines that no source asked for belong to the one before."""
    lines: list[int] = []
    current = next((line.offset for line in emitted.lines if line.offset is not None), 0)
    for line in emitted.lines:
        current = current if line.offset is None else line.offset
        lines.append(line_of(kernel, current))
    return lines
