"""What the GPUs that a project is for cannot do, where others can.

The limits of threads, of blocks and of grids are the same on all GPUs, and the front end finds what is over them. Shared
memory differs: the front end refuses what no GPU has. So do the instructions.
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.limits import capabilities, shared_problems, strictest
from weft.model.needs import capability_problems


def beyond_targets(kernel: Analysis) -> Iterator[Diagnostic]:
    yield from _too_large(kernel)
    yield from _too_new(kernel)


def _too_large(kernel: Analysis) -> Iterator[Diagnostic]:
    """The kernel takes more shared memory than a block has on one of `kernel.targets`."""
    if kernel.ir is None or not kernel.ir.shared or not kernel.targets:
        return
    for problem in shared_problems(kernel.ir.shared, strictest(kernel.targets)):
        yield Diagnostic(problem.code, problem.message, kernel.shared_spans[-1])


def _too_new(kernel: Analysis) -> Iterator[Diagnostic]:
    """The kernel uses what the oldest of `kernel.targets` lacks."""
    if kernel.ir is None or not kernel.targets:
        return
    major, minor = min(capabilities(kernel.targets))
    for problem, span in capability_problems(kernel.ir, f"sm_{major}{minor}"):
        yield Diagnostic(problem.code, problem.message, span)
