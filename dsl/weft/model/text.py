"""Names from text: modules are followed as source files, and nothing is ever imported."""

import ast
import builtins
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from weakref import ref

from weft.model.class_attributes import (
    SET_ATTRIBUTES,
    SUBCLASSES,
    ClassPlace,
    set_attributes,
    subclasses,
)
from weft.model.class_text import class_value
from weft.model.declarations import (
    Declaration,
    Function,
    declared,
    is_overload,
    name_span,
    symbol_of_class,
    symbol_of_function,
)
from weft.model.diagnostic import Span
from weft.model.dialect import Dialect
from weft.model.facts import Location, ParameterText, Signature, Symbol
from weft.model.ir import Special
from weft.model.returned import returned
from weft.model.source import split, split_again, split_parts
from weft.model.syntax import Parsed, Unread
from weft.model.unpacking import part_of
from weft.model.values import (
    NOTHING,
    UNKNOWN,
    Axes,
    Binding,
    Class,
    Definition,
    DeviceFunction,
    Dimension,
    DTypeRef,
    External,
    HostFunction,
    KernelRef,
    Module,
    Operation,
    Scalar,
    Static,
    Tuple,
    Value,
)
from weft.records import record, replace

if TYPE_CHECKING:
    from weft.model.library import Library

_MOST_NESTED_LOOKUPS = 32
_MOST_EARLIER = 64
# Looked up, it stands for all names of a scope: what is said of a name that is not defined depends on them.
ALL_NAMES = ""
_OF_TEXT = {SET_ATTRIBUTES: set_attributes, SUBCLASSES: subclasses}
# What `from other import *` declares.
_ALL = "*"


class Scope(Protocol):
    """Where free names are looked up: a module's text, or a live function's globals and closure."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...

    def lookup(self, name: str) -> Binding: ...

    @property
    def knows_all_names(self) -> bool:
        """Whether a name that is not found is certainly not defined."""
        ...

    def declares(self, name: str) -> bool: ...

    def names(self) -> list[str]: ...


class Evaluate(Protocol):
    """What an expression stands for in a scope; `known`: names that come before those of the scope."""

    def __call__(
        self, node: ast.expr, block: Parsed, scope: Scope, known: Mapping[str, Value] | None = None, /
    ) -> Value: ...


Lookup = tuple[Scope, str, Binding]
# A name, by the file of its scope.
Place = tuple[str, str]


class Lookups(tuple[Lookup, ...]):
    """What a reading relied on: names of scopes, and what they stood for."""

    @cached_property
    def names(self) -> frozenset[Place]:
        return frozenset((scope.path, name) for scope, name, _ in self)


class Held:
    """Lookups that were found to still give the same, since files last changed.

    is_whole: they are all of what was found in this version of a text.
    """

    def __init__(self, changes: int, *, is_whole: bool) -> None:
        self.changes = changes
        self.is_whole = is_whole
        self.lookups: dict[Place, Lookup] = {}


@record(eq=False)
class Known:
    """What a name was bound to, by which declarations, and what that rests on: what the other names of the module stood for.

    following: what stands below constants, which may be their documentation. relied: None where other files had a say.
    """

    binding: Binding
    declarations: Sequence[Declaration]
    following: Sequence[Parsed | None]
    relied: Mapping[str, Binding] | None


class ModuleScope:
    """The names of a module as it is now: what is kept of one version must not keep the whole of it."""

    def __init__(self, module: "ModuleText") -> None:
        self.module = module

    @property
    def name(self) -> str:
        return self.module.name

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def knows_all_names(self) -> bool:
        return self.module.knows_all_names

    def lookup(self, name: str) -> Binding:
        return self.module.lookup(name)

    def declares(self, name: str) -> bool:
        return self.module.declares(name)

    def names(self) -> list[str]:
        return self.module.names()


class ModuleText:
    """One version of a module's text: its blocks, and what its top-level names stand for."""

    def __init__(
        self,
        path: str,
        name: str,
        text: str,
        library: "Library",
        before: "ModuleText | None" = None,
        parts: Sequence[int] = (),
        *,
        is_sound: bool = False,
    ) -> None:
        # `before`: the module as it was before an edit. `parts`: where a block must start. `is_sound`: the text parses.
        self._parse = Unread if is_sound else library.parsed
        self.path = path
        self.name = name
        self.text = text
        self.library = library
        if parts:
            self.split = split_parts(text, parts)
        else:
            self.split = split_again(text, before.split) if before else split(text)
        self.blocks = self._parsed(before)
        # Held by what was bound in it, and not by the module, which would hold itself.
        self._scope: ref[ModuleScope] | None = before._scope if before else None
        if self._scope and (scope := self._scope()):
            scope.module = self
        self._declarations: dict[str, list[Declaration]] | None = None
        self._of_blocks: list[tuple[Declaration, ...]] | None = None
        self._of_blocks_above = before.declared_until(self.split.same_at_start) if before else []
        # The declarations below that, and the table of all, as they were before the edit.
        self._before = before.declared_from(self.split.same_at_start) if before else None
        self._bindings: dict[str, Binding] = {}
        self._qualified: dict[tuple[str, str], str | None] = {}
        # What names were bound to in this version or before the edit: most still are.
        self._known: dict[str, Known] = {}
        self._found_at = library.forgotten
        if before and before.is_known_at(library.forgotten):
            self._known = before.known()
        # The names that are being bound, and those that the innermost one has needed so far.
        self._pending: set[str] = set()
        # What `import *` brings, when that was found, and how often others were asked for it.
        self._stars: tuple[list[ModuleText], bool] = [], True
        self._stars_at = -1
        self._stars_asked = 0
        self._relied: dict[str, Binding] = {}
        self._held: Held | None = None

    @property
    def scope(self) -> ModuleScope:
        """Its names, one and the same for all versions."""
        scope = self._scope and self._scope()
        if scope is None:
            scope = ModuleScope(self)
            self._scope = ref(scope)
        return scope

    def _parsed(self, before: "ModuleText | None") -> list[tuple[Span, Parsed]]:
        spans = self.split.spans
        first, last = self.split.same_at_start, len(spans) - self.split.same_at_end
        if before is None:
            first, last = 0, len(spans)
        head = before.blocks[:first] if before else []
        middle = [(span, self._parse(self.text[span.start : span.end])) for span in spans[first:last]]
        tail = before.blocks[last - len(spans) :] if before and last < len(spans) else []
        moved = [(span, parsed) for span, (_, parsed) in zip(spans[last:], tail, strict=True)]
        return [*head, *middle, *moved]

    @property
    def declarations(self) -> dict[str, list[Declaration]]:
        if self._declarations is None:
            self._declarations = self._with_same_names()
        if self._declarations is None:
            self._declarations = {}
            for declarations in self.declared():
                for declaration in declarations:
                    self._declarations.setdefault(declaration.name, []).append(declaration)
        return self._declarations

    def _with_same_names(self) -> dict[str, list[Declaration]] | None:
        """The declarations, if the edit did not change which names there are, and those that it touched are declared once."""
        if self._before is None:
            return None
        (below, table), self._before = self._before, None
        now = [each for declarations in self.declared()[self.split.same_at_start :] for each in declarations]
        is_same = below == [each.name for each in now] and all(len(table[name]) == 1 for name in below)
        return table | {each.name: [each] for each in now} if is_same else None

    def declared(self) -> list[tuple[Declaration, ...]]:
        """What each block declares: above an edit, the very declarations of the version before."""
        if self._of_blocks is None:
            self._of_blocks = [*self._of_blocks_above]
            for span, block in self.blocks[len(self._of_blocks_above) :]:
                found = declared(block, span.start)
                self._of_blocks.append(tuple(found))
            self._of_blocks_above = []
        return self._of_blocks

    def declared_until(self, count: int) -> list[tuple[Declaration, ...]]:
        """What that many blocks at the start declare, as far as it was asked for."""
        return (self._of_blocks_above if self._of_blocks is None else self._of_blocks)[:count]

    def declared_from(self, count: int) -> tuple[list[str], dict[str, list[Declaration]]] | None:
        """The names that the blocks below so many declare, and the declarations of all; None where that was not asked for."""
        if self._of_blocks is None or self._declarations is None:
            return None
        return [
            each.name for declarations in self._of_blocks[count:] for each in declarations
        ], self._declarations

    def lookup(self, name: str) -> Binding:
        """What a top-level name of the module stands for; NOTHING where the text does not tell."""
        found = self._bindings.get(name)
        if found is None:
            # A name that needs itself, or a chain too long to follow, stays unknown.
            if name in self._pending or len(self._pending) > _MOST_NESTED_LOOKUPS:
                self.library.others_asked += 1
                return NOTHING
            outer = self._relied
            self._pending.add(name)
            try:
                found = self._bindings[name] = self._still(name) or self._bound(name)
            finally:
                self._pending.discard(name)
                self._relied = outer
        self._relied[name] = found
        return found

    def release(self) -> None:
        """Forget what names stand for: functions, which hold their module."""
        self._bindings.clear()
        self._known.clear()
        self._relied.clear()
        self._held = None

    def _still(self, name: str) -> Binding | None:
        """What the name was bound to before the edit, if it must be bound to the same."""
        known, declarations = self._known.get(name), self.declarations.get(name)
        if known is None or known.relied is None or declarations != known.declarations:
            return None
        if known.following and self._following(known.declarations) != known.following:
            return None
        for each, binding in known.relied.items():
            if self.lookup(each) is not binding:
                return None
        return known.binding

    def _bound(self, name: str) -> Binding:
        asked, self._relied = self.library.others_asked, {}
        found = self._bind(name)
        if declarations := self.declarations.get(name):
            relied = self._relied if self.library.others_asked == asked else None
            self._known[name] = Known(found, declarations, self._following(declarations), relied)
        return found

    def _following(self, declarations: Sequence[Declaration]) -> Sequence[Parsed | None]:
        constants = (each for each in declarations if not isinstance(each.node, Function | ast.ClassDef))
        return [self._below(each) for each in constants]

    def known(self) -> dict[str, Known]:
        """What names are known to be bound to, in this version or in one before; nothing of many names that are gone."""
        return self._known if len(self._known) <= 2 * len(self.blocks) + _MOST_EARLIER else {}

    def is_known_at(self, forgotten: int) -> bool:
        """Whether imports are still found where they were."""
        return self._found_at == forgotten

    def declares(self, name: str) -> bool:
        return name in self.declarations

    def symbol_of(self, path: str) -> Symbol | None:
        """What a name of the module, of one of its classes or of one of its functions stands for now: `Solver.step`,
        `make.<locals>.scale`."""
        first, *rest = path.split(".")
        if not self.declares(first):
            return None
        binding = self.lookup(first)
        for word in rest:
            match binding.value:
                case Class(attributes=found):
                    binding = dict(found).get(word, NOTHING)
                case HostFunction(returns=KernelRef() as found):
                    binding = Binding(found, found.symbol)
                case HostFunction(returns=Tuple(items=found)):
                    kernels = [each for each in found if isinstance(each, KernelRef)]
                    named = next((each for each in kernels if each.definition.name == rest[-1]), None)
                    binding = Binding(named, named.symbol) if named else NOTHING
                case KernelRef():
                    # `<locals>` stood for the kernel already.
                    pass
                case _:
                    return None
        return binding.symbol

    def names(self) -> list[str]:
        """The names that the module declares, then those that `from other import *` brings."""
        if _ALL not in self.declarations:
            return list(self.declarations)
        own = [name for name in self.declarations if name != _ALL]
        starred = [name for module in self._starred()[0] for name in module.exported]
        return list(dict.fromkeys((*own, *starred)))

    @property
    def knows_all_names(self) -> bool:
        starred, is_whole = self._starred() if _ALL in self.declarations else ([], True)
        return is_whole and all(
            block.tree is not None for each in (self, *starred) for _, block in each.blocks
        )

    @cached_property
    def exported(self) -> tuple[str, ...]:
        """The names that `import *` takes of what the module itself declares."""
        for declaration in self.declarations.get("__all__", ())[-1:]:
            match declaration.node:
                case ast.Assign(value=ast.List(elts=parts) | ast.Tuple(elts=parts)):
                    words = {part.value if isinstance(part, ast.Constant) else None for part in parts}
                    if None in words:
                        # What the list is made of is not told.
                        continue
                    return tuple(name for name in self.declarations if name in words)
                case _:
                    pass
        return tuple(name for name in self.declarations if not name.startswith("_") and name != _ALL)

    def _starred(self) -> "tuple[list[ModuleText], bool]":
        """The modules whose names `from other import *` brings, the last first, also those that they take names of in
        the same way; and whether all of them were found. Looked for once, as long as no file changes."""
        library = self.library
        if self._stars_at != library.changes:
            before = library.others_asked
            self._stars = self._found_starred()
            self._stars_at, self._stars_asked = library.changes, library.others_asked - before
        else:
            library.others_asked += self._stars_asked
        return self._stars

    def _found_starred(self) -> "tuple[list[ModuleText], bool]":
        found: list[ModuleText] = [self]
        is_whole = True
        for module in found:
            for declaration in reversed(module.declarations.get(_ALL, ())):
                assert isinstance(declaration.node, ast.ImportFrom)
                path = self.library.find(_dotted(declaration.node), module.path)
                other = self.library.module(path) if path else None
                is_whole = is_whole and other is not None
                if other is not None and all(other.path != each.path for each in found):
                    found.append(other)
        return found[1:], is_whole

    def _bind_starred(self, name: str) -> Binding:
        for module in self._starred()[0] if _ALL in self.declarations else ():
            if name in module.exported:
                return module.lookup(name)
        return NOTHING

    def class_node(self, name: str) -> Declaration | None:
        found = [part for part in self.declarations.get(name, ()) if isinstance(part.node, ast.ClassDef)]
        return found[-1] if found else None

    def _bind(self, name: str) -> Binding:
        if name == ALL_NAMES:
            return Binding(Static(" ".join(self.names()))) if self.knows_all_names else NOTHING
        if name in _OF_TEXT:
            return self._of_text(name)
        declarations = self.declarations.get(name)
        if not declarations:
            found = self._submodule(name)
            found = self._bind_starred(name) if found is NOTHING else found
            return builtin(self.library.dialect, name) if found is NOTHING else found
        if len(declarations) == 1:
            only = declarations[0]
            return self._declared(only, [only.node] if is_overload(only.node) else ())
        overloads = [each.node for each in declarations if is_overload(each.node)]
        declarations = [each for each in declarations if each.node not in overloads] or declarations
        bindings = [self._declared(declaration, overloads) for declaration in declarations]
        if all(binding == bindings[-1] for binding in bindings):
            return bindings[-1]
        return Binding(UNKNOWN, bindings[-1].symbol)

    def _of_text(self, name: str) -> Binding:
        """What all blocks together say: the very binding of the version before, if it is the same."""
        found = Binding(Static(_OF_TEXT[name]([parsed for _, parsed in self.blocks])))
        before = self._known.get(name)
        if before is None or before.binding != found:
            self._known[name] = Known(found, (), (), None)
        return self._known[name].binding

    def _submodule(self, name: str) -> Binding:
        if os.path.basename(self.path) != "__init__.py":
            return NOTHING
        path = self.library.find(f".{name}", self.path)
        return module_binding(f"{self.name}.{name}", path) if path else NOTHING

    def _declared(self, declaration: Declaration, overloads: Sequence[ast.stmt]) -> Binding:
        match declaration.node:
            case ast.Import():
                return self._imported(declaration)
            case ast.ImportFrom():
                return self._imported_from(declaration, declaration.node)
            case ast.FunctionDef():
                return self._function(declaration, declaration.node, overloads)
            case ast.ClassDef():
                return self._class(declaration, declaration.node)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self._constant(declaration, value)
            case _:
                return Binding(UNKNOWN, self._symbol(declaration))

    def _imported(self, declaration: Declaration) -> Binding:
        assert declaration.alias is not None
        dotted = declaration.alias.name if declaration.alias.asname else declaration.alias.name.split(".")[0]
        return self.imported_module(dotted, self._symbol(declaration))

    def imported_module(self, dotted: str, symbol: Symbol | None = None) -> Binding:
        """What `import dotted` gives."""
        path = self.library.find(dotted, self.path)
        return module_binding(dotted, path) if path else Binding(External(dotted), symbol)

    def _imported_from(self, declaration: Declaration, node: ast.ImportFrom) -> Binding:
        assert declaration.alias is not None
        return self.member_of_import(node, declaration.alias.name) or Binding(
            UNKNOWN, self._symbol(declaration)
        )

    def member_of_import(self, node: ast.ImportFrom, name: str) -> Binding | None:
        """What `name` stands for in `from module import name`; None where the module has no such name."""
        dotted = _dotted(node)
        path = self.library.find(dotted, self.path)
        if path is None:
            return None if node.level else self.library.external(f"{dotted}.{name}")
        module = self.library.module(path)
        if module is None:
            return None
        is_own = module.path == self.path
        # A package that imports from itself takes a module of its folder first.
        binding = self._submodule(name) if is_own else NOTHING
        if binding is NOTHING and (not is_own or name in module.declarations):
            binding = module.lookup(name)
        return None if binding is NOTHING else binding

    def held_at(self, changes: int) -> Held:
        if self._held is None or self._held.changes != changes:
            self._held = Held(changes, is_whole=self._held is None)
        return self._held

    @property
    def held(self) -> Held | None:
        return self._held

    def _function(
        self, declaration: Declaration, node: ast.FunctionDef, overloads: Sequence[ast.stmt]
    ) -> Binding:
        ways = [each for each in overloads if isinstance(each, ast.FunctionDef)]
        return self.function(node, declaration.block, declaration.block_start, ways)

    def function(
        self,
        node: ast.FunctionDef,
        block: Parsed,
        block_start: int,
        overloads: Sequence[ast.FunctionDef] = (),
        *,
        path: str = "",
        is_local: bool = False,
    ) -> Binding:
        """What a `def` makes: a kernel, a device function, an operation of the language or a host function.

        path: what Python calls it inside the module, if it stands in a function or a class. is_local: its place counts from
        the block's start.
        """
        path = path or node.name
        qualified = f"{self.name}.{path}"
        dialect = self.library.dialect
        decorators = {
            self.qualified(part.func if isinstance(part, ast.Call) else part) for part in node.decorator_list
        }
        kind = (
            "operation"
            if qualified in dialect.operations
            else "kernel"
            if dialect.kernel in decorators
            else "function"
        )
        is_device_function = kind == "function" and dialect.function in decorators
        made = KernelRef if kind == "kernel" else DeviceFunction if is_device_function else None
        before = self._known.get(path)
        earlier = before.binding if before else NOTHING
        match earlier.value:
            case KernelRef(definition=known) | DeviceFunction(definition=known):
                is_same = (
                    known.node is node and known.block_start == block_start and known.module == self.name
                )
                if is_same and not overloads and type(earlier.value) is made:
                    return earlier
            case _:
                pass
        span = name_span(block, node, node.name)
        location = Location(None, span) if is_local else Location(self.path, span.shifted(block_start))
        symbol = symbol_of_function(
            node, location, kind, qualified, is_of_language=self.is_of_language, overloads=overloads
        )
        definition = Definition(
            node.name, self.name, block, node, block_start, self.scope, symbol, path, is_inside="." in path
        )
        if made is not None:
            return Binding(made(definition), symbol)
        if kind == "operation":
            return Binding(Operation(qualified, symbol), symbol)
        returns = UNKNOWN if self.is_of_language else returned(self, node, block, block_start, path, is_local)
        return Binding(HostFunction(qualified, symbol, returns), symbol)

    @property
    def is_of_language(self) -> bool:
        return f"{self.name}.".startswith(f"{self.library.dialect.package}.")

    def _class(self, declaration: Declaration, node: ast.ClassDef) -> Binding:
        return self.class_of(node, ClassPlace(declaration.block, declaration.block_start, node.name))

    def class_of(self, node: ast.ClassDef, place: ClassPlace) -> Binding:
        """What a `class` makes: a dtype or another class of the language, a dimension, or a class of the user."""
        qualified = f"{self.name}.{place.path}"
        dialect = self.library.dialect
        span = name_span(place.block, node, node.name)
        is_local = place.around is not None
        location = Location(None, span) if is_local else Location(self.path, span.shifted(place.block_start))
        if qualified in dialect.dtypes:
            symbol = symbol_of_class(node, location, "dtype", qualified)
            symbol = replace(symbol, signature=Signature(node.name, (ParameterText("x"),), node.name))
            return Binding(DTypeRef(dialect.dtypes[qualified], symbol), symbol)
        if any(self._is_dimension(base) for base in node.bases):
            symbol = symbol_of_class(node, location, "dimension", qualified)
            return Binding(Dimension(node.name, qualified, symbol), symbol)
        symbol = symbol_of_class(node, location, "class", qualified, is_of_language=self.is_of_language)
        return Binding(class_value(self, node, place, symbol), symbol)

    def _is_dimension(self, base: ast.expr) -> bool:
        return self.qualified(base) == self.library.dialect.dimension

    def _constant(self, declaration: Declaration, value: ast.expr) -> Binding:
        qualified = f"{self.name}.{declaration.name}"
        symbol = self._symbol(declaration)
        if qualified in self.library.dialect.axes:
            return Binding(Axes(self.library.dialect.axes[qualified], symbol), symbol)
        if qualified in self.library.dialect.places:
            return Binding(Scalar(Special(self.library.dialect.places[qualified])), symbol)
        part = part_of(declaration.node, value, declaration.name)
        found = self.library.evaluate(part.node, declaration.block, self) if part.node else UNKNOWN
        return Binding(part.of(found), symbol)

    def _symbol(self, declaration: Declaration) -> Symbol:
        location = Location(self.path, declaration.name_span)
        kind = "module" if isinstance(declaration.node, ast.Import) else "constant"
        qualified = f"{self.name}.{declaration.name}"
        return Symbol(declaration.name, kind, qualified, location, None, self._doc_after(declaration))

    def _doc_after(self, declaration: Declaration) -> str | None:
        """The string that stands right after a constant: its documentation, as for attributes."""
        following = self._below(declaration)
        match following.tree.body[:1] if following and following.tree else []:
            case [ast.Expr(value=ast.Constant(value=str() as doc))]:
                return doc
            case _:
                return None

    def _below(self, declaration: Declaration) -> Parsed | None:
        """The block below that of a declaration."""
        index = bisect_right(self.blocks, declaration.block_start, key=_start_of)
        if index == 0 or self.blocks[index - 1][0].start != declaration.block_start:
            return None
        return self.blocks[index][1] if index < len(self.blocks) else None

    def qualified(self, expr: ast.expr) -> str | None:
        """The qualified name that a decorator or a base class leads to."""
        match expr:
            case ast.Name(id=name):
                return qualified_name(self.lookup(name).value)
            case ast.Attribute(value=ast.Name(id=name) as value, attr=attribute):
                # `weft.kernel` stands above each kernel of a file, and each of them rests on what `weft` stands for.
                self.lookup(name)
                if (name, attribute) in self._qualified:
                    return self._qualified[name, attribute]
                asked = self.library.others_asked
                found = self._qualified_member(value, attribute)
                if self.library.others_asked == asked:
                    self._qualified[name, attribute] = found
                return found
            case ast.Attribute(value=value, attr=attribute):
                return self._qualified_member(value, attribute)
            case ast.Subscript(value=value):
                return self.qualified(value)
            case _:
                return None

    def _qualified_member(self, value: ast.expr, attribute: str) -> str | None:
        owner = self.qualified(value)
        if owner is None:
            return None
        path = self.library.find(owner, self.path)
        module = self.library.module(path) if path else None
        return qualified_name(module.lookup(attribute).value) if module else f"{owner}.{attribute}"


def _dotted(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _start_of(block: tuple[Span, Parsed]) -> int:
    return block[0].start


def builtin(dialect: Dialect, name: str) -> Binding:
    """Python's own names: those that a kernel can use, and the others."""
    qualified = f"builtins.{name}"
    if qualified in dialect.operations:
        symbol = Symbol(name, "operation", qualified)
        return Binding(Operation(qualified, symbol), symbol)
    if hasattr(builtins, name):
        return Binding(External(qualified), Symbol(name, "function", qualified))
    return NOTHING


def module_binding(name: str, path: str) -> Binding:
    symbol = Symbol(name.rpartition(".")[2], "module", name, Location(path, Span(0, 0)))
    return Binding(Module(name, path, symbol), symbol)


def qualified_name(value: Value) -> str | None:
    match value:
        case (
            Operation(qualified_name=name)
            | Class(qualified_name=name)
            | HostFunction(qualified_name=name)
            | External(qualified_name=name)
            | Module(qualified_name=name)
            | Dimension(qualified_name=name)
        ):
            return name
        case _:
            return None


def class_members(declaration: Declaration, path: str, qualified: str) -> Iterator[Symbol]:
    """The public members that the own body of a class of the language declares."""
    assert isinstance(declaration.node, ast.ClassDef)
    for part in declaration.node.body:
        name = _member_name(part)
        if name is None or name.startswith("_"):
            continue
        span = name_span(declaration.block, part, name).shifted(declaration.block_start)
        location = Location(path, span)
        if isinstance(part, ast.FunctionDef):
            is_property = any(
                isinstance(deco, ast.Name) and deco.id == "property" for deco in part.decorator_list
            )
            kind = "property" if is_property else "method"
            yield symbol_of_function(part, location, kind, f"{qualified}.{name}", is_of_language=True)
        else:
            yield Symbol(name, "property", f"{qualified}.{name}", location)


def _member_name(part: ast.stmt) -> str | None:
    match part:
        case ast.FunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None
