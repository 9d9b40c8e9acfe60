"""Read a live kernel: the front end and the rules check it, and only a kernel without errors is launched."""

from bisect import bisect_right
from types import FunctionType

from weft.errors import KernelError
from weft.lint.findings import check_kernel
from weft.model.diagnostic import Diagnostic
from weft.model.ir import Kernel
from weft.model.live import LiveKernel, read_kernel
from weft.ops.dialect import DIALECT
from weft.remembered import remember


def read_checked(function: FunctionType) -> Kernel:
    """The checked IR of a live function. Raises KernelError of all that is wrong with it."""
    read = read_kernel(function, DIALECT)
    errors = [finding for finding in findings(read) if finding.severity == "error"]
    if errors:
        first, *others = errors
        line = bisect_right(read.line_starts, first.span.start)
        raise KernelError(first, read.filename, line, tuple(others))
    assert read.ir is not None, "a kernel without errors has an IR"
    remember(function, read.ir, read.observed)
    return read.ir


def findings(read: LiveKernel) -> list[Diagnostic]:
    """What the front end and the rules found, in the order of the text."""
    found = [*read.findings]
    if read.analysis is not None:
        found += [finding.shifted(read.block_start) for finding in check_kernel(read.analysis)]
    return sorted(found, key=lambda finding: (finding.span, finding.code))
