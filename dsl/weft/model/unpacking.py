"""Which part of an assigned value a name gets: of `A, (B, C) = 1, (2, 3)`, the 3 for `C`."""

import ast
from collections.abc import Sequence

from weft.model.declarations import bound_names
from weft.model.values import UNKNOWN, Mutable, Record, Tuple, Value
from weft.records import record


@record
class Part:
    """An expression, and where in its value the part is. Without `node` nothing is known; `rest`: `*name` takes a list."""

    node: ast.expr | None
    path: tuple[int, ...] = ()
    length: tuple[int, ...] = ()
    rest: bool = False

    def of(self, value: Value) -> Value:
        if self.rest:
            return Mutable("list")
        for index, length in zip(self.path, self.length, strict=True):
            if not isinstance(value, (Tuple, Record)) or len(value.items) != length:
                return UNKNOWN
            value = value.items[index]
        return value


def part_of(statement: ast.stmt, value: ast.expr, name: str) -> Part:
    """The part of `value` that the assignment binds to `name`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    for target in reversed(targets):
        if not isinstance(target, ast.Name) and _binds(target, name):
            return _within(target, Part(value), name)
        if isinstance(target, ast.Name) and target.id == name:
            break
    return Part(value)


def _within(target: ast.expr, part: Part, name: str) -> Part:
    while isinstance(target, (ast.Tuple, ast.List)):
        elements = target.elts
        starred = [at for at, element in enumerate(elements) if isinstance(element, ast.Starred)]
        at = next(at for at in reversed(range(len(elements))) if _binds(elements[at], name))
        target = elements[at]
        if starred:
            part = _beside_star(elements, part, at)
        elif isinstance(part.node, (ast.Tuple, ast.List)) and not part.path:
            part = _element(part.node.elts, at, len(elements))
        else:
            part = Part(part.node, (*part.path, at), (*part.length, len(elements)))
    return part


def _element(values: Sequence[ast.expr], at: int, count: int) -> Part:
    """The element that is written there, so that the others need not be read."""
    if len(values) != count or any(isinstance(value, ast.Starred) for value in values):
        return Part(None)
    return Part(values[at])


def _beside_star(elements: Sequence[ast.expr], part: Part, at: int) -> Part:
    """`*rest` takes a list; what stands beside it is known where the value is written out."""
    if isinstance(elements[at], ast.Starred):
        return Part(part.node, rest=True)
    if not isinstance(part.node, (ast.Tuple, ast.List)) or part.path:
        return Part(None)
    values = part.node.elts
    is_before = not any(isinstance(element, ast.Starred) for element in elements[:at])
    index = at if is_before else at - len(elements)
    if len(values) < len(elements) - 1 or any(isinstance(value, ast.Starred) for value in values):
        return Part(None)
    return Part(values[index])


def _binds(target: ast.expr, name: str) -> bool:
    return any(found.id == name for found in bound_names(target))
