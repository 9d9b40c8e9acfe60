"""Diagnostics: the linter's findings, the same in the editor as in CI."""

from collections.abc import Iterator

import pytest
import weft.lint.findings
import weft.lint.rules
from ide_case import in_kernel, read
from weft.lint.config import Config
from weft.lint.findings import check as lint
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.diagnostics import diagnostics


def check(source: str, expected: list[str]) -> None:
    """The code of each finding and the text that it underlines."""
    model, _ = read(source + "$0")
    found = diagnostics(model)
    assert found == lint(model)
    assert [f"{each.code}: {model.text[each.span.start : each.span.end]}" for each in found] == expected


def test_a_clean_kernel():
    check(in_kernel("x[i, j] = alpha"), [])


def test_a_name_that_does_not_exist():
    check(in_kernel("x[i, j] = nothing"), ["unknown-name: nothing"])


def test_ordinary_python_has_no_findings():
    check("def f(a):\n    try:\n        return nothing\n    except ValueError:\n        pass\n", [])


def test_shared_memory_is_judged_for_the_targets_of_the_project():
    model, _ = read(in_kernel("weft.shared(f32, 30_000)[0] = alpha") + "$0")
    found = {
        target: [
            each.message.split("; ")[1]
            for each in diagnostics(model, Config("/", targets=(target,)))
            if each.code == "shared-memory"
        ]
        for target in ("sm_86", "sm_90")
    }
    words = "a block of sm_86 has 101,376: use smaller tiles or a narrower dtype"
    assert found == {"sm_86": [words], "sm_90": []}


def test_what_is_checked_in_steps_is_checked_once(monkeypatch: pytest.MonkeyPatch):
    checked: list[str] = []

    def noted(kernel: Analysis) -> Iterator[Diagnostic]:
        checked.append(kernel.name)
        return iter(())

    monkeypatch.setattr(weft.lint.rules, "RULES", (noted,))
    model = Project(DIALECT).read("/kernels.py", LAUNCHED)
    assert len(list(weft.lint.findings.check_in_steps(model, ("sm_90",)))) > 1
    assert checked == ["first", "second"]
    weft.lint.findings.check(model, ("sm_90",))
    assert checked == ["first", "second"]


LAUNCHED = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def first(x: Tensor[f32, N]):
    x[weft.index(x)] = 0.0


@weft.kernel
def second(x: Tensor[f32, N]):
    x[weft.thread_idx.x] = 0.0


def main(x: object):
    second[1, 64](x)
"""
