"""Read files into Models and find what is wrong in them: what `analysis` loads for files that the cache does not know."""

import gc
import os
from collections.abc import Sequence
from functools import lru_cache

from weft.cli.analysis import Outcome, Targets, Wanted
from weft.cli.cache import Entry as Cached
from weft.cli.cache import stamp
from weft.cli.sources import STDIN_NAME, Entry, Source, Unreadable
from weft.lint.findings import check_all
from weft.model.diagnostic import Findings
from weft.model.project import Project
from weft.ops.dialect import DIALECT

# So many files are read with what was learnt of what they import; then the memory is given back.
_MOST_TOGETHER = 400


class Reader:
    """roots: where imports are looked for."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self.roots = roots
        self.project = self._fresh()
        self.count = 0

    def _fresh(self) -> Project:
        return Project(DIALECT, self.roots, has_host_facts=False)

    def read(self, entry: Entry, targets: Targets = ()) -> tuple[Outcome, Cached | None]:
        """What is found in a file now, and what the cache should keep of it."""
        self.count += 1
        if self.count % _MOST_TOGETHER == 0:
            self.project = self._fresh()
            gc.collect()
        before = None if entry.path == STDIN_NAME else stamp(entry.path)
        source = entry.read()
        if isinstance(source, Unreadable):
            return Outcome(entry, source, Findings()), None
        findings = self.findings(source, targets)
        cached = None
        if before is not None:
            files, missing = self.project.library.rests_on(os.path.abspath(entry.path))
            imports = tuple((path, stamp(path)) for path in sorted(files))
            cached = Cached(before, imports, tuple(sorted(missing)), findings, targets)
        return Outcome(entry, source, findings), cached

    def findings(self, source: Source, targets: Targets) -> Findings:
        """What is found in a text, whatever is on disk."""
        if not source.mentions_weft:
            return Findings()
        try:
            return check_all(self.project.read(source.path, source.text, source.parts), targets)
        finally:
            self.project.release(source.path)


# What a process has learnt of Weft itself and of imports is for all that it is given.
_reader = lru_cache(1)(Reader)


def read_all(given: tuple[tuple[str, ...], Sequence[Wanted]]) -> list[tuple[Outcome, Cached | None]]:
    """What is found in some files, with these roots of imports."""
    roots, wanted = given
    reader = _reader(roots)
    return [reader.read(entry, targets) for entry, targets in wanted]
