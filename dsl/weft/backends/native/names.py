"""How messages name a kernel."""

from bisect import bisect_right

from weft.model.ir import Kernel


def words_for(kernel: Kernel) -> str:
    """The kernel, and the line of its first parameter."""
    if not kernel.parameters:
        return f"`{kernel.name}` ({kernel.filename})"
    line = bisect_right(kernel.line_starts, kernel.parameters[0].span.start)
    return f"`{kernel.name}` ({kernel.filename}:{line})"
