"""Ordinary Python, which is not about kernels: no crash, no finding, and work that grows with the text."""

import ast
import gc
import sys
import sysconfig
import warnings
from itertools import islice
from pathlib import Path

from weft.cli.sources import Source, SourceError, read
from weft.lint.findings import check
from weft.model.diagnostic import Diagnostic
from weft.model.project import Project
from weft.ops.dialect import DIALECT

FILES = 5000
# What the front end may take: the same for a file of any length, so much for each part of its syntax (ordinary files take up to 28),
# and a little for each of its characters.
_CALLS_AT_LEAST = 20_000
_CALLS_PER_PART = 40
_CALLS_PER_CHARACTER = 0.1
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


def counted(text: str, project: Project) -> tuple[tuple[Diagnostic, ...], int]:
    """The findings of a text, and how many functions of Python were called for them."""
    calls = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    # What the collector does when it likes, such as the callbacks of weak references to earlier models, is not counted.
    gc.disable()
    sys.setprofile(note)
    try:
        return check(project.read("k.py", text)), calls
    finally:
        sys.setprofile(before)
        gc.enable()


def parts_of(text: str) -> int:
    """How many nodes the syntax tree has: lines of a table hold more of them than lines of prose."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return sum(1 for _ in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return len(text) // 4  # as many as dense code has


def test_ordinary_files_with_our_import_have_no_findings_and_take_linear_work():
    """As if each used Weft somewhere: the front end reads all of it, and finds nothing in functions that are no kernels."""
    project = Project(DIALECT)
    counted("import weft\n", project)  # what is loaded and compiled once
    heavy: list[tuple[float, str]] = []
    wrong: list[str] = []
    for source in ordinary()[::12]:
        text = "import weft\n" + source.text
        found, calls = counted(text, project)
        wrong += [f"{source.path}: {one.message}" for one in found if one.code != "syntax-error"]
        parts = parts_of(text)
        if calls > _CALLS_AT_LEAST + _CALLS_PER_PART * parts + _CALLS_PER_CHARACTER * len(text):
            heavy.append((calls / parts, source.path))
    assert wrong == []
    assert heavy == []
