"""Expressions inside string literals: an annotation in quotes, the braces of an f-string.

Python 3.11 does not say where the parts of an f-string stand, so the literal itself is read.
"""

import ast
import re
from collections.abc import Iterator

from weft.model.diagnostic import Span
from weft.model.syntax import Parsed

_PLAIN = re.compile(r"""[uU]?(?P<quote>\"\"\"|'''|"|')(?P<inside>[^\\]*?)(?P=quote)\Z""", re.DOTALL)
_LITERAL = re.compile(
    r"""(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|"|')(?P<inside>(?:[^\\]|\\.)*?)(?P=quote)|\#[^\n]*""",
    re.DOTALL,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
# What ends an expression between braces: its conversion, its format, or the brace itself.
_ENDS = re.compile(r"!(?!=)|:|\}|=(?=\s*[!:}])")
_LONGEST = 10_000


def annotation(block: Parsed, node: ast.expr) -> ast.expr:
    """The expression that an annotation means: `"Tensor[f32, N]"` is `Tensor[f32, N]`."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    span = block.span(node)
    literal = _PLAIN.match(block.text[span.start : span.end])
    if literal is None or literal["inside"] != node.value:
        return node
    return (
        _parsed(block, Span(span.start + literal.start("inside"), span.start + literal.end("inside"))) or node
    )


def braces(block: Parsed, node: ast.JoinedStr) -> list[ast.expr]:
    """The expressions between the braces of an f-string, also those in its formats."""
    span = block.span(node)
    if span.end - span.start > _LONGEST:
        return []
    parsed = (_parsed(block, part) for part in _parts(block.text, span))
    return [expr for expr in parsed if expr is not None]


def _parts(text: str, span: Span) -> Iterator[Span]:
    for literal in _LITERAL.finditer(text, span.start, span.end):
        if "f" in (literal["prefix"] or "").lower():
            yield from _between_braces(text, Span(*literal.span("inside")))


def _between_braces(text: str, inside: Span) -> Iterator[Span]:
    at = inside.start
    is_format = 0
    while at < inside.end:
        character = text[at]
        if text[at : at + 2] in ("{{", "}}") and not is_format:
            at += 2
        elif character == "{":
            end = _end_of_expression(text, at + 1, inside.end)
            yield Span(at + 1, end)
            is_format += 1
            at = end
        else:
            is_format -= character == "}" and is_format > 0
            at += 1


def _end_of_expression(text: str, at: int, end: int) -> int:
    closers: list[str] = []
    while at < end:
        character = text[at]
        if character in _PAIRS:
            closers.append(_PAIRS[character])
        elif closers and character == closers[-1]:
            closers.pop()
        elif not closers and _ENDS.match(text, at):
            return at
        at += 1
    return end


def _parsed(block: Parsed, span: Span) -> ast.expr | None:
    """The expression in a part of the block, with its places in the block."""
    row = block.lines.line_of(span.start)
    start = block.lines.starts[row]
    before, inside = block.text[start : span.start], block.text[span.start : span.end]
    if row in block.mended:
        # Places are told of the line as it was parsed, where a name stands for what is not typed yet.
        first = block.mended_column(row, span.start - start)
        line = block.mended[row]
        before, inside = line[:first], line[first : block.mended_column(row, span.end - start)]
    try:
        tree = ast.parse(f"({inside})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    # The parenthesis that was put before it is one byte wide.
    column = len(before.encode("utf-8", "surrogatepass")) - 1
    for part in ast.walk(tree):
        if isinstance(part, (ast.expr, ast.keyword, ast.arg)):
            _move(part, row, column)
    return tree


def _move(node: ast.expr | ast.keyword | ast.arg, rows: int, column: int) -> None:
    if node.lineno == 1:
        node.col_offset += column
    if node.end_lineno == 1 and node.end_col_offset is not None:
        node.end_col_offset += column
    node.lineno += rows
    node.end_lineno = (node.end_lineno or 1) + rows
