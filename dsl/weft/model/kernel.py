"""Analyse one kernel or device function: from its syntax to the typed IR, with facts and findings."""

import ast

from weft.model import clusters, fold
from weft.model.declarations import name_span
from weft.model.describe import describe
from weft.model.diagnostic import Diagnostic, Span
from weft.model.dtypes import INDEX
from weft.model.ir import (
    Array,
    Assign,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Param,
    Parameter,
    ScalarParameter,
    Stmt,
    Store,
    TensorParameter,
    Var,
    While,
    children,
    extent,
    has_collective,
)
from weft.model.library import Library
from weft.model.limits import shared_problems
from weft.model.marks import Marks
from weft.model.syntax import Parsed
from weft.model.text import Scope
from weft.model.trace.closure import NO_CLOSURE, Closures
from weft.model.trace.expressions import annotation, expression
from weft.model.trace.inline import READERS, frame_of
from weft.model.trace.statements import statements
from weft.model.trace.tensors import of_parameter
from weft.model.trace.tracer import (
    Access,
    CallFact,
    Fact,
    LaunchSite,
    TooLarge,
    Tracer,
)
from weft.model.values import (
    UNKNOWN,
    Binding,
    Definition,
    Dimension,
    DTypeRef,
    Scalar,
    Static,
    TensorAnnotation,
    Value,
)
from weft.records import field, record, replace

# Types settle in a few readings: each reading widens at least one variable, and there are few types.
_MOST_READINGS = 24


# Without slots, so that what is kept with it can go when it goes.
@record(eq=False, slots=False)
class Analysis:
    """What reading a function gave. Spans count from the start of its block, whose text is `block`."""

    block: Parsed = field(repr=False)

    # Where it is declared: `module.Solver.step`.
    qualified_name: str
    name: str
    span: Span
    name_span: Span
    is_kernel: bool
    parameters: tuple[Parameter, ...]
    ir: Kernel | None = field(repr=False)
    # What the body makes so far: `ir`, but also where there are errors, and for device functions.
    made: Kernel = field(repr=False)
    facts: tuple[Fact, ...] = field(repr=False)
    calls: tuple[CallFact, ...] = field(repr=False)
    accesses: tuple[Access, ...] = field(repr=False)
    findings: tuple[Diagnostic, ...] = ()
    launches: tuple[LaunchSite, ...] = ()
    lookups: tuple[tuple[Scope, str, Binding], ...] = field(default=(), repr=False)
    # What the functions around it declare.
    around: tuple[tuple[str, Binding], ...] = field(default=(), repr=False)
    # Where the shared arrays and the domain stand, for rules.
    shared_spans: tuple[Span, ...] = ()
    domain_span: Span | None = None
    # Statements that say nothing because a value in them is not known; in a live kernel there must be none.
    unknown: tuple[Span, ...] = ()
    # How many parameters are written, also those whose type is wrong.
    parameter_count: int = 0
    # A geometry that a launch in the text gives, for rules: the block, and the grid as far as the text tells.
    launched_as: "tuple[tuple[int, int, int], tuple[int, int, int] | None] | None" = None
    # The GPUs that the project is for, such as `sm_90`; none are named for most.
    targets: tuple[str, ...] = ()


def analyse(
    library: Library,
    definition: Definition,
    *,
    is_kernel: bool,
    closures: Closures | None = None,
    marks: Marks | None = None,
) -> Analysis:
    """Read a kernel, or a device function by itself. Never raises on any text.

    closures: what names around it stand for. marks: where the reading of a new version may begin, and what it notes for the
    next one.
    """
    closure = closures.of(definition) if closures else NO_CLOSURE
    t = Tracer(library, frame_of(definition), READERS, is_kernel=True)
    t.closures = closures
    parameters: tuple[Parameter, ...] = ()
    for number in range(_MOST_READINGS):
        t.restart()
        frame = frame_of(definition)
        frame.returns_value = not is_kernel
        t.begin(frame)
        mark = marks.resume(t) if marks and number == 0 else None
        try:
            frame.outer = dict(closure.signature)
            parameters = mark.parameters if mark else _parameters(t, definition, is_kernel=is_kernel)
            frame.outer = dict(closure.body)
            if marks and number == 0:
                marks.read(t, mark.index if mark else 0, parameters)
            else:
                statements(t, definition.node.body)
        except (TooLarge, RecursionError):
            _report_too_large(t, definition)
        if not t.is_unsettled:
            break
    else:
        _report_too_large(t, definition)
    return replace(_finish(t, definition, parameters, is_kernel=is_kernel), around=closure.seen)


def _report_too_large(t: Tracer, definition: Definition) -> None:
    t.begin(t.frames[0])
    t.blocks = t.blocks[:1]
    t.is_dead = False
    t.report(
        "too-large",
        f"`{definition.name}` is too large or too deeply nested to be compiled: unroll less, or split it",
        name_span(definition.block, definition.node, definition.name),
    )


# Parameters


def _parameters(t: Tracer, definition: Definition, *, is_kernel: bool) -> tuple[Parameter, ...]:
    arguments = definition.node.args
    if is_kernel:
        _refuse_fancy(t, arguments)
    found: list[Parameter] = []
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        kind = annotation(t, argument.annotation) if argument.annotation else None
        parameter = _parameter(t, argument, kind)
        value = _value_of(t, parameter, is_kernel=is_kernel)
        if parameter is not None:
            found.append(parameter)
        elif is_kernel:
            _report_annotation(t, argument, kind)
        t.frame.env[argument.arg] = value
        t.declare(argument, argument.arg, value, "parameter")
    for default in [*arguments.defaults, *arguments.kw_defaults]:
        if default is not None:
            expression(t, default)
    if definition.node.returns is not None:
        annotation(t, definition.node.returns)
    return tuple(found)


def _refuse_fancy(t: Tracer, arguments: ast.arguments) -> None:
    for argument in (arguments.vararg, arguments.kwarg):
        if argument is not None:
            t.report(
                "unsupported", "`*` parameters cannot be used in a kernel: name each parameter", argument
            )
    for default in [*arguments.defaults, *arguments.kw_defaults]:
        if default is not None:
            t.report(
                "unsupported",
                "a default cannot be used in a kernel: pass the argument at each launch",
                default,
            )


def _parameter(t: Tracer, argument: ast.arg, annotation: Value | None) -> Parameter | None:
    span = t.frame.block.span(argument)
    span = Span(span.start, span.start + len(argument.arg))
    match annotation:
        case DTypeRef(dtype=dtype):
            return ScalarParameter(argument.arg, dtype, span)
        case TensorAnnotation(dtype=dtype, shape=shape):
            array = Array(argument.arg, dtype, "global")
            return TensorParameter(argument.arg, array, _shape(argument.arg, shape), span)
        case _:
            return None


def _shape(name: str, shape: tuple[Value, ...]) -> tuple[Expr, ...]:
    extents: list[Expr] = []
    for axis, item in enumerate(shape):
        match item:
            case Dimension(name=dimension):
                extents.append(Param(dimension, INDEX))
            case Static(value=int() as size):
                extents.append(fold.const(size))
            case _:
                extents.append(extent(name, axis))
    return tuple(extents)


def _value_of(t: Tracer, parameter: Parameter | None, *, is_kernel: bool) -> Value:
    match parameter:
        case ScalarParameter(name=name, dtype=dtype):
            return Scalar(Param(name, dtype) if is_kernel else Var(name, dtype))
        case TensorParameter():
            return of_parameter(parameter)
        case _:
            return UNKNOWN


def _report_annotation(t: Tracer, argument: ast.arg, annotation: Value | None) -> None:
    if annotation is UNKNOWN:
        return
    found = "none" if annotation is None else describe(annotation)
    t.report(
        "parameter-type",
        f"parameter `{argument.arg}` needs a type and has {found}: write a dtype (`{argument.arg}: f32`) or a tensor "
        f"(`{argument.arg}: Tensor[f32, N]`)",
        argument,
    )


# The end


def _finish(
    t: Tracer, definition: Definition, parameters: tuple[Parameter, ...], *, is_kernel: bool
) -> Analysis:
    body = _body(t)
    shared = tuple(array for array in t.arrays if array.space == "shared")
    if is_kernel:
        _check_shared(t, shared)
        _check_cluster(t, body)
    kernel = Kernel(
        definition.name,
        tuple(_with_written(parameter, t.written) for parameter in parameters),
        shared,
        tuple(array for array in t.arrays if array.space == "local"),
        clusters.numbered(body, t.cluster),
        cluster=t.cluster,
    )
    findings = tuple(sorted(t.findings.values(), key=lambda finding: (finding.span, finding.code)))
    arguments = definition.node.args
    has_errors = any(finding.severity == "error" for finding in findings)
    return Analysis(
        definition.block,
        definition.qualified_name,
        definition.name,
        definition.block.span(definition.node),
        name_span(definition.block, definition.node, definition.name),
        is_kernel,
        kernel.parameters,
        kernel if is_kernel and not has_errors else None,
        kernel,
        tuple(t.facts.values()),
        tuple(t.calls.values()),
        tuple(t.accesses.values()),
        findings,
        tuple(t.launches),
        tuple((scope, name, binding) for (_, name), (scope, binding) in t.lookups.items()),
        (),
        tuple(t.shared_spans),
        t.domain.span if t.domain else None,
        tuple(t.unknown),
        len([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]),
    )


def _body(t: Tracer) -> tuple[Stmt, ...]:
    made = clusters.ended(tuple(t.blocks[0]), t.cluster)
    site = t.domain
    if site is None:
        return made
    everyone = site.is_tiled or has_collective(made)
    if everyone and not site.is_tiled:
        made = _guarded(
            made, _inside(site.indices, site.extents), frozenset(id(statement) for statement in t.of_language)
        )
    domain = Domain(site.indices, site.extents, site.block, everyone, made, site.span)
    return (*site.prologue, domain)


def _inside(indices: tuple[Var, ...], extents: tuple[Expr, ...]) -> Expr | None:
    inside: Expr | None = None
    for index, size in zip(indices, extents, strict=True):
        inside = fold.both(inside, fold.less(index, size))
    return inside


def _guarded(body: tuple[Stmt, ...], inside: Expr | None, free: frozenset[int]) -> tuple[Stmt, ...]:
    """In a kernel with barriers every thread runs, so each access of a thread outside the domain is guarded.

    free: the identities of statements in which those threads take part.
    """

    def expr(value: Expr) -> Expr:
        return _guard_loads(value, inside)

    guarded: list[Stmt] = []
    for statement in body:
        if id(statement) in free:
            guarded.append(statement)
            continue
        blocks = tuple(_guarded(block, inside, free) for block in children(statement))
        match statement:
            case Store():
                guard = fold.both(inside, statement.guard)
                statement = replace(
                    statement, guard=guard, offset=expr(statement.offset), value=expr(statement.value)
                )
            case Do():
                # What several threads do together, those outside of the domain do too.
                guard = fold.both(inside, statement.guard) if statement.scope == "thread" else statement.guard
                places = tuple(replace(place, offset=expr(place.offset)) for place in statement.places)
                args = tuple(map(expr, statement.args))
                statement = replace(statement, guard=guard, places=places, args=args)
            case If():
                statement = replace(
                    statement, condition=expr(statement.condition), then=blocks[0], otherwise=blocks[1]
                )
            case For():
                start, stop, step = expr(statement.start), expr(statement.stop), expr(statement.step)
                statement = replace(statement, start=start, stop=stop, step=step, body=blocks[0])
            case While():
                statement = replace(statement, condition=expr(statement.condition), body=blocks[0])
            case Assign():
                statement = replace(statement, value=expr(statement.value))
            case _:
                pass
        guarded.append(statement)
    return tuple(guarded)


def _guard_loads(expr: Expr, inside: Expr | None) -> Expr:
    match expr:
        case Load(offset=offset, guard=guard):
            return replace(expr, offset=_guard_loads(offset, inside), guard=fold.both(inside, guard))
        case Op(args=args):
            return fold.rebuild(expr, tuple(_guard_loads(arg, inside) for arg in args))
        case _:
            return expr


def _with_written(parameter: Parameter, written: set[str]) -> Parameter:
    if isinstance(parameter, TensorParameter) and parameter.name in written:
        return replace(parameter, is_written=True)
    return parameter


def _check_cluster(t: Tracer, body: tuple[Stmt, ...]) -> None:
    for problem, span in clusters.problems(body, t.cluster):
        t.report(problem.code, problem.message, span)


def _check_shared(t: Tracer, shared: tuple[Array, ...]) -> None:
    for problem in shared_problems(shared):
        t.report(problem.code, problem.message, t.shared_spans[-1])
