"""Reviewdog's diagnostics. Source: reviewdog, "Reviewdog Diagnostic Format"; columns count UTF-8 bytes from 1."""

import json
from collections.abc import Sequence

from weft.cli.placed import Placed, placed
from weft.cli.places import Places
from weft.cli.report import Checked
from weft.model.diagnostic import Span

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "information": "INFO"}


def render(results: Sequence[Checked]) -> str:
    found = [_diagnostic(one) for one in placed(results)]
    return json.dumps({"source": {"name": "weft"}, "diagnostics": found}, indent=2)


def _diagnostic(one: Placed) -> dict[str, object]:
    return {
        "message": one.finding.message,
        "location": {"path": one.path, "range": _range(one.places, one.finding.span)},
        "severity": _SEVERITIES[one.finding.severity],
        "code": {"value": one.finding.code},
        "suggestions": [
            {"range": _range(one.places, edit.span), "text": edit.text}
            for fix in one.finding.fixes[:1]
            for edit in fix.edits
        ],
    }


def _range(places: Places, span: Span) -> dict[str, object]:
    return {"start": _position(places, span.start), "end": _position(places, span.end)}


def _position(places: Places, offset: int) -> dict[str, int]:
    place = places.at(offset)
    before = places.line_at(offset)[: place.column - 1]
    return {"line": place.line, "column": len(before.encode(errors="surrogatepass")) + 1}
