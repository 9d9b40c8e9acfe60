"""The lines of `pylint --output-format=parseable`, which many CI systems read. Source: Pylint, "Output options"."""

from collections.abc import Sequence

from weft.cli.placed import placed
from weft.cli.report import Checked
from weft.cli.terminal import printable


def render(results: Sequence[Checked]) -> str:
    return "\n".join(
        f"{printable(one.path)}:{one.start.line}: [{one.finding.code}] {printable(one.finding.message)}"
        for one in placed(results)
    )
