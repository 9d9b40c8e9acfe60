"""Find what is wrong in many files: from the cache where they are as they were, else in as many processes as asked for.

The front end is loaded only for files that the cache does not know: it takes longer to load than a file to be checked.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import starmap
from typing import TYPE_CHECKING

from weft.cli.cache import Cache
from weft.cli.cache import Entry as Cached
from weft.cli.sources import Entry, Source, Unreadable
from weft.model.diagnostic import Findings
from weft.model.files import find
from weft.ops import PACKAGE, ROOT
from weft.records import record

if TYPE_CHECKING:
    from weft.cli.reader import Reader

# Python looks for cycles after 700 new objects; the front end makes a hundred thousand, of which it drops few.
_OBJECTS_BEFORE_CYCLES = 100_000
# Fewer files are not worth the start of other processes.
_FEWEST_FOR_PROCESSES = 64
# So many go to a process at once: few, so that none is left with much to do when the others are through.
_CHUNK = 16
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


class Analyser:
    """roots: where imports are looked for. jobs: how many processes; 0: one for each processor. targets_of: the GPUs that the
    file at a path is for."""

    def __init__(
        self,
        roots: tuple[str, ...],
        jobs: int = 0,
        cache: Cache | None = None,
        targets_of: Callable[[str], Targets] = _no_targets,
    ) -> None:
        self.roots = roots
        self.jobs = jobs
        self.cache = cache
        self.targets_of = targets_of
        self._reader: Reader | None = None
        # Whether a module is there now: a name, and the folder of a file that imports it.
        self._appeared: dict[tuple[str, str], bool] = {}

    def outcomes(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """One for each entry, in order."""
        known = {entry: found for entry in entries if (found := self._known(entry)) is not None}
        fresh = [entry for entry in entries if entry not in known]
        found = self._read(fresh) if fresh else iter(())
        for entry in entries:
            outcome = known.get(entry)
            if outcome is None:
                outcome, cached = next(found)
                if self.cache and cached:
                    self.cache.put(os.path.abspath(entry.path), cached)
            yield outcome

    def findings(self, source: Source, targets: Targets) -> Findings:
        """What is found in a text, whatever is on disk."""
        return self.reader.findings(source, targets)

    @property
    def reader(self) -> "Reader":
        if self._reader is None:
            self._reader = _front_end().Reader(self.roots)
        return self._reader

    def _known(self, entry: Entry) -> Outcome | None:
        cached = self.cache.get(os.path.abspath(entry.path)) if self.cache else None
        if cached is None or any(self._has_appeared(*each) for each in cached.missing):
            return None
        if cached.targets != self.targets_of(entry.path):
            return None
        is_clean = cached.findings == Findings()
        return Outcome(entry, None if is_clean else entry.read(), cached.findings)

    def _has_appeared(self, name: str, path: str) -> bool:
        key = (name, os.path.dirname(path))
        if key not in self._appeared:
            roots = tuple(map(os.path.abspath, self.roots))
            self._appeared[key] = find(name, path, roots, (PACKAGE, ROOT)) is not None
        return self._appeared[key]

    def _read(self, entries: Sequence[Entry]) -> Iterator[tuple[Outcome, Cached | None]]:
        wanted = [(entry, self.targets_of(entry.path)) for entry in entries]
        is_worth = self._processes > 1 and len(entries) >= _FEWEST_FOR_PROCESSES
        return self._in_processes(wanted) if is_worth else starmap(self.reader.read, wanted)

    @property
    def _processes(self) -> int:
        return self.jobs or os.cpu_count() or 1

    def _in_processes(self, entries: Sequence[Wanted]) -> Iterator[tuple[Outcome, Cached | None]]:
        from concurrent.futures import ProcessPoolExecutor  # slow to import, and few runs need it
        from multiprocessing import active_children

        read_all = _front_end().read_all  # here, so that no process has to load it by itself
        chunks = [(self.roots, entries[at : at + _CHUNK]) for at in range(0, len(entries), _CHUNK)]
        pool = ProcessPoolExecutor(self._processes)
        try:
            for found in pool.map(read_all, chunks):
                yield from found
        except (KeyboardInterrupt, GeneratorExit):
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise
        pool.shutdown()


def _front_end():
    """What reads files. From when it is loaded on, garbage is looked for."""
    from weft.cli import reader

    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_OBJECTS_BEFORE_CYCLES)
        gc.enable()
    return reader
