"""From a live kernel to what launches it. The front end is loaded only where nothing is remembered of an earlier run."""

import os
from importlib import import_module
from types import FunctionType

from weft.launch import Launcher
from weft.model.options import with_checks, without_debug
from weft.once import ForkedLock
from weft.records import replace
from weft.remembered import recall

# The front end keeps what it is in the midst of, so threads read kernels one after the other.
READING = ForkedLock()


def launcher_of(
    function: FunctionType, *, debug: bool = True, check_bounds: bool = False, contiguous: bool = False
) -> Launcher:
    """What launches a live function. Raises KernelError of all that is wrong with it."""
    kernel = recall(function) or import_module("weft.checking").read_checked(function)
    kernel = kernel if debug else without_debug(kernel)
    kernel = with_checks(kernel) if check_bounds or _checks_all() else kernel
    return Launcher(replace(kernel, is_contiguous=True) if contiguous else kernel)


def _checks_all() -> bool:
    return os.environ.get("WEFT_CHECK_BOUNDS", "0") not in ("", "0")
