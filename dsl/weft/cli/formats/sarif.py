"""SARIF 2.1.0. Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"."""

import json
import os
from collections.abc import Sequence
from urllib.parse import quote

from weft import __version__
from weft.cli.address import REPOSITORY, page
from weft.cli.placed import Placed, placed_all
from weft.cli.places import Places
from weft.cli.report import Checked
from weft.cli.rule import documentation
from weft.lint.codes import CODES
from weft.model.diagnostic import Fix, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "information": "note"}


def render(results: Sequence[Checked]) -> str:
    found = [*placed_all(results)]
    rules = sorted({one.finding.code for one in found})
    driver = {
        "name": "weft",
        "version": __version__,
        "informationUri": REPOSITORY,
        "rules": [_rule(code) for code in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules) for one in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, object]:
    words = documentation(code)
    return {
        "id": code,
        "shortDescription": {"text": CODES.get(code, code)},
        # GitHub's code scanning takes no rule without it: what stands before the example.
        "fullDescription": {"text": words.partition("\n```")[0].strip()},
        "helpUri": page(f"docs/rules/{code}.md"),
        # For readers without a network, the page itself goes along.
        "help": {"text": words, "markdown": words},
    }


def _result(one: Placed, rules: list[str]) -> dict[str, object]:
    snippet = {"text": one.places.text(one.finding.span)}
    region = {**_region(one.places, one.finding.span), "snippet": snippet}
    physical = {"artifactLocation": _artifact(one), "region": region}
    result: dict[str, object] = {
        "ruleId": one.finding.code,
        "ruleIndex": rules.index(one.finding.code),
        "level": _LEVELS[one.finding.severity],
        "message": {"text": one.finding.message},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"weft/v1": one.fingerprint},
    }
    if one.finding.related:
        result["relatedLocations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(one),
                    "region": _region(one.places, other.span),
                },
                "message": {"text": other.message},
            }
            for other in one.finding.related
        ]
    if one.is_suppressed:
        result["suppressions"] = [{"kind": "inSource"}]
    if one.finding.fixes:
        result["fixes"] = [_fix(one, fix) for fix in one.finding.fixes]
    return result


def _fix(one: Placed, fix: Fix) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(one.places, edit.span), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(one), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _artifact(one: Placed) -> dict[str, str]:
    """A place below the working folder is relative to it. One elsewhere says where it is: no reader would know `..`."""
    if not (os.path.isabs(one.path) or one.path.startswith("../")):
        return {"uri": quote(one.path, errors="surrogateescape")}
    path = os.path.abspath(one.path).replace(os.sep, "/")
    return {"uri": f"file:///{quote(path.lstrip('/'), safe='/:', errors='surrogateescape')}"}


def _region(places: Places, span: Span) -> dict[str, int]:
    start, end = places.at(span.start), places.at(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
