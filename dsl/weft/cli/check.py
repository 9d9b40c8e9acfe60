"""`weft check`: the linter, for a terminal and for CI."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from weft.cli import report
from weft.cli.config import ConfigError, Configs, selection
from weft.cli.report import Checked
from weft.cli.sources import STDIN, Source, Unreadable, complain, complain_of, sources
from weft.cli.terminal import style_for
from weft.lint import check
from weft.model.diagnostic import Diagnostic
from weft.model.project import Project
from weft.ops.dialect import DIALECT

Format = Literal["text", "concise", "github", "gitlab", "json", "json-lines", "junit", "sarif"]


@dataclass(frozen=True, slots=True)
class Settings:
    paths: Sequence[str]
    format: Format
    select: Sequence[str] = field(default=())
    ignore: Sequence[str] = field(default=())
    is_zero: bool = False


def run(settings: Settings) -> int:
    """0: nothing but information found; 1: errors or warnings; 2: a path could not be read (the others are checked all the same), or the
    configuration is wrong."""
    try:
        return _run(settings)
    except ConfigError as error:
        complain_of(str(error))
        return 2


def _run(settings: Settings) -> int:
    chosen = selection(settings.select, settings.ignore)
    configs = Configs()
    named = {os.path.normpath(path) for path in settings.paths}
    project = Project(DIALECT, roots(settings.paths))
    style = style_for(sys.stdout)
    results: list[Checked] = []
    unread = 0
    for source in sources(settings.paths):
        config = configs.of(source.path)
        if source.path not in named and config.excludes(source.path):
            continue
        if isinstance(source, Unreadable):
            unread += 1
            complain(source)
            continue
        checked = Checked(source, chosen.of(_findings(project, source), config, source.path))
        results.append(checked)
        if settings.format == "text":
            for line in report.as_text(checked, style):
                print(line)
    shown = report.summary(results, unread) if settings.format == "text" else _formatted(settings, results)
    if shown:
        print(shown)
    if unread:
        return 2
    return 1 if not settings.is_zero and any(map(_fails, results)) else 0


def _fails(checked: Checked) -> bool:
    return any(finding.severity != "information" for finding in checked.findings)


def _formatted(settings: Settings, results: Sequence[Checked]) -> str:
    from weft.cli.formats import FORMATS  # what `text` needs none of

    return FORMATS[settings.format](results)


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
