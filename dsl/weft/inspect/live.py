"""Inspect the kernel of a running program, for the arguments of a launch."""

from collections.abc import Mapping, Sequence

from weft.inspect.inspecting import CPU, Settings, inspect, row_major
from weft.inspect.inspection import Inspection
from weft.launch import Launcher


def inspect_live(
    launcher: Launcher, args: Sequence[object], kwargs: Mapping[str, object], target: str | None
) -> Inspection:
    """target: None for where the data is. Raises LaunchError, TargetError."""
    if not args and not kwargs:
        return inspect(launcher.kernel, row_major(launcher.kernel), Settings(target or CPU))
    specialization, place = launcher.specialization(args, kwargs)
    return inspect(launcher.kernel, specialization, Settings(target or place))
