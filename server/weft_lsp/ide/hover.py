"""What a name or an expression is."""

from dataclasses import dataclass

from weft.model.describe import describe, signature_label
from weft.model.diagnostic import Span
from weft.model.facts import Symbol
from weft.model.model import Model
from weft.model.trace.tracer import Fact

from weft_lsp.ide.docstring import parse, to_markdown
from weft_lsp.ide.relevance import is_ours, is_unknown

_TYPES = ("class", "dtype", "dimension")
_VALUES = ("constant", "parameter", "variable", "property")


@dataclass(frozen=True, slots=True)
class Hover:
    markdown: str
    span: Span


def hover(model: Model, offset: int) -> Hover | None:
    fact = model.fact_at(offset)
    if fact is None or not is_ours(model, offset, fact):
        return None
    headline = _headline(fact)
    return Hover(markdown(headline, fact.symbol), fact.span) if headline else None


def markdown(headline: str, symbol: Symbol | None) -> str:
    """A line of Python, then what the docstring says."""
    text = to_markdown(parse(symbol.doc if symbol else None))
    return f"```python\n{headline}\n```" + (f"\n{text}" if text else "")


def _headline(fact: Fact) -> str:
    """The signature of what is called; `name: value` of everything else; nothing where nothing is known."""
    symbol = fact.symbol
    if symbol and symbol.signature and (symbol.signature.parameters or symbol.kind not in _TYPES):
        return signature_label(symbol.signature)
    if is_unknown(fact.value):
        return ""
    described = describe(fact.value)
    return f"{symbol.name}: {described}" if symbol and symbol.kind in _VALUES else described
