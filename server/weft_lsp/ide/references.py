"""Who uses the name at the cursor.

Covered: all places in the same file, and for a parameter the keyword arguments of calls and launches that name its
function directly. Not covered: other files, calls through another name of the function, attributes.
"""

import ast
from collections.abc import Iterator

from weft.model.declarations import Function, name_span
from weft.model.diagnostic import Span
from weft.model.model import Model

from weft_lsp.ide.highlight import our_name
from weft_lsp.ide.scopes import Name, name_at


def references(model: Model, offset: int, *, with_declaration: bool) -> tuple[Span, ...] | None:
    """The places, in the order of the text. The declaration is the first place that binds the name."""
    name = our_name(model, offset)
    if name is None:
        return None
    places = [occurrence.span for occurrence in name.occurrences]
    bound = [occurrence.span for occurrence in name.occurrences if occurrence.is_write]
    if bound and not with_declaration:
        places.remove(bound[0])
    return tuple(sorted([*places, *keyword_arguments(model, name)]))


def keyword_arguments(model: Model, name: Name) -> tuple[Span, ...]:
    """Where calls in this file pass the parameter by its name."""
    if not name.is_parameter or not isinstance(name.function, Function):
        return ()
    function = _function_name(model, name.function)
    if function is None:
        return ()
    places = {occurrence.span for occurrence in function.occurrences}
    return tuple(sorted(_keywords(model, name.name, places)))


def _function_name(model: Model, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Name | None:
    for start, block in model.blocks:
        if block.parsed.tree is not None and any(node is function for node in ast.walk(block.parsed.tree)):
            return name_at(model, name_span(block.parsed, function, function.name).shifted(start).start)
    return None


def _keywords(model: Model, name: str, called: set[Span]) -> Iterator[Span]:
    for start, block in model.blocks:
        if block.parsed.tree is None or name not in block.parsed.text:
            continue
        for node in ast.walk(block.parsed.tree):
            if isinstance(node, ast.Call):
                function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
                if block.parsed.span(function).shifted(start) in called:
                    for keyword in node.keywords:
                        if keyword.arg == name:
                            first = block.parsed.span(keyword).shifted(start).start
                            yield Span(first, first + len(name))
