"""A finding: one code, one wording, one place, wherever it is seen."""

from typing import Literal, NamedTuple

from weft.records import field, record, replace

Severity = Literal["error", "warning", "information"]
# How sure a finding is: shown by a case that must go wrong; by one that goes wrong unless something outside of the
# kernel prevents it; or asked and not decided, which is reported only on demand.
Certainty = Literal["proved", "likely", "unknown"]


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int

    def shifted(self, by: int) -> "Span":
        return Span(self.start + by, self.end + by)

    def contains(self, offset: int) -> bool:
        """Whether a cursor at `offset` touches the span (its end included)."""
        return self.start <= offset <= self.end


@record
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@record
class Fix:
    """A mechanical mend: what it does, and the edits that do it. is_safe: it cannot change what right code does."""

    title: str
    edits: tuple[Edit, ...]
    is_safe: bool = True


@record
class Related:
    """Another place that a finding is about."""

    message: str
    span: Span


@record
class Origin:
    """Where in a device function a fault is that its call shows: its module and name, the text of the block, and the place in it."""

    module: str
    function: str
    block: str = field(repr=False)
    span: Span


@record
class Diagnostic:
    """What is wrong, what was found, what is allowed and what to do; `message` says all four in one breath."""

    code: str
    message: str
    span: Span
    severity: Severity = "error"
    fixes: tuple[Fix, ...] = field(default=())
    related: tuple[Related, ...] = field(default=())
    certainty: Certainty = "proved"
    # Of a fault inside a device function, found where it is called.
    origin: Origin | None = None

    def shifted(self, by: int) -> "Diagnostic":
        fixes = tuple(
            replace(fix, edits=tuple(Edit(edit.span.shifted(by), edit.text) for edit in fix.edits))
            for fix in self.fixes
        )
        related = tuple(Related(one.message, one.span.shifted(by)) for one in self.related)
        return replace(self, span=self.span.shifted(by), fixes=fixes, related=related)


@record
class Findings:
    """All that was found in a file, in the order of the text. unknown: what was asked and could not be decided."""

    shown: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Diagnostic, ...] = ()
    unknown: tuple[Diagnostic, ...] = ()
