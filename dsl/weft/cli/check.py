"""`weft check`: the linter, for a terminal and for CI."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from weft.cli import cache, report
from weft.cli.analysis import Analyser, Outcome
from weft.cli.notebook import NOTEBOOK_SUFFIX
from weft.cli.replace import ReplaceError, replace
from weft.cli.report import Checked
from weft.cli.settings import Settings
from weft.cli.sources import (
    STDIN,
    STDIN_NAME,
    Entry,
    Source,
    Unreadable,
    complain,
    complain_of,
    encoded,
    entries,
)
from weft.cli.terminal import style_for
from weft.lint.config import ConfigError, Configs, Selection, selection
from weft.model.diagnostic import Diagnostic, Findings
from weft.records import replace as with_other


def run(settings: Settings) -> int:
    """0: nothing but information found; 1: errors or warnings; 2: a path could not be read or mended (the others are
    checked all the same), or the configuration is wrong."""
    try:
        return _Run(settings).run()
    except (ConfigError, ReplaceError) as error:
        complain_of(str(error))
        return 2


class _Run:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.configs = Configs()
        self.chosen: Selection = selection(settings.select, settings.ignore, settings.extend_select)
        self.named = {os.path.normpath(path) for path in settings.paths if not settings.is_exclude_forced}
        self.style = style_for(self.output)
        self.failures = 0
        self.mended = 0

    def run(self) -> int:
        found = list(self.wanted())
        if self.settings.is_show_files:
            for entry in found:
                print(entry.path)
            return 2 if self.failures else 0
        where = roots(self.settings.paths)
        kept = cache.opened(os.getcwd(), where) if self.settings.is_cached else None
        self.analyser = Analyser(where, self.settings.jobs, kept, self.targets_of)
        shown = self.results(found)
        if self.settings.baseline:
            shown = self.new(shown, self.settings.baseline)
        results = list(self.printed(shown))
        if kept:
            kept.save()
        return self.finish(results)

    def new(self, results: Iterator[Checked], path: str) -> Iterator[Checked]:
        """`results` without what the baseline at `path` knows."""
        from weft.cli import baseline  # its fingerprints are slow to load

        known = baseline.read(path)
        return (baseline.without_known([one], known)[0] for one in results)

    def wanted(self) -> Iterator[Entry]:
        """The files to check: those that no configuration excludes."""
        for entry in entries(self.settings.paths):
            config = self.configs.of(self.stands_for(entry.path))
            if entry.path not in self.named and config.excludes(entry.path):
                continue
            if isinstance(entry, Unreadable):
                self.fail(entry)
            else:
                yield entry

    def results(self, found: Sequence[Entry]) -> Iterator[Checked]:
        for outcome in self.analyser.outcomes(found):
            if isinstance(outcome.source, Unreadable):
                config = self.configs.of(outcome.entry.path)
                if outcome.entry.is_named or not config.excludes(outcome.entry.path):
                    self.fail(outcome.source)
                continue
            yield self.changed(self.checked(outcome))

    def checked(self, outcome: Outcome) -> Checked:
        path = self.stands_for(outcome.entry.path)
        assert not isinstance(outcome.source, Unreadable)
        source = Source(path, "") if outcome.source is None else with_other(outcome.source, path=path)
        return self.chosen_of(source, outcome.findings)

    def chosen_of(self, source: Source, findings: Findings) -> Checked:
        config = self.configs.of(source.path)
        shown = findings.shown
        if self.settings.is_show_unknown:
            shown = tuple(sorted((*shown, *findings.unknown), key=lambda one: (one.span, one.code)))
        suppressed = self.chosen.of(findings.suppressed, config, source.path)
        return Checked(source, self.chosen.of(shown, config, source.path), suppressed)

    def targets_of(self, path: str) -> tuple[str, ...]:
        return self.configs.of(self.stands_for(path)).targets

    def stands_for(self, path: str) -> str:
        return self.settings.stdin_filename or path if path == STDIN_NAME else path

    def fail(self, unreadable: Unreadable) -> None:
        self.failures += 1
        complain(unreadable)

    # Changing files

    def changed(self, checked: Checked) -> Checked:
        """What is left to report after the file was mended, or its findings were suppressed, as asked for."""
        if self.settings.fixing == "no" and not self.settings.is_add_ignores:
            return checked
        if not checked.findings:
            return self.unchanged(checked)
        path, text = checked.source.path, checked.source.text
        if path.endswith(NOTEBOOK_SUFFIX):
            complain_of(f"{path} is a notebook, which is not changed: mend its cells by hand")
            return checked
        from weft.cli.add_ignores import with_ignores  # few runs change anything
        from weft.cli.fix import mended

        if self.settings.is_add_ignores:
            after, count = with_ignores(text, checked.findings)
        else:
            done = mended(text, lambda now: self.found_in(path, now), unsafe=self.settings.fixing == "unsafe")
            after, count = done.text, done.count
        if after == text:
            return self.unchanged(checked)
        if not self.put(checked.source, after):
            return checked
        self.mended += count
        source = Source(path, after)
        return self.chosen_of(source, self.analyser.findings(source, self.targets_of(source.path)))

    def unchanged(self, checked: Checked) -> Checked:
        """Standard input that is as it is wanted goes on to standard output: whoever reads that gets the text in any case."""
        if self.is_stdin(checked.source) and not self.settings.is_diff:
            print(checked.source.text, end="")
        return checked

    def is_stdin(self, source: Source) -> bool:
        return STDIN in self.settings.paths and source.path == self.stands_for(STDIN_NAME)

    def found_in(self, path: str, text: str) -> Sequence[Diagnostic]:
        source = Source(path, text)
        return self.chosen_of(source, self.analyser.findings(source, self.targets_of(source.path))).findings

    def put(self, source: Source, after: str) -> bool:
        """Give the file its new text, or show how it would differ. Whether it has it now."""
        if self.settings.is_diff:
            from weft.cli.diff import diff  # slow to load

            sys.stdout.writelines(diff(source, after))
            return True
        if self.is_stdin(source):
            print(after, end="")
            return True
        try:
            replace(source.path, encoded(source.path, after))
        except (ReplaceError, UnicodeError) as error:
            self.fail(Unreadable(source.path, str(error)))
            return False
        return True

    # Output

    def printed(self, results: Iterable[Checked]) -> Iterator[Checked]:
        is_text = self.settings.format in ("full", "text") and not self.is_quiet
        for checked in results:
            for line in report.as_text(checked, self.style) if is_text else ():
                print(line, file=self.output)
            yield checked

    @property
    def output(self) -> TextIO:
        """Where findings go: standard output, unless the text of standard input goes there."""
        is_changing = self.settings.fixing != "no" or self.settings.is_add_ignores
        return sys.stderr if is_changing and STDIN in self.settings.paths else sys.stdout

    @property
    def is_quiet(self) -> bool:
        return self.settings.is_statistics or self.settings.is_diff

    def finish(self, results: Sequence[Checked]) -> int:
        if self.settings.write_baseline:
            from weft.cli import baseline

            replace_or_make(self.settings.write_baseline, baseline.text_of(results))
        if self.settings.is_statistics:
            print("\n".join(_statistics(results)) or "No findings", file=self.output)
        elif not self.is_quiet:
            shown = self.summary(results)
            if shown:
                print(shown, file=self.output)
        if self.failures:
            return 2
        if self.settings.is_diff:
            return int(self.mended > 0)
        is_fine = self.settings.is_zero or self.settings.write_baseline
        return 0 if is_fine or not any(map(_fails, results)) else 1

    def summary(self, results: Sequence[Checked]) -> str:
        if self.settings.format not in ("full", "text"):
            from weft.cli.formats import FORMATS  # what `full` needs none of

            return FORMATS[self.settings.format](results)
        words = report.summary(results, self.failures)
        verb = "suppressed" if self.settings.is_add_ignores else "mended"
        return f"{words} ({self.mended} {verb})" if self.mended else words


def replace_or_make(path: str, text: str) -> None:
    """Raises ReplaceError. A file that cannot be written whole is not made."""
    is_new = not os.path.lexists(path)
    try:
        open(path, "ab").close()
    except OSError as error:
        raise ReplaceError(f"{path} cannot be written: {os.strerror(error.errno or 0).lower()}") from None
    try:
        replace(path, text.encode())
    except ReplaceError as error:
        if is_new:
            os.unlink(path)
            raise ReplaceError(f"{path} {str(error).replace('is left as it was', 'is not made')}") from None
        raise ReplaceError(f"{path} {error}") from None


def roots(paths: Sequence[str]) -> tuple[str, ...]:
    """Where imports are looked for: here, the directories given, and those that hold the files given."""
    found = [os.getcwd()]
    for path in paths:
        if path != STDIN:
            full = os.path.abspath(path)
            found.append(full if os.path.isdir(full) else os.path.dirname(full))
    return tuple(dict.fromkeys(found))


def _fails(checked: Checked) -> bool:
    return any(one.severity != "information" and one.certainty != "unknown" for one in checked.findings)


def _statistics(results: Sequence[Checked]) -> Iterator[str]:
    counts = Counter(finding.code for checked in results for finding in checked.findings)
    fixable = {one.code for checked in results for one in checked.findings if one.fixes}
    width = len(str(max(counts.values(), default=0)))
    for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:{width}}  [{'*' if code in fixable else ' '}] {code}"
    if fixable:
        yield "[*] has fixes"
