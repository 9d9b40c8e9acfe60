"""What the GPUs that a project is for cannot do, where others can.

The limits of threads, of blocks and of grids are the same on all GPUs, and the front end finds what is over them. Shared
memory differs: the front end refuses what no GPU has.
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.limits import shared_problems, strictest


def too_large_for_targets(kernel: Analysis) -> Iterator[Diagnostic]:
    """The kernel takes more shared memory than a block has on one of `kernel.targets`."""
    if kernel.ir is None or not kernel.ir.shared or not kernel.targets:
        return
    sizes = {array.name: (array.size or 0) * array.dtype.itemsize_bytes for array in kernel.ir.shared}
    for problem in shared_problems(sizes, strictest(kernel.targets)):
        yield Diagnostic(problem.code, problem.message, kernel.shared_spans[-1])
