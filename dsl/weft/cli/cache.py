"""What was found the last time: a file whose text and whose imports are as they were is not read again.

One file in `.weft_cache`, replaced whole, so that two runs at once do no harm. Whatever is wrong with it, it is as if it were
not there.
"""

import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from weft import __version__
from weft.cli.replace import ReplaceError, replace
from weft.model.diagnostic import Diagnostic, Edit, Findings, Fix, Related, Span
from weft.records import field, record

_DIRECTORY = ".weft_cache"
_MOST_ENTRIES = 100_000
_MOST_FILES = 8

# When a file was last changed, and how long it is; None if it is not there.
Stamp = tuple[int, int] | None


@record
class Entry:
    """What was found in a file, and what that rests on: its own stamp, those of the files that it and its imports import, and
    modules that are not in the project: a name, and the file that imports it. targets: the GPUs that it was judged for."""

    stamp: Stamp
    imports: tuple[tuple[str, Stamp], ...]
    missing: tuple[tuple[str, str], ...]
    findings: Findings
    targets: tuple[str, ...] = ()


@record(frozen=False)
class Cache:
    """directory: where `.weft_cache` is. words: what else the findings depend on; key: short for it."""

    directory: str
    key: str
    words: str = ""
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    is_changed: bool = False
    _stamps: dict[str, Stamp] = field(default_factory=dict[str, Stamp])

    @property
    def path(self) -> str:
        return os.path.join(self.directory, _DIRECTORY, f"{self.key}.json")

    def get(self, path: str) -> Entry | None:
        """What was found in the file at `path`, if it and its imports are as they were."""
        entry = self.entries.get(path)
        if entry is None or stamp(path) != entry.stamp:
            return None
        return entry if all(self._stamp(one) == then for one, then in entry.imports) else None

    def put(self, path: str, entry: Entry) -> None:
        self.entries[path] = entry
        self.is_changed = True

    def save(self) -> None:
        """Keep what was found; a disk that refuses is no reason to fail."""
        if not self.is_changed:
            return
        while len(self.entries) > _MOST_ENTRIES:
            del self.entries[next(iter(self.entries))]
        folder = os.path.dirname(self.path)
        try:
            os.makedirs(folder, exist_ok=True)
            if not os.path.exists(self.path):
                open(self.path, "xb").close()
            _ignore_in_git(folder)
            kept = {path: _entry_json(entry) for path, entry in self.entries.items()}
            data = json.dumps([self.words, kept])
            replace(self.path, zlib.compress(data.encode(), 1), is_precious=False)
            _forget_old(folder)
        except (OSError, ReplaceError):
            return

    def _stamp(self, path: str) -> Stamp:
        """The same for all that import a file."""
        if path not in self._stamps:
            self._stamps[path] = stamp(path)
        return self._stamps[path]


def opened(directory: str, roots: Iterable[str]) -> Cache:
    """The cache of a directory, for this version of Weft, its rules as they are, and these roots of imports."""
    words = "\0".join((__version__, _package_stamp(), *roots))
    # The name need only tell apart the few that one directory has; hashlib would take longer to load than all this.
    cache = Cache(directory, f"{zlib.crc32(words.encode(errors='surrogatepass')):08x}", words)
    try:
        with open(cache.path, "rb") as file:
            table: object = json.loads(zlib.decompress(file.read()))
        said, kept = cast("tuple[str, Mapping[str, Any]]", table)
        if said == words:
            cache.entries.update((path, _entry_of(value)) for path, value in kept.items())
    except (OSError, ValueError, zlib.error, KeyError, TypeError, AttributeError, RecursionError):
        cache.entries.clear()
    return cache


def stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _package_stamp() -> str:
    """Changes when Weft's own files do, so that whoever works on a rule sees what it says now."""
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    newest = 0
    for folder in ("lint", "lint/rules", "lint/block", "model", "model/trace", "ops", "ops/infer", "layout"):
        with os.scandir(os.path.join(top, folder)) as found:
            newest = max(newest, *(one.stat().st_mtime_ns for one in found if one.name.endswith(".py")))
    return str(newest)


def _forget_old(folder: str) -> None:
    """Other versions of Weft, and other roots, have files of their own: a few of them are kept."""
    with os.scandir(folder) as found:
        files = [(one.stat().st_mtime_ns, one.path) for one in found if one.name.endswith(".json")]
    for _, path in sorted(files)[:-_MOST_FILES]:
        os.remove(path)


def _ignore_in_git(folder: str) -> None:
    path = os.path.join(folder, ".gitignore")
    if not os.path.exists(path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("*\n")


def _entry_json(entry: Entry) -> list[object]:
    found = entry.findings
    parts = [[_finding_json(one) for one in part] for part in (found.shown, found.suppressed, found.unknown)]
    return [entry.stamp, entry.imports, entry.missing, parts if any(parts) else 0, entry.targets]


def _finding_json(one: Diagnostic) -> list[object]:
    fixes = [
        [fix.title, [[edit.span.start, edit.span.end, edit.text] for edit in fix.edits], fix.is_safe]
        for fix in one.fixes
    ]
    related = [[other.message, other.span.start, other.span.end] for other in one.related]
    return [one.code, one.message, one.span.start, one.span.end, one.severity, fixes, related, one.certainty]


def _entry_of(value: Sequence[Any]) -> Entry:
    own, imports, missing, parts, targets = value
    findings = Findings(*(tuple(map(_finding_of, part)) for part in parts)) if parts else Findings()
    return Entry(
        _stamp_of(own),
        tuple((path, _stamp_of(then)) for path, then in imports),
        tuple((name, path) for name, path in missing),
        findings,
        tuple(targets),
    )


def _finding_of(value: Sequence[Any]) -> Diagnostic:
    code, message, start, end, severity, fixes, related, certainty = value
    return Diagnostic(
        code,
        message,
        Span(start, end),
        severity,
        tuple(
            Fix(title, tuple(Edit(Span(a, b), text) for a, b, text in edits), is_safe)
            for title, edits, is_safe in fixes
        ),
        tuple(Related(words, Span(a, b)) for words, a, b in related),
        certainty,
    )


def _stamp_of(value: Sequence[Any] | None) -> Stamp:
    return None if value is None else (int(value[0]), int(value[1]))
