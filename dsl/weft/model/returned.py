"""Functions that define kernels and return them: what a call of one gives."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from weft.model.declarations import Function, names_bound
from weft.model.syntax import Parsed
from weft.model.values import UNKNOWN, DeviceFunction, KernelRef, Tuple, Value

if TYPE_CHECKING:
    from weft.model.text import ModuleText

# Decorators that call the function and return what it returns.
_TRANSPARENT = {"functools.cache", "functools.lru_cache"}


def returned(
    module: "ModuleText", node: ast.FunctionDef, block: Parsed, block_start: int, path: str, is_local: bool
) -> Value:
    """The kernel, or the tuple of kernels, that every `return` of a function names; unknown for any other function."""
    results = {ast.dump(value): value for value in _results(node.body)}
    if len(results) != 1 or not _is_called_as_written(module, node):
        return UNKNOWN
    counts = Counter(names_bound(node.body))
    made: dict[str, Value] = {}
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.decorator_list and counts[part.name] == 1:
            inner = f"{path}.<locals>.{part.name}"
            made[part.name] = module.function(part, block, block_start, path=inner, is_local=is_local).value
    return _value(next(iter(results.values())), made)


def _value(node: ast.expr, made: dict[str, Value]) -> Value:
    match node:
        case ast.Name(id=name):
            found = made.get(name, UNKNOWN)
            return found if isinstance(found, KernelRef | DeviceFunction) else UNKNOWN
        case ast.Tuple(elts=parts):
            items = tuple(_value(part, made) for part in parts)
            return UNKNOWN if all(item == UNKNOWN for item in items) else Tuple(items)
        case _:
            return UNKNOWN


def _results(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """What the statements of a function return, but not what functions inside of it do."""
    for part in body:
        if isinstance(part, ast.Return):
            yield part.value or ast.Constant(None)
        elif not isinstance(part, Function | ast.ClassDef):
            for name in ("body", "orelse", "finalbody"):
                yield from _results(getattr(part, name, ()))
            for inner in (*getattr(part, "handlers", ()), *getattr(part, "cases", ())):
                yield from _results(inner.body)


def _is_called_as_written(module: "ModuleText", node: ast.FunctionDef) -> bool:
    decorators = [part.func if isinstance(part, ast.Call) else part for part in node.decorator_list]
    return all(module.qualified(part) in _TRANSPARENT for part in decorators)
