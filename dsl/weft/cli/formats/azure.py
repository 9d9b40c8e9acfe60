"""Annotations of Azure Pipelines. Source: Microsoft, "Logging commands", LogIssue."""

from collections.abc import Sequence

from weft.cli.placed import Placed, placed
from weft.cli.report import Checked

# There are no others.
_TYPES = {"error": "error", "warning": "warning", "information": "warning"}


def render(results: Sequence[Checked]) -> str:
    return "\n".join(_command(one) for one in placed(results))


def _command(one: Placed) -> str:
    place = f"sourcepath={_property(one.path)};linenumber={one.start.line};columnnumber={one.start.column}"
    kind, code = _TYPES[one.finding.severity], one.finding.code
    return f"##vso[task.logissue type={kind};{place};code={code};]{_data(one.finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
