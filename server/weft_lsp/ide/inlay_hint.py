"""What is not written in a kernel: the types and layouts of its locals, and which accesses keep a guard."""

import re
from collections.abc import Iterator
from typing import Literal

from weft.model.block import BlockModel
from weft.model.describe import describe
from weft.model.diagnostic import Span
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.source import identifiers
from weft.model.trace.tracer import Fact
from weft.model.values import KernelRef, Static
from weft.records import record

from weft_lsp.ide.launch_geometry import chosen_geometry
from weft_lsp.ide.relevance import is_literal, is_of_language, is_unknown
from weft_lsp.ide.resources import kernel_of, resources

_IS_ANNOTATED = re.compile(r"[ \t]*:(?!=)")
# With one parameter there is nothing to mix up.
_FEWEST_NAMED = 2
_GUARD = "not proved to be inside the tensor: outside, a read gives 0 and a write does nothing"


@record
class HintSettings:
    """Which hints are shown."""

    types: bool = True
    guards: bool = True
    parameter_names: bool = True
    geometry: bool = True
    # Whether another server names the parameters of all other calls.
    is_for_kernels_alone: bool = False


@record
class Hint:
    """A text to show at a place, and what it means."""

    offset: int
    label: str
    kind: Literal["type", "guard", "parameter", "geometry"]
    tooltip: str = ""


def inlay_hints(model: Model, span: Span, settings: HintSettings) -> tuple[Hint, ...]:
    """The hints of a part of the text, in its order: of kernels, device functions and launches."""
    found: set[Hint] = set()
    for start, function in model.kernels():
        whole = function.span.shifted(start)
        if whole.start <= span.end and span.start <= whole.end:
            found.update(_types(model, start, function) if settings.types else ())
            found.update(_guards(start, function) if settings.guards else ())
    for start, block in model.blocks:
        if start <= span.end and span.start <= start + len(block.parsed.text):
            found.update(_parameter_names(start, block, settings) if settings.parameter_names else ())
            found.update(_geometry(model, start, block) if settings.geometry else ())
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


def _parameter_names(start: int, block: BlockModel, settings: HintSettings) -> Iterator[Hint]:
    """The names of parameters before arguments, unless the argument says it: of functions and kernels of the user."""
    for call in block.calls:
        signature = call.symbol.signature
        if signature is None or is_of_language(call.symbol) or len(signature.parameters) < _FEWEST_NAMED:
            continue
        if settings.is_for_kernels_alone and call.symbol.kind != "kernel":
            continue
        for parameter, span, word in zip(
            signature.parameters, call.argument_spans, call.keywords, strict=False
        ):
            text = block.parsed.text[span.start : span.end]
            if word is None and not parameter.marker and parameter.name not in identifiers(text):
                yield Hint(span.start + start, f"{parameter.name}=", "parameter")


def _geometry(model: Model, start: int, block: BlockModel) -> Iterator[Hint]:
    """What a launch without brackets leaves to Weft."""
    for site in block.launches:
        kernel = kernel_of(model, site.kernel) if isinstance(site.kernel, KernelRef) else None
        chosen = chosen_geometry(site, kernel) if kernel else None
        # No two calls end at one place.
        call = next((call for call in block.calls if call.span.end == site.span.end), None)
        if kernel is not None and chosen is not None and call is not None:
            yield Hint(call.span.start - 1 + start, chosen.label, "geometry", f"{resources(kernel)}.")
