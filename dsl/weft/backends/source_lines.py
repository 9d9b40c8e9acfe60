"""Which line of a kernel's source each line of generated Python comes from, in the code as well as in tables."""

import ast
from bisect import bisect_right
from collections.abc import Callable
from types import CodeType, FunctionType

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


def to_function(kernel: Kernel, emitted: Emitted, names: dict[str, object]) -> Callable[..., object]:
    """The generated function, its lines those of the kernel's source, so that profilers and listings show it."""
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
