"""The state of reading one kernel: names and what they stand for, the statements made so far, what was found."""

import ast
import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from weft.model import fold
from weft.model.declarations import bound_names, parts_that_bind
from weft.model.diagnostic import Diagnostic, Fix, Origin, Span
from weft.model.dtypes import BOOL, F32, INDEX, DType
from weft.model.facts import Location, Symbol, SymbolKind
from weft.model.ir import Array, Assign, Cluster, Const, Do, Expr, Param, Place, Special, Stmt, Var, leaves
from weft.model.prove import Bounds, Known
from weft.model.syntax import HOLE, Parsed
from weft.model.text import ALL_NAMES, Scope
from weft.model.trace.flow import Flow
from weft.model.values import (
    UNKNOWN,
    Binding,
    Changing,
    DeviceFunction,
    MaybeUnbound,
    Scalar,
    Static,
    Tensor,
    Tuple,
    Value,
    Vector,
)
from weft.records import field, record, replace

if TYPE_CHECKING:
    from weft.model.library import Library
    from weft.model.trace.closure import Closures

# A kernel that is still growing after this many statements (unrolled loops, functions inlined) is refused.
MOST_STATEMENTS = 10_000


class Fact(NamedTuple):
    """What an expression or a name stands for."""

    span: Span
    value: Value
    symbol: Symbol | None = None
    # Between what a whole number lies, as far as it is known there.
    bounds: Bounds | None = None


@record
class Access:
    """A read or a write of a tensor, and whether it is proved to stay inside."""

    span: Span
    tensor: str
    is_write: bool
    is_proved: bool
    space: str


@record
class LaunchSite:
    """A call of a kernel, with the arguments as far as the text tells."""

    span: Span
    kernel: Value
    arguments: tuple[Value, ...]
    argument_spans: tuple[Span, ...]
    keywords: tuple[tuple[str, Value, Span], ...]


@record
class CallFact:
    """A call that can show its signature: the span between its parentheses."""

    span: Span
    symbol: Symbol
    argument_spans: tuple[Span, ...]
    keywords: tuple[str | None, ...]


# Reads the body of a device function in place of its call.
Inline = Callable[["Tracer", DeviceFunction, dict[str, Value], dict[str, ast.expr], ast.Call], Value]


# Reads statements in order.
Run = Callable[["Tracer", Sequence[ast.stmt]], Flow]


@record
class Readers:
    """The two readers that read each other's parts: they reach each other through the tracer."""

    inline: Inline
    run: Run


class TooLarge(Exception):
    """The kernel grows past MOST_STATEMENTS."""


@record
class Carried:
    """A name that a loop changes: what it stands for at the start of each iteration, and the variables of its numbers."""

    value: Value
    variables: tuple[Var, ...]


@record
class Loop:
    """The loop whose body is being read. key: which one it is, in each reading of the kernel.

    carried: names that it changes. fixed: other names that it binds, with what they stand for before.
    """

    key: tuple[str, int]
    carried: dict[str, Carried]
    fixed: dict[str, Value]


@record(frozen=False)
class Frame:
    """One function being read: the kernel, or a device function that it calls."""

    name: str
    block: Parsed
    scope: Scope
    env: dict[str, Value] = field(default_factory=dict[str, Value])
    symbols: dict[str, Symbol] = field(default_factory=dict[str, Symbol])
    prefix: str = ""
    # In an inlined function, statements and findings have the place of the call.
    call_span: Span | None = None
    call: ast.Call | None = None
    loops: list["Loop"] = field(default_factory=list["Loop"])
    # Names of functions and classes around this one.
    outer: Mapping[str, Binding] = field(default_factory=dict[str, Binding])
    # Names that are bound more than once: a view that depends on one keeps a copy of its value.
    rebound: frozenset[str] = frozenset()
    returns_value: bool = False
    return_count: int = 0
    result: Value = UNKNOWN
    # A function of the language itself, in which threads outside of the domain take part.
    is_of_language: bool = False


class Tracer:
    """Reads one block. `is_kernel`: statements are made and faults reported; otherwise names are only followed."""

    def __init__(self, library: "Library", frame: Frame, readers: Readers, *, is_kernel: bool) -> None:
        self.library = library
        self.dialect = library.dialect
        self.inline = readers.inline
        self.run = readers.run
        self.is_kernel = is_kernel
        self.has_facts = is_kernel or library.has_host_facts
        self.closures: Closures | None = None
        self.begin(frame)
        self.loop_types: dict[tuple[str, int, str], DType] = {}
        # Names of loops that stand for something else in each iteration, and whether for as many numbers.
        self.changing: dict[tuple[str, int, str], bool] = {}
        self.lookups: dict[tuple[str, str], tuple[Scope, Binding]] = {}
        self.restart()

    def restart(self) -> None:
        """Forget what one pass made; keep the types that loops settled on."""
        self.is_unsettled = False
        self.findings: dict[tuple[str, Span, Origin | None], Diagnostic] = {}
        # By place and name: a loop that is unrolled notes one place many times.
        self.facts: dict[tuple[Span, str], Fact] = {}
        self.calls: dict[Span, CallFact] = {}
        self.accesses: dict[Span, Access] = {}
        self.launches: list[LaunchSite] = []
        self.blocks: list[list[Stmt]] = [[]]
        self.variables: dict[str, DType] = {}
        # The number up to which temporaries of a name are taken.
        self.taken: dict[str, int] = {}
        self.arrays: list[Array] = []
        self.of_language: list[Stmt] = []
        self.shared_spans: list[Span] = []
        self.written: set[str] = set()
        self.domain: DomainSite | None = None
        self.cluster: Cluster | None = None
        self.known = Known()
        self.depth = 0
        # How many loops around the place that is read are written out.
        self.written_out = 0
        self.count = 0
        self.inlined = 0
        self.target: tuple[str, ...] = ()
        self.is_dead = False
        self.takes_text = False
        self.unknown: list[Span] = []

    # Functions

    def begin(self, frame: Frame) -> None:
        """Read this function, and no other."""
        self.frames = [frame]
        self.frame = frame

    def enter(self, frame: Frame) -> None:
        """Read a function inside the one that is being read."""
        frame.is_of_language = frame.is_of_language or self.frame.is_of_language
        self.frames.append(frame)
        self.frame = frame

    def leave(self) -> None:
        self.frames.pop()
        self.frame = self.frames[-1]

    # Places

    def span(self, node: ast.AST) -> Span:
        return self.frame.call_span or self.frame.block.span(node)

    def report(
        self,
        code: str,
        message: str,
        place: ast.AST | Span,
        *,
        severity: str = "error",
        fixes: tuple[Fix, ...] = (),
        also_on_host: bool = False,
    ) -> None:
        """Add a finding, once, unless the place is half-typed or can never run.

        also_on_host: it is wrong in host code too, of which Weft says nothing else.
        """
        if self.is_dead or not (self.is_kernel or also_on_host):
            return
        if isinstance(place, ast.AST) and any(_is_hole(node) for node in ast.walk(place)):
            return
        span = place if isinstance(place, Span) else self.span(place)
        level = "warning" if severity == "warning" else "error"
        origin = self._origin(place)
        # An edit in a device function is made where the function is, not at its call.
        found = Diagnostic(code, message, span, level, () if origin else fixes, origin=origin)
        self.findings.setdefault((code, span, origin), found)

    def _origin(self, place: ast.AST | Span) -> Origin | None:
        """Where a place is in the device function that is being read: the user's, if it is in one of the language's."""
        for frame in reversed(self.frames):
            if frame.call is None or isinstance(place, Span):
                return None
            if not frame.is_of_language:
                return Origin(frame.scope.name, frame.name, frame.block.text, frame.block.span(place))
            place = frame.call
        return None

    def miss(self, node: ast.AST) -> None:
        """Note a statement that makes nothing because a value in it is not known."""
        if self.is_kernel and not self.is_dead:
            self.unknown.append(self.span(node))

    def record(self, node: ast.AST, value: Value, symbol: Symbol | None = None) -> Value:
        """Note what an expression stands for, for the editor and for rules."""
        if self.has_facts and self.frame.call_span is None:
            self.note(self.frame.block.span(node), value, symbol)
        return value

    def note(self, span: Span, value: Value, symbol: Symbol | None) -> None:
        bounds = self._bounds(value.expr) if isinstance(value, Scalar) else None
        # A name that a bare expression statement shares its span with must not lose its symbol.
        self.facts[span, symbol.name if symbol else ""] = Fact(span, value, symbol, bounds)

    def _bounds(self, expr: Expr) -> Bounds | None:
        if not isinstance(expr, (Var, Special)):
            return None
        return self.known.bounds.get(expr) or self.known.bounds.get(self.known.definitions.get(expr, expr))

    # Names

    def lookup(self, name: str) -> Binding:
        """What a free name stands for, in the scope of the function being read."""
        if name in self.frame.outer:
            return self.frame.outer[name]
        scope = self.frame.scope
        found = self.lookups.get((scope.name, name))
        if found is None:
            found = self.lookups[(scope.name, name)] = (scope, scope.lookup(name))
        return found[1]

    def all_names(self) -> list[str]:
        """The names of the scope of the function being read, noted as something that the reading depends on."""
        self.rely_on(self.frame.scope, ALL_NAMES)
        return self.frame.scope.names()

    def rely_on(self, scope: Scope, name: str) -> None:
        """Note that the reading depends on what a name of a module stands for."""
        if (scope.name, name) not in self.lookups:
            self.lookups[(scope.name, name)] = (scope, scope.lookup(name))

    def declare(self, node: ast.AST, name: str, value: Value, kind: SymbolKind) -> None:
        """Note that a local name is bound here; the first binding is its definition."""
        if not self.has_facts or self.frame.call_span is not None:
            return
        span = self.frame.block.span(node)
        if isinstance(node, ast.arg):
            span = Span(span.start, span.start + len(name))
        symbol = self.frame.symbols.setdefault(name, Symbol(name, kind, "", Location(None, span)))
        self.note(span, value, symbol)

    # Statements

    def emit(self, statement: Stmt) -> None:
        self.grow(1)
        self.blocks[-1].append(statement)
        if self.frame.is_of_language:
            self.of_language.append(statement)

    def grow(self, count: int) -> None:
        self.count += count
        if self.count > MOST_STATEMENTS:
            raise TooLarge

    @contextmanager
    def block_of(self) -> Generator[list[Stmt]]:
        """Collect the statements that are made inside."""
        self.blocks.append([])
        self.depth += 1
        try:
            yield self.blocks[-1]
        finally:
            self.depth -= 1
            self.blocks.pop()

    def variable(self, name: str, dtype: DType) -> Var:
        """The variable of the generated code that holds `name` as `dtype`."""
        plain = f"{self.frame.prefix}{name}"
        for candidate in (plain, f"{plain}_{dtype.name}"):
            if self.variables.setdefault(candidate, dtype) == dtype:
                return Var(candidate, dtype)
        return self.temporary(f"{name}_{dtype.name}", dtype)

    def temporary(self, hint: str, dtype: DType) -> Var:
        plain = f"{self.frame.prefix}{hint}"
        index = self.taken.get(plain, 0)
        while f"{plain}_{index}" in self.variables:
            index += 1
        self.taken[plain] = index + 1
        name = f"{plain}_{index}"
        self.variables[name] = dtype
        return Var(name, dtype)

    def set(self, variable: Var, value: Expr, place: ast.AST | Span) -> None:
        """Emit `variable = value`."""
        self.known.forget(variable)
        span = place if isinstance(place, Span) else self.span(place)
        self.emit(Assign(variable, value, span))
        if variable.dtype == INDEX and fold.is_pure(value) and not _reads(value, variable):
            self.known.define(variable, value)

    def do(
        self,
        name: str,
        place: ast.AST | Span,
        *,
        gives: tuple[DType, ...] = (),
        args: tuple[Expr, ...] = (),
        places: tuple[Place, ...] = (),
        static: tuple[int | str, ...] = (),
        guard: Expr | None = None,
    ) -> tuple[Var, ...]:
        """Emit an effect (a key of `EFFECTS`); the new variables that hold what it gives, of these types."""
        targets = tuple(self.temporary(name, dtype) for dtype in gives)
        span = place if isinstance(place, Span) else self.span(place)
        self.emit(Do(name, targets, args, places, static, guard, span))
        return targets

    @contextmanager
    def texts(self, taken: bool) -> Generator[None]:
        """Whether f-strings are read inside, or refused."""
        before, self.takes_text = self.takes_text, taken
        yield
        self.takes_text = before

    def frozen(self, expr: Expr, hint: str, place: ast.AST) -> Expr:
        """`expr`, held in a variable of its own if assignments to other variables could change it."""
        inside = leaves(expr)
        if not inside.loads and not any(map(self._may_change, inside.variables)):
            return expr
        held = self.temporary(hint, expr.dtype)
        self.set(held, expr, place)
        return held

    def held(self, expr: Expr, hint: str, place: ast.AST) -> Expr:
        """`expr` computed here and now: in a variable of its own, unless it is one or a number already."""
        if isinstance(expr, (Var, Const, Param)):
            return expr
        variable = self.temporary(hint, expr.dtype)
        self.set(variable, expr, place)
        return variable

    def _may_change(self, variable: str) -> bool:
        # An item of a vector is a variable with a dot in its name.
        name, _, _ = variable.removeprefix(self.frame.prefix).partition(".")
        return variable.startswith(self.frame.prefix) and name in self.frame.rebound

    def assign(self, name: str, value: Value, node: ast.AST) -> None:
        """Bind a local name to a value."""
        env = self.frame.env
        carried = any(name in loop.carried for loop in self.frame.loops)
        if self.is_kernel and isinstance(value, (Scalar, Static)):
            expr = as_expr(value) if isinstance(value, Scalar) or carried else None
            if expr is not None:
                variable = self.variable(name, expr.dtype)
                if expr != variable:
                    self.set(variable, expr, node)
                value = Scalar(variable)
        elif self.is_kernel and isinstance(value, Tuple):
            value = replace(value, items=tuple(self._held(item, name, node) for item in value.items))
        elif self.is_kernel and isinstance(value, Vector):
            value = self._assign_vector(name, value, node)
        env[name] = value

    def _assign_vector(self, name: str, value: Vector, node: ast.AST) -> Vector:
        """The name's own variables, always the same ones, so that loops and branches find them again."""
        targets = [self.variable(f"{name}.{at}", value.dtype) for at in range(len(value.items))]
        items = [self.held(item, name, node) for item in value.items]
        if any(item in targets and item != targets[at] for at, item in enumerate(items)):
            items = [self._copied(item, name, node) for item in items]
        for target, item in zip(targets, items, strict=True):
            if item != target:
                self.set(target, item, node)
        return replace(value, items=tuple(targets))

    def _copied(self, item: Expr, name: str, node: ast.AST) -> Expr:
        variable = self.temporary(name, item.dtype)
        self.set(variable, item, node)
        return variable

    def _held(self, item: Value, name: str, node: ast.AST) -> Value:
        return Scalar(self.frozen(item.expr, name, node)) if isinstance(item, Scalar) else item


@record(frozen=False)
class DomainSite:
    """Where a kernel names its domain."""

    indices: tuple[Var, ...]
    extents: tuple[Expr, ...]
    block: tuple[int, ...] | None
    is_tiled: bool
    span: Span
    prologue: list[Stmt]


def default_dtype(value: Static) -> DType | None:
    """The type that a Python number gets when it has to be one of a kernel's."""
    match value.value:
        case bool():
            return BOOL
        case int():
            return INDEX
        case float():
            return F32
        case _:
            return None


def as_expr(value: Value, dtype: DType | None = None) -> Expr | None:
    """A value as an expression, converted to `dtype` if given; None if it is no number."""
    if isinstance(value, Scalar):
        return value.expr if dtype is None else fold.convert(value.expr, dtype)
    if isinstance(value, Static) and isinstance(value.value, (int, float)):
        wanted = dtype or default_dtype(value)
        if wanted is not None and (wanted.is_float or math.isfinite(value.value)):
            return fold.const(value.value, wanted)
    return None


def known_value(value: Value) -> Value:
    match value:
        case MaybeUnbound(value=inner):
            return inner
        case Changing():
            return UNKNOWN
        case _:
            return value


def names_of_set_items(body: list[ast.stmt]) -> set[str]:
    """The names an item of which statements set, at any depth."""
    return {
        part.value.id
        for part in parts_that_bind(body)
        if isinstance(part, ast.Subscript)
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
    }


def assigned_names(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind, at any depth, but not inside functions that they define."""
    found: set[str] = set()
    for node in body:
        match node:
            case ast.Assign(targets=targets):
                found.update(name.id for target in targets for name in bound_names(target))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                found.update(name.id for name in bound_names(target))
            case ast.For(target=target):
                found.update(name.id for name in bound_names(target))
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.With(items=items):
                optional = [item.optional_vars for item in items if item.optional_vars]
                found.update(name.id for target in optional for name in bound_names(target))
            case _:
                pass
        for field_name in ("body", "orelse", "finalbody"):
            inner = getattr(node, field_name, None)
            if isinstance(inner, list) and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found |= assigned_names(inner)
        for handler in getattr(node, "handlers", ()):
            found |= assigned_names(handler.body)
    return found


def is_numeric(value: Value) -> bool:
    return isinstance(value, Scalar) or (isinstance(value, Static) and isinstance(value.value, (int, float)))


def is_known(value: Value) -> bool:
    return value is not UNKNOWN and not isinstance(value, Tensor)


def _is_hole(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == HOLE) or (
        isinstance(node, ast.Attribute) and node.attr == HOLE
    )


def _reads(expr: Expr, variable: Var) -> bool:
    return variable.name in leaves(expr).variables
