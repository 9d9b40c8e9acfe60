"""What a kernel becomes, stage by stage, with the source line of each line, and what it takes of the machine."""

from weft.backends.stages import Stage, StageName
from weft.inspect.as_json import as_json
from weft.inspect.inspecting import STAGES, Settings, TargetError, assumed, check_target, inspect
from weft.inspect.inspection import Inspection

__all__ = [
    "STAGES",
    "Inspection",
    "Settings",
    "Stage",
    "StageName",
    "TargetError",
    "as_json",
    "assumed",
    "check_target",
    "inspect",
]
