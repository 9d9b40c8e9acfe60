"""What a selection grows to, step by step: the name, the expression, the statement, the function, the file."""

import ast

from weft.model.diagnostic import Span
from weft.model.model import Model

from weft_lsp.ide.places import blocks_of, last_name


def selection_ranges(model: Model, offset: int) -> tuple[Span, ...] | None:
    """From the smallest to the largest, each inside the next. None where the file has nothing to do with Weft."""
    if not model.is_about_kernels:
        return None
    found = {Span(0, len(model.text))}
    for start, parsed in blocks_of(model):
        if parsed.tree is not None and start <= offset <= start + len(parsed.text):
            spans = [
                parsed.span(node).shifted(start) for node in ast.walk(parsed.tree) if hasattr(node, "lineno")
            ]
            around = {span for span in spans if span.contains(offset) and span.start < span.end}
            names = (last_name(model.text, span) for span in around)
            found |= around | {name for name in names if name is not None and name.contains(offset)}
    return _nested(found)


def _nested(spans: set[Span]) -> tuple[Span, ...]:
    """The spans that lie in each other; of two that only touch, the smaller one stays."""
    nested: list[Span] = []
    for span in sorted(spans, key=lambda span: span.end - span.start):
        if not nested or (span.start <= nested[-1].start and nested[-1].end <= span.end):
            nested.append(span)
    return tuple(nested)
