"""Find what is wrong in many files: from the cache where they are as they were, else in as many processes as asked for."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import starmap

from weft.cli.cache import Cache, stamp
from weft.cli.cache import Entry as Cached
from weft.cli.sources import STDIN_NAME, Entry, Source, Unreadable
from weft.lint import Findings, check_all
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft.records import record

# Fewer files are not worth the start of other processes.
_FEWEST_FOR_PROCESSES = 64
_CHUNK = 16
# So many files are read with what was learnt of the others; then the memory is given back.
_MOST_TOGETHER = 100


# The GPUs that a file is for: `sm_90`.
Targets = tuple[str, ...]
Wanted = tuple[Entry, Targets]


def _no_targets(path: str) -> Targets:
    return ()


@record
class Outcome:
    """A file and what was found in it. source: None for one that the cache knows to be clean."""

    entry: Entry
    source: Source | Unreadable | None
    findings: Findings


@record(frozen=False, slots=False)
class Analyser:
    """roots: where imports are looked for. jobs: how many processes; 0: one for each processor. targets_of: the GPUs that the
    file at a path is for."""

    roots: tuple[str, ...]
    jobs: int = 0
    cache: Cache | None = None
    targets_of: Callable[[str], Targets] = _no_targets

    def __post_init__(self) -> None:
        self.project = Project(DIALECT, self.roots)
        self.count = 0

    def outcomes(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """One for each entry, in order."""
        known = {entry: found for entry in entries if (found := self._known(entry)) is not None}
        fresh = [entry for entry in entries if entry not in known]
        wanted = [(entry, self.targets_of(entry.path)) for entry in fresh]
        found = iter(self._in_processes(wanted) if self._is_worth(fresh) else starmap(self.read, wanted))
        for entry in entries:
            outcome = known.get(entry)
            if outcome is None:
                outcome, cached = next(found)
                if self.cache and cached:
                    self.cache.put(os.path.abspath(entry.path), cached)
            yield outcome

    def findings(self, source: Source, targets: Targets) -> Findings:
        """What is found in a text, whatever is on disk."""
        if not source.mentions_weft:
            return Findings()
        return check_all(self.project.read(source.path, source.text, source.parts), targets)

    def _known(self, entry: Entry) -> Outcome | None:
        cached = self.cache.get(os.path.abspath(entry.path)) if self.cache else None
        if cached is None or self._has_appeared(entry, cached.missing):
            return None
        if cached.targets != self.targets_of(entry.path):
            return None
        is_clean = cached.findings == Findings()
        return Outcome(entry, None if is_clean else entry.read(), cached.findings)

    def _has_appeared(self, entry: Entry, missing: Iterable[str]) -> bool:
        return any(self.project.library.find(name, os.path.abspath(entry.path)) for name in missing)

    def read(self, entry: Entry, targets: Targets = ()) -> tuple[Outcome, Cached | None]:
        """What is found in a file now, and what the cache should keep of it."""
        self.count += 1
        if self.count % _MOST_TOGETHER == 0:
            self.project = Project(DIALECT, self.roots)
        before = None if entry.path == STDIN_NAME else stamp(entry.path)
        source = entry.read()
        if isinstance(source, Unreadable):
            return Outcome(entry, source, Findings()), None
        self.project.asked.clear()
        self.project.library.missing.clear()
        findings = self.findings(source, targets)
        cached = None
        if before is not None:
            imports = tuple((path, stamp(path)) for path in sorted(self.project.asked))
            missing = tuple(sorted({name for name, _ in self.project.library.missing}))
            cached = Cached(before, imports, missing, findings, targets)
        return Outcome(entry, source, findings), cached

    def _is_worth(self, entries: Sequence[Entry]) -> bool:
        return self._processes > 1 and len(entries) >= _FEWEST_FOR_PROCESSES

    @property
    def _processes(self) -> int:
        return self.jobs or os.cpu_count() or 1

    def _in_processes(self, entries: Sequence[Wanted]) -> Iterator[tuple[Outcome, Cached | None]]:
        from concurrent.futures import ProcessPoolExecutor  # slow to import, and few runs need it
        from multiprocessing import active_children

        size = max(_CHUNK, -(-len(entries) // (4 * self._processes)))
        chunks = [(self.roots, entries[at : at + size]) for at in range(0, len(entries), size)]
        pool = ProcessPoolExecutor(self._processes)
        try:
            for found in pool.map(_chunk, chunks):
                yield from found
        except (KeyboardInterrupt, GeneratorExit):
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise
        pool.shutdown()


def _chunk(given: tuple[tuple[str, ...], Sequence[Wanted]]) -> list[tuple[Outcome, Cached | None]]:
    roots, entries = given
    analyser = Analyser(roots, jobs=1)
    return [analyser.read(entry, targets) for entry, targets in entries]
