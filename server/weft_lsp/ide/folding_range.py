"""What can be folded: the bodies of functions, loops and branches, brackets over several lines, and the imports."""

import ast
from itertools import groupby
from typing import Literal

from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.places import blocks_of


@record(order=True)
class Fold:
    """Lines, from 0, both included."""

    first: int
    last: int
    kind: Literal["", "imports"] = ""


_FOLDED = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.While | ast.If | ast.With
    | ast.Try | ast.Tuple | ast.List | ast.Dict | ast.Call
)  # fmt: skip


def folds(model: Model, within: Span | None = None) -> tuple[Fold, ...] | None:
    """Of a part of the text, a cell, say: its lines. None where the file has nothing to do with Weft."""
    if not model.is_about_kernels:
        return None
    lines = model.lines
    found: dict[int, Fold] = {}
    imports: list[tuple[bool, int]] = []
    first_line = lines.line_of(within.start) if within else 0
    for start, parsed in blocks_of(model, within):
        body = parsed.tree.body if parsed.tree else []
        for node in body:
            is_import = isinstance(node, ast.Import | ast.ImportFrom)
            imports.append((is_import, lines.line_of(parsed.span(node).start + start)))
        for node in ast.walk(parsed.tree) if parsed.tree else ():
            if isinstance(node, _FOLDED):
                span = parsed.span(node).shifted(start)
                first, last = lines.line_of(span.start), lines.line_of(span.end)
                if last > first and (first not in found or found[first].last < last):
                    found[first] = Fold(first, last)
    for is_import, group in groupby(imports, key=lambda each: each[0]):
        rows = [row for _, row in group]
        if is_import and rows[-1] > rows[0]:
            found[rows[0]] = Fold(rows[0], rows[-1], "imports")
    return tuple(
        sorted(Fold(each.first - first_line, each.last - first_line, each.kind) for each in found.values())
    )
