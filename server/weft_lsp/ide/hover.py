"""What a name or an expression is."""

from functools import lru_cache

from weft.model.describe import describe, dimensions_text
from weft.model.diagnostic import Span
from weft.model.facts import Symbol
from weft.model.model import Model
from weft.model.signature_text import full_signature, signature_label
from weft.model.trace.tracer import Fact
from weft.model.values import Scalar, Value
from weft.records import record

from weft_lsp.ide.docstring import parse, to_markdown
from weft_lsp.ide.hover_notes import notes
from weft_lsp.ide.manual import manual_place
from weft_lsp.ide.overload import arguments_of, best, signatures
from weft_lsp.ide.relevance import is_literal, is_ours, is_unknown

_MOST_LABELS = 4096
_OUTER = "A name of the function around the kernel: what it stands for is known at the launch."
_VALUES = ("constant", "parameter", "variable", "property")


@record
class Hover:
    """manual: the page and the heading that say more."""

    markdown: str
    span: Span
    manual: str = ""


def hover(model: Model, offset: int, *, shows_images: bool = False) -> Hover | None:
    fact = model.fact_at(offset)
    if fact is None or not is_ours(model, offset, fact):
        return None
    first = _headline_at(model, fact)
    if not first:
        return _outer(model, offset, fact)
    doc = documentation(fact.symbol, first) if fact.symbol else ""
    below = notes(model, offset, fact, shows_images=shows_images)
    text = "\n\n".join((code(first) + (f"\n{doc}" if doc else ""), *below))
    return Hover(text, fact.span, manual_place(fact.symbol))


def _outer(model: Model, offset: int, fact: Fact) -> Hover | None:
    """A name of a function around the kernel: the line that declares it."""
    function, symbol = model.kernel_at(offset), fact.symbol
    if function is None or symbol is None or symbol.kind not in ("parameter", "variable"):
        return None
    start, _ = model.block_at(offset)
    location = symbol.location
    if location is None or function.span.shifted(start).contains(location.span.start):
        return None
    line = model.lines.content(model.lines.line_of(location.span.start))
    text = f"{code(model.text[line.start : line.end].strip())}\n\n{_OUTER}"
    return Hover(text, fact.span)


def code(text: str) -> str:
    return f"```python\n{text}\n```"


def documentation(symbol: Symbol, first: str) -> str:
    """What the docstring says, and what of the signature the line above it does not say: all of it, or its other forms."""
    text = to_markdown(parse(symbol.doc))
    signature = symbol.signature
    if signature is None or not call_label(symbol):
        return text
    ways = [way for way in map(full_signature, signatures(signature)) if way != first]
    return "\n\n".join(part for part in (text, code("\n".join(ways)) if ways else "") if part)


def _is_of_python(symbol: Symbol) -> bool:
    """Whether it is Python's own, as `range` and `math.exp`: what another server has read, with its documentation."""
    return symbol.kind in ("operation", "function") and symbol.location is None


def _headline_at(model: Model, fact: Fact) -> str:
    """Of what is called at this place, the signature that the arguments mean."""
    call = model.call_after(fact.span) if fact.symbol and call_label(fact.symbol) else None
    if call is None or not call.signature.overloads:
        return headline(fact)
    return signature_label(call.signature.overloads[best(call.signature, arguments_of(model, call))])


@lru_cache(_MOST_LABELS)
def call_label(symbol: Symbol) -> str:
    """The signature of what is called; nothing for what is only read, and for types that are seldom called."""
    signature = symbol.signature
    if signature is None or symbol.kind in ("property", "dtype", "dimension"):
        return ""
    return signature_label(signature) if signature.parameters or symbol.kind != "class" else ""


def describe_property(value: Value) -> str:
    """What a member is, with what it is computed from: `index = M * N`."""
    computed = dimensions_text(value.expr) if isinstance(value, Scalar) else ""
    return f"{describe(value)} = {computed}" if computed and " = " not in describe(value) else describe(value)


def headline(fact: Fact) -> str:
    """A signature, or `name: value`; nothing where nothing is known that the text does not say itself."""
    if fact.symbol is None:
        return "" if is_unknown(fact.value) or is_literal(fact.value) else describe(fact.value)
    if called := call_label(fact.symbol):
        return called
    if is_unknown(fact.value) or _is_of_python(fact.symbol):
        return ""
    described = describe_property(fact.value) if fact.symbol.kind == "property" else describe(fact.value)
    is_named = fact.symbol.kind in _VALUES and not f"{described} ".startswith(f"{fact.symbol.name} ")
    return f"{fact.symbol.name}: {described}" if is_named else described
