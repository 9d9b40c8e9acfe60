"""A finding: one code, one wording, one place, wherever it is seen."""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int

    def shifted(self, by: int) -> "Span":
        return Span(self.start + by, self.end + by)

    def contains(self, offset: int) -> bool:
        """Whether a cursor at `offset` touches the span (its end included)."""
        return self.start <= offset <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A mechanical mend: what it does, and the edits that do it."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, what was found, what is allowed and what to do; `message` says all four in one breath."""

    code: str
    message: str
    span: Span
    severity: Severity = "error"
    fixes: tuple[Fix, ...] = field(default=())

    def shifted(self, by: int) -> "Diagnostic":
        fixes = tuple(
            Fix(fix.title, tuple(Edit(edit.span.shifted(by), edit.text) for edit in fix.edits))
            for fix in self.fixes
        )
        return Diagnostic(self.code, self.message, self.span.shifted(by), self.severity, fixes)
