"""Inspect the kernel of a running program, for the arguments of a launch."""

from collections.abc import Mapping, Sequence

from weft.inspect.inspecting import CPU, Settings, assumed, check_target, inspect
from weft.inspect.inspection import Inspection
from weft.launch import Launcher


def inspect_live(
    launcher: Launcher, args: Sequence[object], kwargs: Mapping[str, object], target: str | None
) -> Inspection:
    """target: None for where the data is. Raises LaunchError, TargetError."""
    if target is not None:
        check_target(target)
    if not args and not kwargs:
        chosen = Settings(target or CPU)
        return inspect(launcher.kernel, assumed(launcher.kernel, chosen), chosen)
    for_gpu = None if target is None else target != CPU
    specialization, place = launcher.specialization(args, kwargs, for_gpu=for_gpu)
    return inspect(launcher.kernel, specialization, Settings(target or place))
