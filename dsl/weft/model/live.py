"""Read a live function: its text from its file, and its names from its globals and closure."""

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType

from weft.model.declarations import name_span, symbol_of_function
from weft.model.diagnostic import Diagnostic, Span
from weft.model.dialect import Dialect
from weft.model.evaluate import evaluate
from weft.model.facts import Location
from weft.model.ir import Kernel, Special
from weft.model.kernel import Analysis, analyse
from weft.model.library import Library
from weft.model.observed import ABSENT, IN_SIGNATURE, Observation, class_constants, look, names_of, source_of
from weft.model.source import Lines, split
from weft.model.syntax import Parsed
from weft.model.text import builtin
from weft.model.trace.call import from_python, is_layout
from weft.model.trace.closure import Closure, Closures
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
    HostFunction,
    KernelRef,
    Module,
    Mutable,
    Operation,
    Record,
    Scalar,
    Tuple,
    Value,
)
from weft.records import record, replace


@record
class LiveKernel:
    """A kernel as it stands in memory: the checked IR, or findings that say why there is none."""

    ir: Kernel | None
    findings: tuple[Diagnostic, ...]
    filename: str
    line_starts: tuple[int, ...]
    analysis: Analysis | None = None
    block_start: int = 0
    # Everything outside of the text that the reading depends on.
    observed: tuple[Observation, ...] = ()


class LiveScope:
    """Names as a live function sees them: its closure, its globals, Python's own."""

    def __init__(self, function: FunctionType, library: "LiveLibrary") -> None:
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.path = function.__code__.co_filename
        self.library = library
        self._function = function

    @property
    def knows_all_names(self) -> bool:
        return True

    def declares(self, name: str) -> bool:
        return name in self._function.__code__.co_freevars or name in self._function.__globals__

    def names(self) -> list[str]:
        return [*self._function.__code__.co_freevars, *self._function.__globals__]

    def lookup(self, name: str) -> Binding:
        self.library.observed[Observation(self.name, name)] = None
        value = look(self._function, name)
        if value is not ABSENT:
            return self.library.binding(value)
        # A name of the enclosing function that is not bound yet hides Python's own.
        is_free = name in self._function.__code__.co_freevars
        return NOTHING if is_free else builtin(self.library.dialect, name)

    def in_signature(self, node: ast.FunctionDef) -> Iterator[tuple[str, Binding]]:
        """What names in the annotations of a function stand for that is defined in a function or a class."""
        if "." not in self._function.__qualname__:
            return
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            for name, place in _names_in(argument):
                value = look(self._function, place)
                if value is not ABSENT:
                    self.library.observed[Observation(self.name, place)] = None
                    yield name, self.library.binding(value)


def _names_in(argument: ast.arg) -> Iterator[tuple[str, str]]:
    """The names of an annotation, each with its place."""
    place = f"{IN_SIGNATURE}{argument.arg}"
    match argument.annotation:
        case ast.Name(id=name):
            yield name, place
        case ast.Subscript(slice=inside):
            for index, part in enumerate(inside.elts if isinstance(inside, ast.Tuple) else [inside]):
                if isinstance(part, ast.Name):
                    yield part.id, f"{place}.{index}"
        case _:
            pass


class LiveClosures(Closures):
    """Of a live function: its own closure is part of its scope, that of its signature is not."""

    def __init__(self) -> None:
        super().__init__({})

    def of(self, definition: Definition) -> Closure:
        scope = definition.scope
        return Closure(tuple(scope.in_signature(definition.node)) if isinstance(scope, LiveScope) else ())


class LiveLibrary(Library):
    """The language's sources as text, and every other name as the object that it is."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect, evaluate)
        # In the order in which they were looked at; a dictionary, since most are looked at again.
        self.observed: dict[Observation, None] = {}

    def module_member(self, module: Module, name: str) -> Binding | None:
        live = sys.modules.get(module.qualified_name)
        if live is None:
            return super().module_member(module, name)
        self.observed[Observation(module.qualified_name, name)] = None
        value = look(live, name)
        return None if value is ABSENT else self.binding(value)

    def module_names(self, module: Module) -> list[str]:
        live = sys.modules.get(module.qualified_name)
        return [name for name in vars(live) if not name.startswith("_")] if live else []

    def binding(self, value: object) -> Binding:
        """What an object stands for in a kernel."""
        if isinstance(value, ModuleType):
            return Binding(Module(value.__name__))
        if isinstance(value, (list, dict, set, bytearray)):
            return Binding(Mutable(type(value).__name__))
        marked = getattr(value, "python_function", None)
        if isinstance(marked, FunctionType):
            return self._function(value, marked)
        named = self._named(value)
        if named is not None:
            return named
        return Binding(self._constant(value))

    def _constant(self, value: object) -> Value:
        if isinstance(value, tuple):
            items = tuple(self.binding(item).value for item in value)
            return Tuple(items, tuple(getattr(value, "_fields", ())))
        names = () if is_layout(value) else names_of(value)
        if names:
            items = tuple(self.binding(getattr(value, name)).value for name in names)
            return Record(type(value).__name__, names, items)
        constant = from_python(_plain(value))
        return Mutable(type(value).__name__) if constant is UNKNOWN else constant

    def _constants(self, kind: type, qualified: str) -> Iterator[tuple[str, Value]]:
        """What the body of a user's class gives names to."""
        if qualified.partition(".")[0] == self.dialect.package or not hasattr(kind, "__dict__"):
            return
        for name, value in class_constants(kind).items():
            yield name, self.binding(value).value

    def _named(self, value: object) -> Binding | None:
        """A class, a function or an object of the language, by its qualified name."""
        qualified = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        dialect = self.dialect
        if qualified in dialect.dtypes:
            return Binding(DTypeRef(dialect.dtypes[qualified]))
        if qualified in dialect.operations:
            symbol = self.symbol(qualified)
            return Binding(Operation(qualified, symbol), symbol)
        if isinstance(value, type):
            is_dimension = any(
                f"{base.__module__}.{base.__qualname__}" == dialect.dimension for base in value.__mro__
            )
            if is_dimension:
                return Binding(Dimension(value.__name__, qualified))
            return Binding(Class(qualified, constants=tuple(self._constants(value, qualified))))
        if (
            type(value).__qualname__ == "Axes"
            and f"weft.ops.geometry.{getattr(value, 'name', '')}" in dialect.axes
        ):
            return Binding(Axes(str(getattr(value, "name", ""))))
        if f"{type(value).__module__}.{type(value).__qualname__}" == dialect.place_class:
            return Binding(Scalar(Special(str(getattr(value, "name", "")))))
        if isinstance(value, (FunctionType, BuiltinFunctionType)):
            known = f"{value.__module__}.{value.__name__}"
            return self.external(known) if known in dialect.operations else Binding(HostFunction(qualified))
        return None

    def _function(self, value: object, function: FunctionType) -> Binding:
        definition = self.definition(function)
        if isinstance(definition, Diagnostic):
            return NOTHING
        kind = f"{type(value).__module__}.{type(value).__qualname__}".lower()
        made = KernelRef(definition) if kind == self.dialect.kernel else DeviceFunction(definition)
        return Binding(made, definition.symbol)

    def definition(self, function: FunctionType) -> Definition | Diagnostic:
        """The text of a live function; a finding where there is none."""
        text = source_of(function)
        found = _find(self, text, function) if text is not None else None
        if found is None:
            return Diagnostic(
                "no-source",
                f"the source of `{function.__name__}` cannot be read, and a kernel is compiled from its source: "
                "define it in a file",
                Span(0, 0),
            )
        parsed, start, node = found
        path = function.__code__.co_filename
        location = Location(path, name_span(parsed, node, node.name).shifted(start))
        qualified = f"{function.__module__}.{function.__qualname__}"
        symbol = symbol_of_function(node, location, "function", qualified)
        scope, path = LiveScope(function, self), function.__qualname__
        return Definition(node.name, function.__module__, parsed, node, start, scope, symbol, path)


def read_kernel(function: FunctionType, dialect: Dialect) -> LiveKernel:
    """Read the kernel that a live function is. Never raises: what is wrong is in the findings."""
    library = _library(dialect)
    library.observed.clear()
    definition = library.definition(function)
    filename = function.__code__.co_filename
    if isinstance(definition, Diagnostic):
        return LiveKernel(None, (definition,), filename, (0,))
    analysis = analyse(library, definition, is_kernel=True, closures=LiveClosures())
    line_starts = Lines.of(source_of(function) or "").starts
    found = analysis.findings or tuple(map(_unknown, analysis.unknown))
    findings = tuple(finding.shifted(definition.block_start) for finding in found)
    # The IR's spans count from the block: a line table that does too leads to the file's lines.
    shifted = tuple(start - definition.block_start for start in line_starts)
    kernel = analysis.ir and replace(analysis.ir, filename=filename, line_starts=shifted)
    observed = tuple(library.observed)
    return LiveKernel(kernel, findings, filename, line_starts, analysis, definition.block_start, observed)


def _unknown(span: Span) -> Diagnostic:
    return Diagnostic(
        "unknown-value",
        "what this computes with is not known when the kernel is compiled: use numbers, tuples, layouts and dtypes of the "
        "module or the closure, or pass it as a parameter",
        span,
    )


@lru_cache(maxsize=1)
def _library(dialect: Dialect) -> LiveLibrary:
    return LiveLibrary(dialect)


def _find(library: Library, text: str, function: FunctionType) -> tuple[Parsed, int, ast.FunctionDef] | None:
    """The block and the node of a function, by its name and its first line."""
    lines = Lines.of(text)
    first = function.__code__.co_firstlineno - 1
    if first >= len(lines.starts):
        return None
    at = lines.starts[first]
    block = next((span for span in split(text).spans if span.start <= at < span.end), None)
    if block is None:
        return None
    parsed = library.parsed(text[block.start : block.end])
    base = lines.line_of(block.start)
    for node in ast.walk(parsed.tree) if parsed.tree else ():
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            top = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            if base + top - 1 == first:
                return parsed, block.start, node
    return None


def _plain(value: object) -> object:
    """NumPy's scalars as Python's numbers."""
    if isinstance(value, (bool, int, float, str, tuple)) or is_layout(value) or value is None:
        return value
    item = getattr(value, "item", None)
    is_scalar = callable(item) and getattr(value, "shape", None) == ()
    return item() if is_scalar and callable(item) else value
