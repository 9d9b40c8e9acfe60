"""The call that is being typed: its signature, and what the argument at the cursor is."""

from collections.abc import Iterator
from dataclasses import dataclass

from weft.model.describe import parameter_labels, signature_label
from weft.model.diagnostic import Span
from weft.model.model import CallSite, Model

from weft_lsp.ide.docstring import Docstring, parse


@dataclass(frozen=True, slots=True)
class ParameterHelp:
    """A parameter, by its place in the label."""

    span: Span
    documentation: str


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """active: the index of the parameter that the cursor is at, or None."""

    label: str
    parameters: tuple[ParameterHelp, ...]
    active: int | None
    documentation: str


def signature_help(model: Model, offset: int) -> SignatureHelp | None:
    call = model.call_at(offset)
    if call is None:
        return None
    doc = parse(call.symbol.doc)
    parameters = tuple(_parameters(call, doc))
    active = call.active if 0 <= call.active < len(parameters) else None
    return SignatureHelp(signature_label(call.signature), parameters, active, doc.summary)


def _parameters(call: CallSite, doc: Docstring) -> Iterator[ParameterHelp]:
    """The parameters, in the order of the label. One that a long label leaves out has an empty span."""
    label = signature_label(call.signature)
    end = label.find("(") + 1
    for parameter, text in zip(call.signature.parameters, parameter_labels(call.signature), strict=True):
        start = label.find(text, end) if text else -1
        span = Span(start, start + len(text)) if start >= 0 else Span(end, end)
        end = span.end
        yield ParameterHelp(span, doc.of_parameter(parameter.name))
