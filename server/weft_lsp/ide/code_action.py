"""The mends that findings carry: each by itself, and all of them at once."""

from dataclasses import dataclass

from weft.lint import check
from weft.model.diagnostic import Diagnostic, Edit, Span
from weft.model.model import Model


@dataclass(frozen=True, slots=True)
class QuickFix:
    """A mend of one finding."""

    title: str
    edits: tuple[Edit, ...]
    finding: Diagnostic


def quick_fixes(model: Model, span: Span) -> tuple[QuickFix, ...]:
    """The mends of the findings that touch the span, in the order of the text."""
    return tuple(
        QuickFix(fix.title, fix.edits, finding)
        for finding in check(model)
        if finding.span.start <= span.end and span.start <= finding.span.end
        for fix in finding.fixes
    )


def fix_all(model: Model) -> tuple[Edit, ...]:
    """The first mend of every finding; one that overlaps a mend above it is left for the next time."""
    chosen: list[Edit] = []
    for finding in check(model):
        for fix in finding.fixes[:1]:
            if not any(_overlap(edit, other) for edit in fix.edits for other in chosen):
                chosen += fix.edits
    return tuple(sorted(chosen, key=lambda edit: edit.span))


def _overlap(a: Edit, b: Edit) -> bool:
    """Insertions at one place overlap: which comes first is not known."""
    return a.span == b.span or (a.span.start < b.span.end and b.span.start < a.span.end)
