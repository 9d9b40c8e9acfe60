"""The kernels that classes and their objects hold: `Solver.step`, `self.step`.

A class is asked only for what nothing else in its file may have changed: a name that its body binds once, that nobody sets from
outside, and that no decorator or metaclass can replace.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from weft.model.declarations import Function, names_bound, parts_that_bind
from weft.model.kept import kept_with_its_argument
from weft.model.scopes import bound_in
from weft.model.syntax import Parsed
from weft.model.values import (
    UNKNOWN,
    Binding,
    Class,
    DeviceFunction,
    Instance,
    KernelRef,
    Static,
    Value,
)
from weft.records import record

if TYPE_CHECKING:
    from weft.model.text import ModuleText

# Looked up in a module, they stand for the attributes that its text sets, and for the classes that it makes of others.
SET_ATTRIBUTES = ".="
SUBCLASSES = "class"

_MOST_PARTS = 512
# Decorators that leave the attributes of a class as they are.
_PLAIN = {"dataclasses.dataclass", "typing.final", "functools.total_ordering"}
_PLAIN_METACLASSES = {"abc.ABCMeta"}
# Calls that set an attribute whose name is a string: Python's own, and those of `pytest` and `unittest.mock`.
_SETTERS = {"setattr", "delattr", "patch", "object"}
_OF_CLASS = {"__new__", "__init_subclass__", "__class_getitem__"}
_METHODS = {
    "property",
    "cached_property",
    "abstractmethod",
    "override",
    "setter",
    "getter",
    "deleter",
    "final",
}
_HELD = KernelRef | DeviceFunction | Class | Instance


@record
class ClassPlace:
    """Where a class stands. path: what Python calls it inside its module.

    around: what names of the function around it stand for; None for a class of the module.
    """

    block: Parsed
    block_start: int
    path: str
    around: Mapping[str, Value] | None = None


def attributes(module: "ModuleText", node: ast.ClassDef, place: ClassPlace) -> Iterator[tuple[str, Binding]]:
    """What the body of a class binds to kernels, device functions, classes and objects of them."""
    if not _is_plain(module, node):
        return
    counts = Counter(names_bound(node.body))
    known: dict[str, Value] = dict(place.around or {})
    for part in node.body[:_MOST_PARTS]:
        for name, binding in _attribute(module, part, place, known):
            known[name] = binding.value
            if counts[name] == 1 and isinstance(binding.value, _HELD) and not times_set(module, name):
                yield name, binding


def of_objects(
    module: "ModuleText", node: ast.ClassDef, place: ClassPlace, kind: Class
) -> Iterator[tuple[str, Binding]]:
    """What methods give an attribute of `self`, where nothing else sets an attribute of that name."""
    methods = {part.name for part in node.body if isinstance(part, Function)}
    for method in node.body[:_MOST_PARTS]:
        if not isinstance(method, ast.FunctionDef) or _words(method) & {"staticmethod", "classmethod"}:
            continue
        known: Mapping[str, Value] | None = None
        for name, value in _set_on_self(method):
            if name in methods or times_set(module, name) != 1:
                continue
            known = known or _locals(module, method, place, kind)
            found = module.library.evaluate(value, place.block, module, known)
            if isinstance(found, KernelRef | DeviceFunction | Instance):
                yield name, Binding(found, getattr(found, "symbol", None))


def inherited(
    module: "ModuleText", node: ast.ClassDef, place: ClassPlace
) -> Iterator[tuple[str, Binding, bool]]:
    """The attributes that a class has from the one class that it is made of, and whether they are its objects'."""
    if len(node.bases) != 1 or not isinstance(node.bases[0], ast.Name | ast.Attribute):
        return
    base = module.library.evaluate(node.bases[0], place.block, module, place.around)
    if isinstance(base, Class) and _is_plain(module, node):
        own = set(names_bound(node.body))
        for found, is_of_objects in ((base.attributes, False), (base.of_objects, True)):
            for name, binding in found:
                if name not in own and times_set(module, name) <= is_of_objects:
                    yield name, binding, is_of_objects


def overridden(module: "ModuleText", name: str) -> frozenset[str]:
    """The names that the bodies of classes bind that are made of a class, in its own file."""
    made = [each.split(":") for each in _words_of(module, SUBCLASSES)]
    found = set[str]()
    waiting, seen = [name], {name}
    while waiting:
        base = waiting.pop()
        for other, kind, names in made:
            # `class Module(torch.nn.Module)` is not made of itself.
            if other == base and kind != name:
                found |= set(names.split(","))
                if kind not in seen:
                    seen.add(kind)
                    waiting.append(kind)
    return frozenset(found)


def receiver_of(node: Function, kind: Class) -> Value:
    """What the first parameter of a method stands for."""
    words = _words(node)
    arguments = [*node.args.posonlyargs, *node.args.args]
    if not arguments or "staticmethod" in words:
        return UNKNOWN
    if "classmethod" in words or node.name in _OF_CLASS:
        own = tuple(each for each in kind.attributes if each[0] not in kind.overridden)
        return Class(kind.qualified_name, kind.symbol, attributes=own)
    # Of a decorator that is not known, the name tells what it leaves.
    is_method = words <= _METHODS or arguments[0].arg == "self"
    return Instance(kind, is_exact=False) if is_method else UNKNOWN


def set_attributes(blocks: Sequence[Parsed]) -> str:
    """The attributes that the text sets anywhere, each as often as it does."""
    return " ".join(sorted(name for block in blocks if block.tree for name in _set_in(block.tree)))


def subclasses(blocks: Sequence[Parsed]) -> str:
    """`Base:Derived:step,size` for each class that is made of another one."""
    return " ".join(each for block in blocks if block.tree for each in _subclasses_in(block.tree))


def _attribute(
    module: "ModuleText", part: ast.stmt, place: ClassPlace, known: Mapping[str, Value]
) -> Iterator[tuple[str, Binding]]:
    is_local = place.around is not None
    match part:
        case ast.FunctionDef(name=name) if not _words(part) & {"classmethod", "property"}:
            path = f"{place.path}.{name}"
            yield name, module.function(part, place.block, place.block_start, path=path, is_local=is_local)
        case ast.ClassDef(name=name):
            inner = ClassPlace(place.block, place.block_start, f"{place.path}.{name}", place.around)
            yield name, module.class_of(part, inner)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _may_hold(value):
            found = module.library.evaluate(value, place.block, module, known)
            yield name, Binding(found, getattr(found, "symbol", None))
        case _:
            pass


def _locals(
    module: "ModuleText", method: ast.FunctionDef, place: ClassPlace, kind: Class
) -> dict[str, Value]:
    """What the names of a method stand for: the object, the kernels that are defined in it, and nothing else that is known."""
    known: dict[str, Value] = {
        **(place.around or {}),
        **dict.fromkeys(bound_in(place.block, method), UNKNOWN),
    }
    known[method.args.args[0].arg if method.args.args else ""] = Instance(kind, is_exact=False)
    counts = Counter(names_bound(method.body))
    for part in method.body:
        if isinstance(part, ast.FunctionDef) and counts[part.name] == 1:
            path = f"{place.path}.{method.name}.<locals>.{part.name}"
            is_local = place.around is not None
            made = module.function(part, place.block, place.block_start, path=path, is_local=is_local)
            known[part.name] = made.value
    return known


def _set_on_self(method: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    arguments = [*method.args.posonlyargs, *method.args.args]
    for part in parts_that_bind(method.body) if arguments else ():
        match part:
            case (
                ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attribute)], value=value)
                | ast.AnnAssign(
                    target=ast.Attribute(value=ast.Name(id=name), attr=attribute), value=ast.expr() as value
                )
            ) if name == arguments[0].arg and _may_hold(value):
                yield attribute, value
            case _:
                pass


def _may_hold(value: ast.expr) -> bool:
    """Whether an expression may be a kernel, or an object that has one."""
    return isinstance(value, ast.Name | ast.Attribute | ast.Call)


def _is_plain(module: "ModuleText", node: ast.ClassDef) -> bool:
    """Whether what stands in the body of a class is what the class has."""
    decorators = [part.func if isinstance(part, ast.Call) else part for part in node.decorator_list]
    metas = [word.value for word in node.keywords if word.arg == "metaclass"]
    names = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return (
        all(module.qualified(part) in _PLAIN for part in decorators)
        and all(module.qualified(part) in _PLAIN_METACLASSES for part in metas)
        and not names & {"__getattribute__"}
    )


def times_set(module: "ModuleText", name: str) -> int:
    """How often the text of a module sets an attribute of that name, of whatever object."""
    return _words_of(module, SET_ATTRIBUTES).count(name)


def _words_of(module: "ModuleText", what: str) -> list[str]:
    value = module.lookup(what).value
    return value.value.split() if isinstance(value, Static) and isinstance(value.value, str) else []


def _words(node: Function) -> set[str]:
    """The last words of the decorators: `setter` of `@size.setter`."""
    return {ast.unparse(part).partition("(")[0].rpartition(".")[2] for part in node.decorator_list}


@kept_with_its_argument
def _set_in(tree: ast.Module) -> tuple[str, ...]:
    return tuple(name for node in ast.walk(tree) for name in _set_by(node))


def _set_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Call(func=ast.Name(id=word) | ast.Attribute(attr=word), args=arguments) if word in _SETTERS:
            for argument in arguments:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value.rpartition(".")[2] or "."
        case _:
            pass


@kept_with_its_argument
def _subclasses_in(tree: ast.Module) -> tuple[str, ...]:
    return tuple(
        f"{ast.unparse(base).partition('[')[0].rpartition('.')[2]}:{node.name}:{','.join(names_bound(node.body))}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name | ast.Attribute | ast.Subscript)
    )
