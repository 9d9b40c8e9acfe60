"""Annotations of GitHub Actions. Source: GitHub, "Workflow commands for GitHub Actions"."""

from collections.abc import Sequence

from weft.cli.placed import Placed, placed
from weft.cli.report import Checked

_COMMANDS = {"error": "error", "warning": "warning", "information": "notice"}


def render(results: Sequence[Checked]) -> str:
    return "\n".join(_command(one) for one in placed(results))


def _command(one: Placed) -> str:
    columns = ""
    if one.start.line == one.end.line:  # GitHub takes columns for one line only
        columns = f",col={one.start.column},endColumn={max(one.end.column, one.start.column + 1)}"
    return (
        f"::{_COMMANDS[one.finding.severity]} title=weft ({one.finding.code}),file={_property(one.path)},"
        f"line={one.start.line},endLine={one.end.line}{columns}::{_data(one.finding.code + ': ' + one.finding.message)}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
