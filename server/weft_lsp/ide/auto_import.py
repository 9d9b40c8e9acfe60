"""The edit that imports a name: into the import that is there already, or as a line below the others."""

import ast

from weft.model.diagnostic import Edit, Span
from weft.model.model import Model

from weft_lsp.ide.places import blocks_of


def import_edit(model: Model, module: str, name: str, within: Span | None = None) -> Edit:
    """within: the part of the text that may be changed, such as one cell of a notebook."""
    last_end: int | None = None
    for start, parsed in blocks_of(model, within):
        for node in parsed.tree.body if parsed.tree else ():
            if isinstance(node, ast.ImportFrom) and node.module == module and node.level == 0:
                return _into([(parsed.span(part).shifted(start), part.name) for part in node.names], name)
            if isinstance(node, ast.Import | ast.ImportFrom):
                last_end = parsed.span(node).end + start
    line = f"from {module} import {name}"
    if last_end is not None:
        return Edit(Span(last_end, last_end), f"\n{line}")
    first = within.start if within else 0
    top = _below_docstring(model, within)
    return Edit(Span(top, top), f"{line}\n\n" if top == first else f"\n\n{line}")


def module_import_edit(model: Model, module: str) -> Edit:
    """`import weft`, above the other imports."""
    for start, parsed in blocks_of(model, None):
        for node in parsed.tree.body if parsed.tree else ():
            is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
            if isinstance(node, ast.Import | ast.ImportFrom) and not is_future:
                at = parsed.span(node).start + start
                return Edit(Span(at, at), f"import {module}\n")
    top = _below_docstring(model, None)
    return Edit(Span(top, top), f"\n\nimport {module}" if top else f"import {module}\n\n")


def _into(parts: list[tuple[Span, str]], name: str) -> Edit:
    """Before the first name that comes after it: constants, classes, then the others, each by the alphabet."""
    later = [span for span, other in parts if _order(other) > _order(name)]
    if later:
        return Edit(Span(later[0].start, later[0].start), f"{name}, ")
    end = parts[-1][0].end
    return Edit(Span(end, end), f", {name}")


def _below_docstring(model: Model, within: Span | None) -> int:
    first = within.start if within else 0
    for start, parsed in blocks_of(model, within):
        match parsed.tree.body[:1] if parsed.tree else []:
            case [ast.Expr(value=ast.Constant(value=str())) as node]:
                return parsed.span(node).end + start
            case [_]:
                return first
            case _:
                pass
    return first


def _order(name: str) -> tuple[int, str]:
    """As Ruff and isort have it."""
    group = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return group, name
