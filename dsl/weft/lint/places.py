"""Words for where something is, as seen from a finding, and edits that put lines into a kernel."""

import ast
import re
from collections.abc import Iterator

from weft.lint.block.observe import lives, varying
from weft.model.diagnostic import Edit, Span
from weft.model.ir import Stmt
from weft.model.kept import kept_with_its_argument
from weft.model.kernel import Analysis
from weft.model.uniformity import divergent_statements

_BODIES = ("body", "orelse", "finalbody")
_DECORATOR = re.compile(r"@(\w+)\.kernel\b")


def nodes(kernel: Analysis) -> tuple[ast.AST, ...]:
    """The syntax of a kernel's block, outer nodes before inner ones."""
    return _nodes(kernel.block.tree) if kernel.block.tree else ()


@kept_with_its_argument
def _nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))[1:]


def statements(kernel: Analysis) -> Iterator[ast.stmt]:
    """The statements of a kernel's block."""
    left = list(kernel.block.tree.body) if kernel.block.tree else []
    while left:
        node = left.pop()
        yield node
        for name in _BODIES:
            left += getattr(node, name, ())
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            left += part.body


def from_here(kernel: Analysis, here: Span, there: Span) -> str:
    """`2 lines above`, `1 line below` or `on this line`."""
    lines = kernel.block.lines
    above = lines.line_of(here.start) - lines.line_of(there.start)
    if above == 0:
        return "on this line"
    count = abs(above)
    return f"{count} {'line' if count == 1 else 'lines'} {'above' if above > 0 else 'below'}"


def source(kernel: Analysis, span: Span) -> str:
    """The text at a place, on one line."""
    return " ".join(kernel.block.text[span.start : span.end].split())


def line_before(kernel: Analysis, place: Span, call: str) -> Edit | None:
    """Put `weft.<call>` on a line of its own before the statement at `place`, where all threads of the block come.

    None where the text does not tell how the kernel names `weft`, or shares the line with another statement.
    """
    prefix = _DECORATOR.search(kernel.block.text)
    outer = [one.span for one in _dividers(kernel) if _holds(one.span, place)]
    node = _statement(kernel, min(outer, default=place))
    if prefix is None or node is None:
        return None
    lines = kernel.block.lines
    start = kernel.block.span(node).start
    line_start = lines.starts[lines.line_of(start)]
    indent = kernel.block.text[line_start:start]
    if indent.strip():
        return None
    return Edit(Span(start, start), f"{prefix[1]}.{call}\n{indent}")


def line_of_its_own(kernel: Analysis, place: Span) -> Span | None:
    """The whole line of a statement that stands alone on it and is not the only one of its block."""
    lines = kernel.block.lines
    number = lines.line_of(place.start)
    content = lines.content(number)
    if kernel.block.text[content.start : content.end].strip() != kernel.block.text[place.start : place.end]:
        return None
    for node in nodes(kernel):
        for part in ("body", "orelse"):
            inner = getattr(node, part, None)
            if isinstance(inner, list) and len(inner) == 1 and kernel.block.span(inner[0]) == place:
                return None
    end = lines.starts[number + 1] if number + 1 < len(lines.starts) else len(kernel.block.text)
    return Span(lines.starts[number], end)


def line_at_end(kernel: Analysis, loop: Span, call: str) -> Edit | None:
    """Put `weft.<call>` on a line of its own at the end of the body of `loop`, if all threads of the block come there."""
    prefix = _DECORATOR.search(kernel.block.text)
    node = _statement(kernel, loop)
    if prefix is None or not isinstance(node, (ast.For, ast.While)):
        return None
    if any(_holds(one.span, loop) for one in _dividers(kernel)):
        return None
    last = kernel.block.span(node.body[-1])
    indent = kernel.block.lines.column_of(kernel.block.span(node.body[0]).start) * " "
    return Edit(Span(last.end, last.end), f"\n{indent}{prefix[1]}.{call}")


def _dividers(kernel: Analysis) -> list[Stmt]:
    """The statements at which the threads of a block go different ways."""
    ir = lives(kernel)
    return [cause for _, cause in divergent_statements(ir, varying(kernel))] if ir else []


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _statement(kernel: Analysis, place: Span) -> ast.stmt | None:
    """The innermost statement that holds a place."""
    found: ast.stmt | None = None
    for node in nodes(kernel):
        if isinstance(node, ast.stmt) and _holds(kernel.block.span(node), place):
            found = node  # outer ones come first
    return found


def statement_at(kernel: Analysis, place: Span) -> ast.stmt | None:
    """The statement that is exactly at a place."""
    for node in nodes(kernel):
        if isinstance(node, ast.stmt) and kernel.block.span(node) == place:
            return node
    return None


def node_at(kernel: Analysis, place: Span) -> ast.expr | None:
    """The outermost expression that is exactly at a place."""
    for node in nodes(kernel):
        if isinstance(node, ast.expr) and kernel.block.span(node) == place:
            return node
    return None
