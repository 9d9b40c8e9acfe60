"""How a file would differ, as `diff -u` shows it."""

import difflib
from collections.abc import Iterator

from weft.cli.sources import Source


def diff(source: Source, after: str) -> Iterator[str]:
    before, now = source.text.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(before, now, source.path, source.path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
