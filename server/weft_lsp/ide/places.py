"""Where names stand in a text, and the trees that its blocks were read into."""

import ast
import re
from collections.abc import Iterator

from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.model.scopes import Blocks
from weft.model.syntax import Parsed
from weft.model.text import ModuleText
from weft.model.trace.tracer import Fact

_LAST_NAME = re.compile(r"[^\W\d]\w*\Z")


def blocks_of(model: Model, within: Span | None = None) -> Blocks:
    """Those that start in a part of the text, if one is given."""
    found = blocks_of_module(model.module)
    if within is None:
        return found
    return [(start, parsed) for start, parsed in found if within.start <= start <= within.end]


def blocks_of_module(module: ModuleText) -> Blocks:
    return [(span.start, parsed) for span, parsed in module.blocks]


def last_name(text: str, span: Span) -> Span | None:
    """The last name of an expression: `x` of `weft.thread_idx.x`; None for what does not end with a name."""
    match = _LAST_NAME.search(text, span.start, span.end)
    return Span(*match.span()) if match else None


def name_of_fact(text: str, fact: Fact) -> Span | None:
    """Where the name of a fact stands; None for a fact about more than a name."""
    return last_name(text, fact.span) if fact.symbol else None


def calls(blocks: Blocks, word: str) -> Iterator[tuple[int, Parsed, ast.Call]]:
    """Every call in the blocks that hold a word."""
    for start, parsed in blocks:
        if parsed.tree is not None and word in parsed.text:
            for node in ast.walk(parsed.tree):
                if isinstance(node, ast.Call):
                    yield start, parsed, node


def called(node: ast.Call) -> ast.expr:
    """What is called: of `kernel[grid, block](x)` the kernel."""
    return node.func.value if isinstance(node.func, ast.Subscript) else node.func


def keyword_span(start: int, parsed: Parsed, keyword: ast.keyword) -> Span:
    """The name of a keyword argument."""
    first = parsed.span(keyword).start + start
    return Span(first, first + len(keyword.arg or ""))


def function_at(blocks: Blocks, name_span: Span) -> tuple[int, Parsed, ast.FunctionDef] | None:
    """The `def` whose name stands at a place."""
    for start, parsed in blocks:
        if parsed.tree is None or not start <= name_span.start < start + len(parsed.text):
            continue
        for node in ast.walk(parsed.tree):
            if isinstance(node, ast.FunctionDef):
                whole = parsed.span(node).shifted(start)
                if whole.contains(name_span.start) and _is_named_at(start, parsed, node, name_span):
                    return start, parsed, node
    return None


def parameter_span(start: int, parsed: Parsed, function: ast.FunctionDef, name: str) -> Span | None:
    """Where a function declares a parameter."""
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.arg == name:
            first = parsed.span(argument).start + start
            return Span(first, first + len(name))
    return None


def _is_named_at(start: int, parsed: Parsed, node: ast.FunctionDef, place: Span) -> bool:
    # Below the decorators and behind `def`, before the parameters.
    first = parsed.offset(node.lineno, node.col_offset) + start
    return parsed.text[first - start : place.start - start].strip() == "def"
