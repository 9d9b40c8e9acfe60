"""One line for each finding, without the source."""

from collections.abc import Sequence

from weft.cli.placed import placed
from weft.cli.report import Checked
from weft.cli.terminal import printable


def render(results: Sequence[Checked]) -> str:
    return "\n".join(
        f"{printable(one.path)}:{one.start.words}: {one.finding.code}: {printable(one.finding.message)}"
        for one in placed(results, with_cells=True)
    )
