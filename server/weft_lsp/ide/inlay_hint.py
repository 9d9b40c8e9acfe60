"""What is not written in a kernel: the types and layouts of its locals, and which accesses keep a guard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from weft.model.describe import describe
from weft.model.diagnostic import Span
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.trace.tracer import Fact
from weft.model.values import Static

from weft_lsp.ide.relevance import is_literal, is_unknown

_IS_ANNOTATED = re.compile(r"[ \t]*:(?!=)")
_GUARD = "not proved to be inside the tensor: outside, a read gives 0 and a write does nothing"


@dataclass(frozen=True, slots=True)
class HintSettings:
    """Which hints are shown."""

    types: bool = True
    guards: bool = True


@dataclass(frozen=True, slots=True)
class Hint:
    """A text to show at a place, and what it means."""

    offset: int
    label: str
    kind: Literal["type", "guard"]
    tooltip: str = ""


def inlay_hints(model: Model, span: Span, settings: HintSettings) -> tuple[Hint, ...]:
    """The hints of the kernels and device functions in a part of the text, in its order."""
    found: set[Hint] = set()
    for start, function in model.kernels():
        whole = function.span.shifted(start)
        if whole.start <= span.end and span.start <= whole.end:
            found.update(_types(model, start, function) if settings.types else ())
            found.update(_guards(start, function) if settings.guards else ())
    inside = (hint for hint in found if span.contains(hint.offset))
    return tuple(sorted(inside, key=lambda hint: (hint.offset, hint.kind)))


def _types(model: Model, start: int, function: Analysis) -> Iterator[Hint]:
    for fact in function.facts:
        if _is_first_binding(fact) and not is_unknown(fact.value):
            end = fact.span.end + start
            if not _IS_ANNOTATED.match(model.text, end) and not _is_said(model, end, fact):
                yield Hint(end, f": {describe(fact.value)}", "type")


def _is_first_binding(fact: Fact) -> bool:
    symbol = fact.symbol
    return (
        symbol is not None
        and symbol.kind == "variable"
        and symbol.location is not None
        and symbol.location.path is None
        and symbol.location.span == fact.span
    )


def _is_said(model: Model, end: int, fact: Fact) -> bool:
    """Whether the line itself says the value: `n = 4`."""
    line = model.lines.content(model.lines.line_of(end))
    return (
        isinstance(fact.value, Static)
        and is_literal(fact.value)
        and repr(fact.value.value) in model.text[end : line.end]
    )


def _guards(start: int, function: Analysis) -> Iterator[Hint]:
    for access in function.accesses:
        if not access.is_proved:
            what = f"This {'write' if access.is_write else 'read'} of `{access.tensor}` is {_GUARD}."
            yield Hint(access.span.end + start, "guarded", "guard", what)
