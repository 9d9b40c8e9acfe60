"""`weft check`: the linter, for a terminal and for CI."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weft.cli import report
from weft.cli.report import Checked
from weft.cli.sources import STDIN, Source, Unreadable, complain, sources
from weft.cli.terminal import style_for
from weft.lint import check
from weft.model.diagnostic import Diagnostic
from weft.model.project import Project
from weft.ops.dialect import DIALECT

Format = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Settings:
    paths: Sequence[str]
    format: Format


def run(settings: Settings) -> int:
    """0: nothing found; 1: findings; 2: a path could not be read (the others are checked all the same)."""
    project = Project(DIALECT, roots(settings.paths))
    style = style_for(sys.stdout)
    results: list[Checked] = []
    unread = 0
    for source in sources(settings.paths):
        if isinstance(source, Unreadable):
            unread += 1
            complain(source)
            continue
        checked = Checked(source, _findings(project, source))
        results.append(checked)
        if settings.format == "text":
            for line in report.as_text(checked, style):
                print(line)
    print(report.as_json(results) if settings.format == "json" else report.summary(results, unread))
    if unread:
        return 2
    return 1 if any(checked.findings for checked in results) else 0


def roots(paths: Sequence[str]) -> tuple[str, ...]:
    """Where imports are looked for: here, the directories given, and those that hold the files given."""
    found = [os.getcwd()]
    for path in paths:
        if path != STDIN:
            full = os.path.abspath(path)
            found.append(full if os.path.isdir(full) else os.path.dirname(full))
    return tuple(dict.fromkeys(found))


def _findings(project: Project, source: Source) -> tuple[Diagnostic, ...]:
    return tuple(check(project.read(source.path, source.text))) if source.mentions_weft else ()
