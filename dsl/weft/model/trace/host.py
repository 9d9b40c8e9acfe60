"""Read host code: what names stand for, as far as the text tells, and where kernels are launched."""

import ast
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from weft.model.class_attributes import ClassPlace, receiver_of
from weft.model.declarations import bound_names, name_span
from weft.model.diagnostic import Span
from weft.model.scopes import bound_in, path_of
from weft.model.text import ModuleText
from weft.model.trace.closure import Closures
from weft.model.trace.expressions import annotation, expression
from weft.model.trace.statements import statements
from weft.model.trace.tracer import Frame, Tracer, assigned_names
from weft.model.values import (
    NOTHING,
    UNKNOWN,
    Binding,
    Class,
    Definition,
    KernelRef,
    Value,
)

# Contexts whose code is meant to fail.
_EXPECTING = ("raises", "assertRaises", "assertRaisesRegex", "suppress")


class HostReader:
    """Reads one block of host code, and collects the kernels defined inside its functions."""

    def __init__(self, t: Tracer, module: ModuleText, block_start: int) -> None:
        self.t = t
        self.module = module
        self.block_start = block_start
        self.functions: list[tuple[Definition, bool]] = []
        self._frames: dict[ast.AST, Frame] = {}
        # The functions around the place that is read; and the class whose body is read, with what it stands for.
        self._around: list[Frame] = []
        self._class_of: dict[int, Value] = {}

    @property
    def closures(self) -> Closures:
        """What names stand for in the functions and classes that were read."""
        return Closures(self._frames)

    def read(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            self._read(node)

    def _read(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.If() | ast.While():
                expression(self.t, node.test)
                with self._tried(_asks_for_members(node.test)):
                    self._branches([node.body, node.orelse])
            case ast.For() | ast.AsyncFor():
                self._for(node)
            case ast.With() | ast.AsyncWith():
                self._with(node)
            case ast.Try():
                handlers = [handler.body for handler in node.handlers]
                with self._tried(bool(handlers)):
                    self._branches([node.body, *handlers, node.orelse, node.finalbody])
            case ast.Return(value=value) if value is not None:
                expression(self.t, value)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr():
                statements(self.t, [node])
            case ast.Assert(test=test):
                expression(self.t, test)
            case _:
                pass

    def _branches(self, bodies: Sequence[list[ast.stmt]]) -> None:
        """After branches, names that any of them binds are unknown unless nothing changed."""
        before = dict(self.t.frame.env)
        for body in bodies:
            self.t.frame.env = dict(before)
            self.read(body)
        changed = {name for body in bodies for name in assigned_names(body)}
        self.t.frame.env = {**before, **dict.fromkeys(changed, UNKNOWN)}

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        expression(self.t, node.iter)
        for name in bound_names(node.target):
            self.t.frame.env[name.id] = UNKNOWN
            self.t.declare(name, name.id, UNKNOWN, "variable")
        self._branches([node.body, node.orelse])

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            expression(self.t, item.context_expr)
            for name in bound_names(item.optional_vars) if item.optional_vars else ():
                self.t.frame.env[name.id] = UNKNOWN
        expects_error = any(_word(item.context_expr) in _EXPECTING for item in node.items)
        with self._tried(expects_error):
            self.read(node.body)

    @contextmanager
    def _tried(self, is_tried: bool) -> Generator[None]:
        """Code that may fail on purpose: nothing is said of it."""
        before = self.t.is_dead
        self.t.is_dead = before or is_tried
        yield
        self.t.is_dead = before

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            expression(self.t, decorator)
            self._check_decorator(decorator)
        binding = self._bind_function(node)
        definition = getattr(binding.value, "definition", None)
        if isinstance(definition, Definition):
            self.functions.append((definition, isinstance(binding.value, KernelRef)))
            return
        self._signature(node.args, node.returns)
        receiver = self._receiver(node)
        own = bound_in(self.t.frame.block, node)
        frame = self._frames[node] = self._frame(node.name, own)
        frame.env |= dict.fromkeys(own, UNKNOWN)
        self.t.enter(frame)
        self._around.append(frame)
        for index, argument in enumerate(_all_arguments(node.args)):
            value = receiver if index == 0 else UNKNOWN
            frame.env[argument.arg] = value
            self.t.declare(argument, argument.arg, value, "parameter")
        self.read(node.body)
        self._around.pop()
        self.t.leave()

    def _frame(self, name: str, own: frozenset[str]) -> Frame:
        """A function or a class, with the names of the functions around it that it sees: not those of a class."""
        frame = Frame(name, self.t.frame.block, self.module.scope)
        for outer in self._around[-1:]:
            frame.env = {name: value for name, value in outer.env.items() if name not in own}
            frame.symbols = {name: symbol for name, symbol in outer.symbols.items() if name not in own}
        return frame

    def _receiver(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
        """What the first parameter of a method stands for: an object of the class, or the class."""
        kind = self._class_of.get(id(self.t.frame), UNKNOWN)
        return receiver_of(node, kind) if isinstance(kind, Class) else UNKNOWN

    def _check_decorator(self, decorator: ast.expr) -> None:
        """A decorator of the language that is not imported: without it, nothing would be said of the kernel at all."""
        written = decorator.func if isinstance(decorator, ast.Call) else decorator
        dialect = self.t.dialect
        ours = [name.rpartition(".")[2] for name in (dialect.kernel, dialect.function)]
        match written:
            case ast.Attribute(value=ast.Name(id=name) as root, attr=word) if name == dialect.package:
                advice = f"write `import {dialect.package}`"
            case ast.Name(id=name) as root:
                word, advice = name, f"import it from `{dialect.package}`"
            case _:
                return
        if word in ours and self._is_undefined(name):
            self.t.report("unknown-name", f"`{name}` is not defined: {advice}", root, also_on_host=True)

    def _is_undefined(self, name: str) -> bool:
        is_local = any(name in frame.env for frame in self.t.frames)
        if is_local or self.t.lookup(name) is not NOTHING:
            return False
        self.t.all_names()
        return self.module.knows_all_names

    def _bind_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Binding:
        if isinstance(node, ast.AsyncFunctionDef):
            return Binding(UNKNOWN)
        is_inside = len(self.t.frames) > 1
        path = path_of(self.t.frame.block, node) if is_inside else ""
        binding = self.module.function(
            node, self.t.frame.block, self.block_start, path=path, is_local=is_inside
        )
        symbol = binding.symbol
        if self.t.has_facts:
            self.t.note(name_span(self.t.frame.block, node, node.name), binding.value, symbol)
        if is_inside:
            self.t.frame.env[node.name] = binding.value
            if symbol:
                self.t.frame.symbols[node.name] = symbol
        return binding

    def _signature(self, arguments: ast.arguments, returns: ast.expr | None) -> None:
        annotations = [argument.annotation for argument in _all_arguments(arguments)]
        for part in [*annotations, returns]:
            if part is not None:
                annotation(self.t, part)
        for part in [*arguments.defaults, *arguments.kw_defaults]:
            if part is not None:
                expression(self.t, part)

    def _class(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases]:
            expression(self.t, part)
        block = self.t.frame.block
        if len(self.t.frames) == 1:
            # Only names that the module knows may be read before they are bound.
            binding = self.t.lookup(node.name)
            if self.t.has_facts and binding.symbol and binding.symbol.location:
                self.t.note(name_span(block, node, node.name), binding.value, binding.symbol)
        else:
            place = ClassPlace(block, self.block_start, path_of(block, node), self.t.frame.env)
            binding = self.module.class_of(node, place)
            self.t.frame.env[node.name] = binding.value
            if binding.symbol:
                self.t.frame.symbols[node.name] = binding.symbol
        frame = self._frames[node] = self._frame(node.name, frozenset())
        self._class_of[id(frame)] = binding.value
        self.t.enter(frame)
        self.read(node.body)
        self.t.leave()

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if self.t.has_facts and isinstance(node, ast.ImportFrom):
            self._note_module(node)
        for alias in node.names:
            if alias.name == "*":
                continue
            binding = self._imported(node, alias)
            local = alias.asname or (
                alias.name if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
            )
            if self.t.has_facts:
                self._note_alias(alias, binding)
            if len(self.t.frames) > 1:
                self.t.frame.env[local] = binding.value
                if binding.symbol:
                    self.t.frame.symbols[local] = binding.symbol

    def _imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Binding:
        if isinstance(node, ast.ImportFrom):
            return self.module.member_of_import(node, alias.name) or Binding(UNKNOWN)
        return self.module.imported_module(alias.name if alias.asname else alias.name.split(".")[0])

    def _note_alias(self, alias: ast.alias, binding: Binding) -> None:
        whole = self.t.frame.block.span(alias)
        name = Span(whole.start, min(whole.end, whole.start + len(alias.name)))
        self.t.note(name, binding.value, binding.symbol)
        if alias.asname:
            self.t.note(Span(whole.end - len(alias.asname), whole.end), binding.value, binding.symbol)

    def _note_module(self, node: ast.ImportFrom) -> None:
        span = self.t.frame.block.span(node)
        found = re.compile(r"from\s+([.\w]+)").match(self.t.frame.block.text, span.start)
        if found:
            binding = self.module.imported_module(found.group(1))
            self.t.note(Span(found.start(1), found.end(1)), binding.value, binding.symbol)


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def _word(node: ast.expr) -> str:
    """The last word of what is called: `raises` of `pytest.raises(ValueError)`."""
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _asks_for_members(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and _word(node) == "hasattr" for node in ast.walk(test))
