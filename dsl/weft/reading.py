"""Read a live kernel: the front end and the rules check it, and only a kernel without errors is launched."""

import os
from bisect import bisect_right
from types import FunctionType

from weft.errors import KernelError
from weft.launch import Launcher
from weft.lint import check_kernel
from weft.model.diagnostic import Diagnostic
from weft.model.ir import Kernel
from weft.model.live import LiveKernel, read_kernel
from weft.model.options import with_checks, without_debug
from weft.ops.dialect import DIALECT


def launcher_of(function: FunctionType, *, debug: bool = True, check_bounds: bool = False) -> Launcher:
    """What launches a live function. Raises KernelError of all that is wrong with it."""
    kernel = read_checked(function)
    kernel = kernel if debug else without_debug(kernel)
    return Launcher(with_checks(kernel) if check_bounds or _checks_all() else kernel)


def _checks_all() -> bool:
    return os.environ.get("WEFT_CHECK_BOUNDS", "0") not in ("", "0")


def read_checked(function: FunctionType) -> Kernel:
    """The checked IR of a live function. Raises KernelError of all that is wrong with it."""
    read = read_kernel(function, DIALECT)
    errors = [finding for finding in findings(read) if finding.severity == "error"]
    if errors:
        first, *others = errors
        line = bisect_right(read.line_starts, first.span.start)
        raise KernelError(first, read.filename, line, tuple(others))
    assert read.ir is not None, "a kernel without errors has an IR"
    return read.ir


def findings(read: LiveKernel) -> list[Diagnostic]:
    """What the front end and the rules found, in the order of the text."""
    found = [*read.findings]
    if read.analysis is not None:
        found += [finding.shifted(read.block_start) for finding in check_kernel(read.analysis)]
    return sorted(found, key=lambda finding: (finding.span, finding.code))
