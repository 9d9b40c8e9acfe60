"""A report for GitLab. Source: GitLab, "Code Quality report format"."""

import json
from collections.abc import Sequence

from weft.cli.placed import placed
from weft.cli.report import Checked

_SEVERITIES = {"error": "major", "warning": "minor", "information": "info"}


def render(results: Sequence[Checked]) -> str:
    issues = [
        {
            "check_name": one.finding.code,
            "description": one.finding.message,
            "severity": _SEVERITIES[one.finding.severity],
            "fingerprint": one.fingerprint,
            "location": {"path": one.path, "lines": {"begin": one.start.line, "end": one.end.line}},
        }
        for one in placed(results)
    ]
    return json.dumps(issues, indent=2)
