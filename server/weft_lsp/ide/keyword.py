"""The keyword argument at the cursor, and the parameter that it names."""

from weft.model.diagnostic import Span
from weft.model.facts import Location, Symbol
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.places import (
    blocks_of,
    blocks_of_module,
    called,
    calls,
    function_at,
    keyword_span,
    last_name,
    parameter_span,
)


@record
class KeywordArgument:
    """`function`: what is called. `span`: the name before the `=`."""

    name: str
    span: Span
    function: Symbol


def keyword_at(model: Model, offset: int) -> KeywordArgument | None:
    around = [(start, parsed) for start, parsed in blocks_of(model) if start <= offset][-1:]
    for start, parsed, node in calls(around, "="):
        for keyword in node.keywords:
            if keyword.arg and (span := keyword_span(start, parsed, keyword)).contains(offset):
                function = symbol_at(model, parsed.span(called(node)).shifted(start))
                return function and KeywordArgument(keyword.arg, span, function)
    return None


def symbol_at(model: Model, span: Span) -> Symbol | None:
    """What the expression with this span stands for."""
    name = last_name(model.text, span)
    fact = model.fact_at(name.end) if name else None
    return fact.symbol if fact and fact.span.end == span.end else None


def parameter_location(model: Model, keyword: KeywordArgument) -> Location | None:
    """Where the parameter is declared."""
    location = keyword.function.location
    if location is None or location.path is None:
        return None
    module = model.module if location.path == model.path else model.library.module(location.path)
    found = function_at(blocks_of_module(module), location.span) if module else None
    span = parameter_span(*found, keyword.name) if found else None
    return span and Location(location.path, span)
