"""Notebooks: the kernels of their code cells, with places in cells."""

import json
import re
from pathlib import Path

import pytest
from weft.cli import main

HEAD = "%matplotlib inline\nimport weft\nfrom weft import Tensor, f32\nfrom weft.dims import N\n!ls"
KERNEL = "@weft.kernel\ndef k(y: Tensor[f32, N]):\n    i = weft.index(y)\n    y[i] = scael\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", "--no-cache", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def write(*cells: tuple[str, str]) -> None:
    made = [{"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in cells]
    Path("k.ipynb").write_text(json.dumps({"cells": made, "nbformat": 4}))


def test_a_finding_has_its_cell(capsys: pytest.CaptureFixture[str]):
    write(("code", HEAD), ("markdown", "# weft"), ("code", "%%bash\nrm kernel ("), ("code", KERNEL))
    status, out, err = check(capsys)
    assert (status, err) == (1, "")
    assert out == (
        "k.ipynb:cell 4:4:12: unknown-name: `scael` is not defined: define it before the kernel, or import it\n"
        "    4 |     y[i] = scael\n"
        "      |            ^^^^^\n"
        "1 finding in 1 of 1 file\n"
    )
    (found,) = json.loads(check(capsys, "--format", "json")[1])
    assert found["start"] == {"cell": 4, "line": 4, "column": 12}


@pytest.mark.parametrize("name", ["azure", "github", "gitlab", "junit", "pylint", "rdjson", "sarif"])
def test_where_cells_are_not_known_it_is_in_the_message(name: str, capsys: pytest.CaptureFixture[str]):
    write(("code", HEAD), ("code", KERNEL))
    out = check(capsys, "--format", name)[1]
    assert "cell 2:4:12: `scael` is not defined" in out
    assert not re.search(r"(line|begin|startLine|linenumber)\W+4\b|ipynb:4", out)


def test_it_is_not_changed(capsys: pytest.CaptureFixture[str]):
    write(("code", HEAD), ("code", KERNEL))
    before = Path("k.ipynb").read_text()
    status, _, err = check(capsys, "--fix")
    assert (status, Path("k.ipynb").read_text()) == (1, before)
    assert err == "weft: k.ipynb is a notebook, which is not changed: mend its cells by hand\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("weft {", "is no notebook (its text is not JSON): save it again, or leave it out"),
        ("[]", 'is no notebook of format 4 (it has no list "cells"): save it with a newer Jupyter'),
    ],
)
def test_what_is_none(text: str, reason: str, capsys: pytest.CaptureFixture[str]):
    Path("k.ipynb").write_text(text)
    assert check(capsys)[::2] == (2, f"weft: k.ipynb {reason}\n")
