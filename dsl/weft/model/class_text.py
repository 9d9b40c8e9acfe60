"""Classes of the user, as text: their constants, and what enums, named tuples and frozen dataclasses are made of."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from weft.model.class_attributes import ClassPlace, attributes, inherited, of_objects, overridden
from weft.model.facts import Symbol
from weft.model.syntax import Parsed
from weft.model.values import UNKNOWN, Class, Field, Record, Static, Value
from weft.records import replace

if TYPE_CHECKING:
    from weft.model.text import ModuleText

Kind = Literal["", "enum", "named tuple", "frozen dataclass"]

_MOST_CONSTANTS = 256
_ENUMS = ("enum.Enum", "enum.Flag", "enum.IntEnum", "enum.IntFlag")


def class_value(module: "ModuleText", node: ast.ClassDef, place: ClassPlace, symbol: Symbol) -> Class:
    """What a class statement makes, as far as the text tells."""
    found = _with_constants(module, node, place.block, symbol)
    if module.is_of_language:
        return found
    base = list(inherited(module, node, place))
    own = {name: each for name, each, is_of_objects in base if not is_of_objects}
    own |= dict(attributes(module, node, place))
    found = replace(found, attributes=tuple(own.items()))
    held = {name: each for name, each, is_of_objects in base if is_of_objects}
    held |= dict(of_objects(module, node, place, found))
    hidden = overridden(module, node.name) if own or held else frozenset[str]()
    return replace(found, of_objects=tuple(held.items()), overridden=hidden)


def _with_constants(module: "ModuleText", node: ast.ClassDef, block: Parsed, symbol: Symbol) -> Class:
    qualified = symbol.qualified_name
    kind, kind_of = _kind(module, node)
    if node.bases and not kind:
        # What a class inherits is not followed, and it may change what the body says.
        return Class(qualified, symbol)
    known: dict[str, Value] = {}
    fields: list[Field] = []
    # What `auto()` counts on from; the flags of an enum are powers of two.
    last: int | None = None if "Flag" in kind_of else 0
    for name, value, is_field in _assigned(node):
        found = _value(module, value, block, known, last) if value is not None else None
        if kind in ("named tuple", "frozen dataclass") and is_field:
            fields.append(Field(name, found))
        if found is not None:
            known[name] = found
            last = found.value if isinstance(found, Static) and isinstance(found.value, int) else None
    constants = {name: _constant(node, kind_of, name, value) for name, value in known.items()}
    return Class(qualified, symbol, tuple(constants.items()), kind, tuple(fields))


def _constant(node: ast.ClassDef, base: str, name: str, value: Value) -> Value:
    if base not in ("enum.Enum", "enum.Flag"):
        return value
    return Record(node.name, ("name", "value"), (Static(name), value))


def _kind(module: "ModuleText", node: ast.ClassDef) -> tuple[Kind, str]:
    """What the class makes, and what it is made from."""
    bases = [module.qualified(base) or "" for base in node.bases]
    if bases == ["typing.NamedTuple"]:
        return "named tuple", bases[0]
    if len(bases) == 1 and bases[0] in _ENUMS:
        return "enum", bases[0]
    is_frozen = not bases and not _has_initializer(node)
    is_frozen = is_frozen and any(_is_frozen(module, decorator) for decorator in node.decorator_list)
    return ("frozen dataclass" if is_frozen else ""), ""


def _has_initializer(node: ast.ClassDef) -> bool:
    makers = ("__init__", "__new__", "__post_init__")
    return any(isinstance(part, ast.FunctionDef) and part.name in makers for part in node.body)


def _is_frozen(module: "ModuleText", decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or module.qualified(decorator.func) != "dataclasses.dataclass":
        return False
    return any(
        word.arg == "frozen" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in decorator.keywords
    )


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, bool]]:
    """The names that the body of a class assigns or declares, with what it gives them, and whether objects have them."""
    for part in node.body[:_MOST_CONSTANTS]:
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value, False
            case ast.AnnAssign(target=ast.Name(id=name), value=value, annotation=annotation):
                yield name, value, "ClassVar" not in ast.unparse(annotation)
            case _:
                pass


def _value(
    module: "ModuleText", value: ast.expr, block: Parsed, known: dict[str, Value], before: int | None
) -> Value:
    if isinstance(value, ast.Call) and module.qualified(value.func) == "enum.auto":
        return UNKNOWN if before is None else Static(before + 1)
    return module.library.evaluate(value, block, module, known)


def made(kind: Class, positional: list[Value], keywords: dict[str, Value]) -> tuple[Value, ...] | None:
    """The fields of an object that a call of the class makes; None where the arguments do not fit."""
    if len(positional) > len(kind.fields):
        return None
    given = dict(zip([part.name for part in kind.fields], positional, strict=False))
    if set(given) & set(keywords) or set(keywords) - {part.name for part in kind.fields}:
        return None
    given |= keywords
    values = [given.get(part.name, part.default) for part in kind.fields]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) and UNKNOWN not in found else None
