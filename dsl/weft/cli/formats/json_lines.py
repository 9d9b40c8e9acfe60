"""The objects of `json`, one on each line."""

import json
from collections.abc import Sequence

from weft.cli.report import Checked, as_json


def render(results: Sequence[Checked]) -> str:
    return "\n".join(json.dumps(entry) for entry in json.loads(as_json(results)))
