"""What a name or an expression is."""

from dataclasses import dataclass
from functools import lru_cache

from weft.model.describe import describe, signature_label
from weft.model.diagnostic import Span
from weft.model.facts import Symbol
from weft.model.model import Model
from weft.model.trace.tracer import Fact

from weft_lsp.ide.docstring import parse, to_markdown
from weft_lsp.ide.hover_notes import notes
from weft_lsp.ide.manual import manual_place
from weft_lsp.ide.relevance import is_literal, is_ours, is_unknown

_MOST_LABELS = 4096
_VALUES = ("constant", "parameter", "variable", "property")


@dataclass(frozen=True, slots=True)
class Hover:
    """manual: the page and the heading that say more."""

    markdown: str
    span: Span
    manual: str = ""


def hover(model: Model, offset: int) -> Hover | None:
    fact = model.fact_at(offset)
    if fact is None or not is_ours(model, offset, fact):
        return None
    first = headline(fact)
    if not first:
        return None
    text = "\n\n".join((markdown(first, fact.symbol), *notes(model, offset, fact)))
    return Hover(text, fact.span, manual_place(fact.symbol))


def markdown(first: str, symbol: Symbol | None) -> str:
    """A line of Python, then what the docstring says."""
    text = to_markdown(parse(symbol.doc if symbol else None))
    return f"```python\n{first}\n```" + (f"\n{text}" if text else "")


@lru_cache(_MOST_LABELS)
def call_label(symbol: Symbol) -> str:
    """The signature of what is called; nothing for what is only read, and for types that are seldom called."""
    signature = symbol.signature
    if signature is None or symbol.kind in ("property", "dtype", "dimension"):
        return ""
    return signature_label(signature) if signature.parameters or symbol.kind != "class" else ""


def headline(fact: Fact) -> str:
    """A signature, or `name: value`; nothing where nothing is known that the text does not say itself."""
    if fact.symbol is None:
        return "" if is_unknown(fact.value) or is_literal(fact.value) else describe(fact.value)
    if called := call_label(fact.symbol):
        return called
    if is_unknown(fact.value):
        return ""
    described = describe(fact.value)
    is_named = fact.symbol.kind in _VALUES and not f"{described} ".startswith(f"{fact.symbol.name} ")
    return f"{fact.symbol.name}: {described}" if is_named else described
