"""The call that is being typed: its signatures, and what the argument at the cursor is."""

from collections.abc import Iterator

from weft.model.diagnostic import Span
from weft.model.facts import Signature
from weft.model.model import CallSite, Model
from weft.model.signature_text import parameter_labels, signature_label
from weft.records import record

from weft_lsp.ide.docstring import Docstring, parse
from weft_lsp.ide.overload import arguments_of, best, signatures, takes


@record
class ParameterHelp:
    """A parameter, by its place in the label."""

    span: Span
    documentation: str


@record
class SignatureText:
    """active: the index of the parameter that the cursor is at, or None. is_possible: whether the arguments so far fit."""

    label: str
    parameters: tuple[ParameterHelp, ...]
    active: int | None
    documentation: str
    is_possible: bool = True


@record
class SignatureHelp:
    """The ways to call it, and which of them the arguments mean."""

    signatures: tuple[SignatureText, ...]
    best: int = 0

    def chosen(self, before: str) -> int:
        """The one that was chosen by hand before, by its label, while the arguments fit it; else the best."""
        for index, each in enumerate(self.signatures):
            if each.label == before and each.is_possible:
                return index
        return self.best


def signature_help(model: Model, offset: int) -> SignatureHelp | None:
    call = model.call_at(offset)
    if call is None:
        return None
    doc = parse(call.symbol.doc)
    ways = signatures(call.signature)
    given = arguments_of(model, call)
    if not any(takes(way, given) for way in ways):
        # What is being typed at the cursor may still become something else.
        places = (span for span, _ in call.arguments)
        given = [each for each, span in zip(given, places, strict=True) if not span.contains(offset)]
    texts = [_text(way, call, doc, is_possible=takes(way, given)) for way in ways]
    return SignatureHelp(tuple(texts), best(call.signature, given))


def _text(signature: Signature, call: CallSite, doc: Docstring, *, is_possible: bool) -> SignatureText:
    parameters = tuple(_parameters(signature, doc))
    active = call.active_of(signature)
    is_there = 0 <= active < len(parameters)
    return SignatureText(
        signature_label(signature), parameters, active if is_there else None, doc.summary, is_possible
    )


def _parameters(signature: Signature, doc: Docstring) -> Iterator[ParameterHelp]:
    """The parameters, in the order of the label. One that a long label leaves out has an empty span."""
    label = signature_label(signature)
    end = label.find("(") + 1
    for parameter, text in zip(signature.parameters, parameter_labels(signature), strict=True):
        start = label.find(text, end) if text else -1
        span = Span(start, start + len(text)) if start >= 0 else Span(end, end)
        end = span.end
        yield ParameterHelp(span, doc.of_parameter(parameter.name))
