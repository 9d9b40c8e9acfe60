"""Functions that define kernels and return them: what a call of one gives."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from weft.model.declarations import Function, names_bound
from weft.model.syntax import Parsed
from weft.model.values import UNKNOWN, DeviceFunction, KernelRef, Tuple, Value

if TYPE_CHECKING:
    from weft.model.text import ModuleText

# What is returned: a name, a tuple of such, or None for anything else.
_Names: TypeAlias = "str | tuple[_Names, ...] | None"
# Decorators that call the function and return what it returns.
_TRANSPARENT = {"functools.cache", "functools.lru_cache"}


def returned(
    module: "ModuleText", node: ast.FunctionDef, block: Parsed, block_start: int, path: str, is_local: bool
) -> Value:
    """The kernel, or the tuple of kernels, that every `return` of a function names; unknown for any other function."""
    inner = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.decorator_list]
    if not inner:
        return UNKNOWN
    results = {_names(value) for value in _results(node.body)}
    if len(results) != 1 or not _is_called_as_written(module, node):
        return UNKNOWN
    counts = Counter(names_bound(node.body))
    made: dict[str, Value] = {}
    for part in inner:
        if counts[part.name] == 1:
            place = f"{path}.<locals>.{part.name}"
            made[part.name] = module.function(part, block, block_start, path=place, is_local=is_local).value
    return _value(results.pop(), made)


def _names(node: ast.expr) -> "_Names":
    match node:
        case ast.Name(id=name):
            return name
        case ast.Tuple(elts=parts):
            return tuple(map(_names, parts))
        case _:
            return None


def _value(names: "_Names", made: dict[str, Value]) -> Value:
    match names:
        case str():
            found = made.get(names, UNKNOWN)
            return found if isinstance(found, KernelRef | DeviceFunction) else UNKNOWN
        case tuple():
            items = tuple(_value(part, made) for part in names)
            return UNKNOWN if all(item == UNKNOWN for item in items) else Tuple(items)
        case None:
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
