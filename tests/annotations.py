"""Text with its expected findings beside it: a comment of carets says what is found in the line above it.

    y[i] = x[i] * scael
    #             ^^^^^ unknown-name: `scael` is not defined: did you mean `scale`?

In `#^^^` the `#` counts as a caret.
"""

import re
import textwrap
from dataclasses import dataclass

import weft.lint.findings
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT

_MARK = re.compile(r"[ \t]*(?P<carets>#\^+|#[ \t]*(?P<inner>\^+))[ \t]+(?P<words>[a-z-]+: .*)")


@dataclass(frozen=True, order=True)
class Expected:
    """A finding as a test writes it: the line (from 0), the columns, and `code: message`."""

    line: int
    start: int
    end: int
    words: str


def read(text: str, path: str = "kernels.py") -> Model:
    return Project(DIALECT).read(path, text)


def expected(text: str) -> list[Expected]:
    """The findings that the text's own comments tell."""
    found: list[Expected] = []
    subject = 0
    for number, line in enumerate(text.splitlines()):
        mark = _MARK.fullmatch(line)
        if mark is None:
            subject = number
            continue
        group = "inner" if mark["inner"] else "carets"
        found.append(Expected(subject, mark.start(group), mark.end(group), mark["words"]))
    return sorted(found)


def found(model: Model) -> list[Expected]:
    """The findings of a Model in the same form; one that goes over several lines ends with its first."""
    findings: list[Expected] = []
    for finding in weft.lint.findings.check(model):
        line = model.lines.line_of(finding.span.start)
        content = model.lines.content(line)
        end = min(finding.span.end, content.end)
        findings.append(
            Expected(
                line,
                finding.span.start - content.start,
                end - content.start,
                f"{finding.code}: {finding.message}",
            )
        )
    return sorted(findings)


HEADER = """\
import math
import numpy as np
import weft
from weft import Layout, Tensor, bf16, f16, f32, f64, i32, i64, u8
from weft.dims import K, M, N
"""


def check(source: str) -> Model:
    """All findings of a text, with the usual imports above it, are those that its comments tell."""
    text = HEADER + textwrap.dedent(source)
    model = read(text)
    assert found(model) == expected(text)
    return model


def fixed(source: str) -> str:
    """The text with the first fix of each finding applied."""
    text = HEADER + textwrap.dedent(source)
    for finding in sorted(
        weft.lint.findings.check(read(text)), key=lambda finding: finding.span, reverse=True
    ):
        edits = finding.fixes[0].edits if finding.fixes else ()
        for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text.removeprefix(HEADER)
