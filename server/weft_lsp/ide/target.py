"""What a name stands for wherever it is used, and the places in a file where it is."""

import ast
import re
from collections.abc import Iterator

from weft.model.block import BlockModel
from weft.model.declarations import Function
from weft.model.facts import Location, Symbol
from weft.model.kept import kept_with_its_argument
from weft.model.model import Model
from weft.model.scopes import Name, Occurrence, module_name, name_at
from weft.records import record

from weft_lsp.ide.keyword import keyword_at, parameter_location
from weft_lsp.ide.places import (
    blocks_of,
    blocks_of_module,
    called,
    calls,
    keyword_span,
    last_name,
    name_of_fact,
)

_WORD = re.compile(r"[^\W\d]\w*")
# A name behind a dot, or what is imported: in parentheses, or to the end of the line.
_TAKEN = re.compile(r"\.\s*([^\W\d]\w*)|\bimport\b(\s*\([^)]*\)|(?:\\\r?\n|[^\n])*)")


@record
class Target:
    """A declared name.

    path: the file that declares it. qualified_name: of a name that a module declares. local: the name, where it belongs
    to a function or to one file only. function: the qualified name of the function that it is a parameter of.
    """

    name: str
    path: str
    qualified_name: str = ""
    local: Name | None = None
    function: str = ""
    symbol: Symbol | None = None

    @property
    def is_local(self) -> bool:
        """Whether no other file can use it."""
        return not self.qualified_name and not self.function


def target_at(model: Model, offset: int) -> Target | None:
    if keyword_at(model, offset):
        return _parameter(model, offset)
    name = name_at(blocks_of(model), offset)
    symbol = _symbol(model, offset, name)
    is_of_class = name is not None and isinstance(name.function, ast.ClassDef) and symbol is not None
    if name is not None and name.function is not None and not is_of_class:
        return _local(model, name)
    if symbol is None or symbol.location is None or symbol.location.path is None:
        return name and Target(name.name, model.path, local=name)
    if name is not None and name.name != symbol.name:
        # `from tiles import TILE as T`: the other name is this file's own.
        return Target(name.name, model.path, local=name, symbol=symbol)
    return Target(symbol.name, symbol.location.path, symbol.qualified_name, symbol=symbol)


def taken_names(text: str) -> frozenset[str]:
    """The names that a file may have from another one: those that it imports, and those that it takes from something by a dot.

    Most files that hold a word have a name of their own that is called so, and need not be read to find its uses.
    """
    found = set[str]()
    for member, imported in _TAKEN.findall(text):
        if member:
            found.add(member)
        elif "*" in imported:
            return frozenset(_WORD.findall(text))
        else:
            found.update(_WORD.findall(imported))
    return frozenset(found)


def uses(target: Target, model: Model) -> list[Occurrence]:
    """Where a file uses the name, in the order of its text."""
    found: dict[object, Occurrence] = {}
    for each in _uses(target, model):
        found.setdefault(each.span, each)
    return sorted(found.values(), key=lambda each: each.span)


def _uses(target: Target, model: Model) -> Iterator[Occurrence]:
    if target.local is not None and model.path == target.path:
        yield from target.local.occurrences
    if target.function:
        yield from _keywords(target, model)
    if target.qualified_name:
        yield from _of_module(target.qualified_name, target.name, model)


def _parameter(model: Model, offset: int) -> Target | None:
    keyword = keyword_at(model, offset)
    location = parameter_location(model, keyword) if keyword else None
    if keyword is None or location is None or location.path is None:
        return None
    module = model.module if location.path == model.path else model.library.module(location.path)
    name = name_at(blocks_of_module(module), location.span.start) if module else None
    qualified = keyword.function.qualified_name
    return Target(keyword.name, location.path, local=name, function=qualified, symbol=keyword.function)


def _local(model: Model, name: Name) -> Target:
    qualified = f"{model.module.name}.{name.path}"
    function = name.function
    if name.is_parameter and isinstance(function, Function) and _has_known_calls(model, function, qualified):
        return Target(name.name, model.path, local=name, function=qualified)
    return Target(name.name, model.path, local=name)


def _has_known_calls(model: Model, function: ast.AST, qualified: str) -> bool:
    """Whether what calls it is known to: a function of the module, or a kernel or a device function wherever it stands."""
    is_of_module = any(
        declaration.node is function
        for declarations in model.module.declarations.values()
        for declaration in declarations
    )
    return is_of_module or any(each.qualified_name == qualified for _, each in model.kernels())


def _symbol(model: Model, offset: int, name: Name | None) -> Symbol | None:
    fact = model.fact_at(offset)
    if fact is not None and fact.symbol is not None and fact.symbol.qualified_name:
        return fact.symbol
    return model.module.lookup(name.name).symbol if name and name.function is None else None


def _of_module(qualified_name: str, name: str, model: Model) -> Iterator[Occurrence]:
    for own, declarations in model.module.declarations.items():
        if own != name and all(isinstance(each.node, Function | ast.ClassDef) for each in declarations):
            continue  # what is defined here is called so
        symbol = model.module.lookup(own).symbol
        if symbol is not None and symbol.qualified_name == qualified_name:
            yield from module_name(blocks_of(model), own).occurrences
    for index, (_, parsed) in enumerate(model.module.blocks):
        if name not in parsed.text:
            continue
        start, block = model.blocks[index]
        for found in _names(block).get(qualified_name, ()):
            yield Occurrence(found.span.shifted(start), found.is_write)


@kept_with_its_argument
def _names(block: BlockModel) -> dict[str, list[Occurrence]]:
    """Where each qualified name stands in a block. Names of the module are bound elsewhere: as names."""
    found: dict[str, list[Occurrence]] = {}
    for fact in block.facts:
        span = name_of_fact(block.parsed.text, fact)
        if fact.symbol is not None and span is not None:
            is_declared = fact.symbol.location == Location(None, span)
            found.setdefault(fact.symbol.qualified_name, []).append(Occurrence(span, is_declared))
    return found


def _keywords(target: Target, model: Model) -> Iterator[Occurrence]:
    function = target.function.rpartition(".")[2]
    places = {each.span for each in _of_module(target.function, function, model)}
    for start, parsed, node in calls(blocks_of(model), target.name):
        name = last_name(parsed.text, parsed.span(called(node)))
        if name is not None and name.shifted(start) in places:
            for keyword in node.keywords:
                if keyword.arg == target.name:
                    yield Occurrence(keyword_span(start, parsed, keyword), is_write=False)
