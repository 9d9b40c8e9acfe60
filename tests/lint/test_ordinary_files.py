"""Ordinary Python, which is not about kernels: no crash, no finding, and time that grows with the text."""

import sys
import sysconfig
import time
from itertools import islice
from pathlib import Path

from weft.cli.sources import Source, SourceError, read
from weft.lint import check
from weft.model.project import Project
from weft.ops.dialect import DIALECT

FILES = 5000
# Files of Weft's own, and of what generates code for it, are not ordinary.
_OURS = ("weft",)


def ordinary() -> list[Source]:
    """Python files of the environment and the standard library that never say `weft`."""
    folders = [Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib"))]
    found: list[Source] = []
    for path in islice((path for folder in folders for path in sorted(folder.rglob("*.py"))), FILES):
        try:
            found.append(read(str(path)))
        except SourceError:
            continue  # some packages test with files that are not text
    return [source for source in found if not any(word in source.text for word in _OURS)]


def test_ordinary_files_have_no_findings():
    """As the command reads them: a file that never says `weft` is not read further."""
    sources = ordinary()
    assert len(sources) > 2000, sys.prefix
    assert [source.path for source in sources if source.mentions_weft] == []


def test_ordinary_files_with_our_import_have_no_findings_and_take_linear_time():
    """As if each used Weft somewhere: the front end reads all of it, and finds nothing in functions that are no kernels."""
    project = Project(DIALECT)
    slow: list[tuple[float, str]] = []
    wrong: list[str] = []
    for source in ordinary()[::12]:
        text = "import weft\n" + source.text
        start = time.process_time()
        wrong += [
            f"{source.path}: {one.message}"
            for one in check(project.read("k.py", text))
            if one.code != "syntax-error"
        ]
        seconds = time.process_time() - start
        # Generous, since other work on the machine slows this.
        if seconds > 5 + len(text) / 10_000:
            slow.append((seconds, source.path))
    assert wrong == []
    assert slow == []
