"""An inspection as JSON. The editor's Stages view reads it: fields are added, never changed. docs/inspect.md has the schema."""

import json

from weft.backends.stages import Stage
from weft.inspect.inspection import Inspection
from weft.model.occupancy import Occupancy

VERSION = 1


def as_json(inspection: Inspection) -> str:
    resources = inspection.resources
    return json.dumps(
        {
            "version": VERSION,
            "path": inspection.filename,
            "kernel": inspection.kernel,
            "target": inspection.target,
            "stages": [_stage(stage) for stage in inspection.stages],
            "resources": resources
            and {
                "registers": resources.registers,
                "spill_bytes": resources.spill_bytes,
                "shared_bytes": resources.shared_bytes,
                "occupancy": inspection.occupancy and _occupancy(inspection.occupancy),
            },
            "notices": list(inspection.notices),
        },
        indent=2,
    )


def _stage(stage: Stage) -> dict[str, object]:
    return {"name": stage.name, "language": stage.language, "text": stage.text, "lines": list(stage.lines)}


def _occupancy(found: Occupancy) -> dict[str, object]:
    return {
        "block_threads": found.block_threads,
        "blocks_per_sm": found.blocks_per_sm,
        "warps": found.warps,
        "max_warps": found.max_warps,
        "limit": found.limit,
    }
