"""The language's own sources, read as text: where each public name is declared, and what its members are."""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

from weft.model.dialect import Dialect
from weft.model.facts import Symbol
from weft.model.files import file_of, find, module_name, read_file
from weft.model.syntax import Parsed, parse
from weft.model.text import (
    Evaluate,
    Held,
    Lookup,
    ModuleText,
    Place,
    Scope,
    builtin,
    class_members,
)
from weft.model.values import NOTHING, UNKNOWN, Binding, External, Module, Operation, Static

# The constants of `math` and `numpy` that mean the same in a kernel.
_CONSTANTS = {
    **{f"math.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan", "tau")},
    **{f"numpy.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan")},
}

# What was typed lately and is gone may come back.
_MOST_GONE = 64


class Library:
    """Modules as text, found in the dialect's root and, in a project, in its folders.

    `read`: the text of a file, or None. `roots`: the folders that imports are looked up in. `is_there`: whether a file is.
    """

    def __init__(
        self,
        dialect: Dialect,
        evaluate: Evaluate,
        roots: tuple[str, ...] = (),
        read: Callable[[str], str | None] | None = None,
        is_there: Callable[[str], bool] = os.path.isfile,
        *,
        has_host_facts: bool = True,
    ) -> None:
        self.dialect = dialect
        # Whether it is noted what names and expressions of host code stand for: an editor asks for that, a linter does not.
        self.has_host_facts = has_host_facts
        self.evaluate = evaluate
        self.roots = roots
        self._read = read or read_file
        self._is_there = is_there
        self._own = os.path.join(dialect.root, dialect.package, "")
        self._modules: dict[str, ModuleText] = {}
        self._parsed: WeakValueDictionary[str, Parsed] = WeakValueDictionary()
        self._lately: deque[Parsed] = deque(maxlen=_MOST_GONE)
        # Counts the changes of files: names that a module imports may stand for something else after one.
        self.changes = 0
        self._read_at: dict[str, int] = {}
        # Counts when somebody was told of a file that may change, or that a module was not found; and when files were forgotten.
        self.others_asked = 0
        self.forgotten = 0
        self._members: dict[str, tuple[Symbol, ...]] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        # For each file the files that its imports lead to, and the names of modules that are not in the project.
        self._imports: dict[str, set[str]] = {}
        self._missing: dict[str, set[str]] = {}

    # Modules

    def parsed(self, text: str) -> Parsed:
        """The tree of a block: one for all who have a block of this text."""
        found = self._parsed.get(text)
        if found is None:
            found = self._parsed[text] = parse(text)
            self._lately.append(found)
        return found

    def module(self, path: str) -> ModuleText | None:
        """The module in a file, as its text is now."""
        known = self._modules.get(path)
        if known is not None and self._is_own(path):
            return known
        self.others_asked += 1
        text = self._read(path)
        if text is None:
            return None
        if known is None or known.text != text or self._read_at[path] != self.changes:
            name = known.name if known else module_name(path)
            known = self._modules[path] = ModuleText(
                path, name, text, self, known, is_sound=self._is_own(path)
            )
            self._read_at[path] = self.changes
        return known

    def changed(self) -> None:
        """Some file has another text now."""
        self.changes += 1

    def forget(self, path: str) -> None:
        self._modules.pop(path, None)
        self._found.clear()
        self.forgotten += 1
        self.changed()

    def find(self, name: str, from_path: str) -> str | None:
        """The file of a module, as an import in `from_path` sees it; None if it is not in the project or Weft."""
        key = (name, os.path.dirname(from_path))
        if key not in self._found:
            language = (self.dialect.package, self.dialect.root)
            self._found[key] = find(name, from_path, self.roots, language, self._is_there)
        found = self._found[key]
        # What the language's own modules import stays what it is.
        if not self._is_own(from_path) and (found is None or not self._is_own(found)):
            self.others_asked += 1
            if found is None:
                self._missing.setdefault(from_path, set()).add(name)
            else:
                self._imports.setdefault(from_path, set()).add(found)
        return found

    def rests_on(self, path: str) -> tuple[set[str], set[tuple[str, str]]]:
        """The files that a file imports, and that those import, as far as anybody asked; and the modules that are not in the
        project: a name, and the file that imports it."""
        found = {path}
        waiting = [path]
        while waiting:
            new = self._imports.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        missing = {(name, one) for one in found for name in self._missing.get(one, ())}
        return found - {path}, missing

    def _is_own(self, path: str) -> bool:
        return path.startswith(self._own)

    def holds(self, lookups: Iterable[Lookup], module: ModuleText) -> bool:
        """Whether every name that was looked up still stands for the same. `module`: the text being read."""
        held = module.held_at(self.changes)
        for lookup in lookups:
            scope, name, binding = lookup
            # The blocks of a file look up the same names.
            known = held.lookups.get((scope.path, name))
            if known is not None and known[2] is binding:
                continue
            current = module if scope.path == module.path else self.module(scope.path)
            now = current.lookup(name) if current else None
            if now is not binding and (now is None or not _is_same(now, binding)):
                return False
            held.lookups[scope.path, name] = lookup
        return True

    def looked_up(self, lookups: Iterable[Lookup], module: ModuleText) -> None:
        """What was looked up just now holds."""
        held = module.held_at(self.changes)
        held.lookups |= {(scope.path, name): (scope, name, binding) for scope, name, binding in lookups}

    def failing(self, held: Held, module: ModuleText) -> frozenset[Place]:
        """Of the names that were looked up in the version before, those that stand for something else now."""
        return frozenset(place for place, lookup in held.lookups.items() if not self.holds((lookup,), module))

    # Names

    def module_member(self, module: Module, name: str) -> Binding | None:
        text = self.module(module.path) if module.path else None
        if text is None:
            return Binding(UNKNOWN)
        binding = text.lookup(name)
        is_own = text.declares(name) or isinstance(binding.value, Module)
        if binding is not NOTHING and (is_own or name in text.names()):
            return binding
        return None if text.knows_all_names else Binding(UNKNOWN)

    def scope_of(self, module: Module) -> Scope | None:
        """The names of a module that may change: of a file of the project, not of the language."""
        if module.path is None or self._is_own(module.path):
            return None
        text = self.module(module.path)
        return text and text.scope

    def is_of_language(self, module: Module) -> bool:
        return module.path is not None and self._is_own(module.path)

    def has_operation(self, name: str) -> bool:
        """Whether the language's own package has an operation of that name."""
        path = self.find(self.dialect.package, "")
        package = self.module(path) if path else None
        return package is not None and isinstance(package.lookup(name).value, Operation)

    def module_names(self, module: Module) -> list[str]:
        """The public names of a module: its `__all__` if it has one."""
        text = self.module(module.path) if module.path else None
        if text is None:
            return []
        return [name for name in text.names() if not name.startswith("_")]

    def external(self, qualified: str) -> Binding:
        """A member of a module that is not read: an operation if the dialect knows it (`math.exp`)."""
        if qualified in self.dialect.operations:
            return Binding(Operation(qualified, Symbol(qualified.rpartition(".")[2], "operation", qualified)))
        if qualified in _CONSTANTS:
            return Binding(
                Static(_CONSTANTS[qualified]), Symbol(qualified.rpartition(".")[2], "constant", qualified)
            )
        return Binding(External(qualified))

    def builtin(self, name: str) -> Binding:
        return builtin(self.dialect, name)

    def class_members(self, qualified: str) -> tuple[Symbol, ...]:
        """The public members of a class, in the order of its source."""
        if qualified not in self._members:
            self._members[qualified] = tuple(self._class_members(qualified))
        return self._members[qualified]

    def _class_members(self, qualified: str) -> list[Symbol]:
        owner, _, name = qualified.rpartition(".")
        path = file_of(self.dialect.root, owner)
        module = self.module(path) if path else None
        declaration = module.class_node(name) if module else None
        return list(class_members(declaration, path, qualified)) if declaration and path else []

    def symbol(self, qualified: str) -> Symbol | None:
        """The declaration of a qualified name of the language."""
        owner, _, name = qualified.rpartition(".")
        path = file_of(self.dialect.root, owner)
        if path is None:
            found = [symbol for symbol in self.class_members(owner) if symbol.name == name] if owner else []
            return found[0] if found else None
        module = self.module(path)
        return module.lookup(name).symbol if module and module.declares(name) else None


def _is_same(a: Binding, b: Binding) -> bool:
    """Whether two bindings stand for the same: of two names that nothing is known of, each is itself."""
    names = [binding.symbol and binding.symbol.qualified_name for binding in (a, b)]
    return a == b and names[0] == names[1]
