"""Device functions: their bodies are read in place of the call, with the arguments' own types."""

import ast
from collections import Counter

from weft.model import embedded, fold
from weft.model.declarations import bound_names, parts_that_bind
from weft.model.describe import describe
from weft.model.dtypes import DType
from weft.model.kept import kept_with_its_argument
from weft.model.trace.arithmetic import as_number
from weft.model.trace.expressions import expression
from weft.model.trace.statements import statements
from weft.model.trace.tracer import Frame, Readers, Tracer, as_expr
from weft.model.values import (
    UNKNOWN,
    Axes,
    Definition,
    DeviceFunction,
    DTypeRef,
    Record,
    Scalar,
    Static,
    Tensor,
    Tuple,
    Value,
)

_DEEPEST = 16
# A call counts as so many statements towards the size of a kernel.
_COST_OF_A_CALL = 10
_NO_NUMBERS = (Axes, DTypeRef, Record, Tensor, Tuple)
# The type variables with which the language writes "of any number".
_ANY_NUMBER = {"T", "Float", "Whole"}


def inline(
    t: Tracer,
    function: DeviceFunction,
    arguments: dict[str, Value],
    places: dict[str, ast.expr],
    node: ast.Call,
) -> Value:
    """What a call of a device function returns. places: where the arguments stand."""
    definition = function.definition
    if any(frame.name == definition.name and frame.scope is definition.scope for frame in t.frames[1:]):
        t.report(
            "recursion",
            f"`{definition.name}` calls itself, and device code has no stack for that: write a loop",
            node,
        )
        return UNKNOWN
    if len(t.frames) > _DEEPEST:
        t.report("recursion", f"device functions are nested deeper than {_DEEPEST}: flatten them", node)
        return UNKNOWN
    t.inlined += 1
    t.grow(_COST_OF_A_CALL)
    frame = frame_of(definition, prefix=f"{definition.name}{t.inlined}_")
    frame.call, frame.call_span = node, t.span(node)
    frame.returns_value = True
    frame.is_of_language = definition.module.startswith(f"{t.dialect.package}.ops.")
    closure = t.closures and t.closures.of(definition)
    frame.outer = dict(closure.signature) if closure else {}
    values = _arguments(t, definition, arguments, places, frame, node)
    frame.outer = dict(closure.body) if closure else {}
    t.enter(frame)
    try:
        for name, value in values.items():
            t.assign(name, value, node)
        statements(t, definition.node.body)
    finally:
        t.leave()
    return frame.result if frame.return_count else Static(None)


def frame_of(definition: Definition, prefix: str = "") -> Frame:
    frame = Frame(definition.name, definition.block, definition.scope, prefix=prefix)
    frame.return_count, frame.rebound = _returns_and_rebound(definition.node)
    return frame


@kept_with_its_argument
def _returns_and_rebound(function: ast.FunctionDef) -> tuple[int, frozenset[str]]:
    """How often a function returns, and the names that it binds in more than one place."""
    returns = 0
    counts = Counter(argument.arg for argument in function.args.args)
    for part in parts_that_bind(function.body):
        match part:
            case ast.Return():
                returns += 1
            case ast.Name(id=name, ctx=ast.Store()):
                counts[name] += 1
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                # An item of a vector is set.
                counts[name] += 1
            case ast.AugAssign(target=target):
                counts.update(name.id for name in bound_names(target))
            case _:
                pass
    return returns, frozenset(name for name, count in counts.items() if count > 1)


def _arguments(
    t: Tracer,
    definition: Definition,
    given: dict[str, Value],
    places: dict[str, ast.expr],
    frame: Frame,
    node: ast.Call,
) -> dict[str, Value]:
    """Arguments converted to what the function declares; an undeclared parameter takes what it is given."""
    parameters = definition.node.args
    positional = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
    defaults: dict[str, ast.expr | None] = dict(
        zip(positional[::-1], parameters.defaults[::-1], strict=False)
    )
    named = [argument.arg for argument in parameters.kwonlyargs]
    defaults |= dict(zip(named, parameters.kw_defaults, strict=True))
    values: dict[str, Value] = {}
    for argument in [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]:
        value = given.get(argument.arg)
        if value is None:
            value = _default(t, frame, defaults.get(argument.arg))
        dtype = declared_dtype(t, frame, argument.annotation)
        if isinstance(value, _NO_NUMBERS) and (dtype or _takes_any_number(frame, argument.annotation)):
            advice = "index the tensor, or pass a number" if isinstance(value, Tensor) else "pass one"
            t.report(
                "call-arguments",
                f"`{argument.arg}` of `{definition.name}` is {dtype or 'a number'}; found {describe(value)}: {advice}",
                places.get(argument.arg, node),
            )
            value = UNKNOWN
        expr = as_expr(as_number(value), dtype) if dtype else None
        values[argument.arg] = Scalar(expr) if expr is not None else as_number(value)
        passed = values[argument.arg]
        # What it reads is read before the call.
        if isinstance(value, Scalar) and isinstance(passed, Scalar) and not fold.is_pure(passed.expr):
            values[argument.arg] = Scalar(t.frozen(passed.expr, argument.arg, node))
    return values


def _takes_any_number(frame: Frame, annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name):
            return frame.is_of_language and name in _ANY_NUMBER
        case _:
            return False


def _default(t: Tracer, frame: Frame, node: ast.expr | None) -> Value:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return Static(value)
        case ast.Name(id=name):
            return (frame.outer.get(name) or frame.scope.lookup(name)).value
        case _:
            return UNKNOWN


def declared_dtype(t: Tracer, frame: Frame, annotation: ast.expr | None) -> DType | None:
    """The scalar type that an annotation names, looked up where the function is defined; None for any other type.

    What is wrong with an annotation is said where the function is, not where it is called.
    """
    if annotation is None:
        return None
    was_dead, t.is_dead = t.is_dead, True
    t.enter(frame)
    try:
        value = expression(t, embedded.annotation(frame.block, annotation))
    finally:
        t.leave()
        t.is_dead = was_dead
    return value.dtype if isinstance(value, DTypeRef) else None


READERS = Readers(inline, statements)
