"""Read loops: each number that a loop changes gets a variable of one type, settled over several readings."""

import ast
from collections.abc import Sequence
from functools import reduce
from typing import Any

from weft.model import fold
from weft.model.declarations import bound_names
from weft.model.describe import describe
from weft.model.dtypes import INDEX, DType, promote
from weft.model.ir import TRUE, Break, Const, Continue, Expr, For, If, Stmt, Var, While
from weft.model.trace.arithmetic import as_condition, as_number
from weft.model.trace.binding import bind_target
from weft.model.trace.branches import assume, forget_assigned, joined_dtype
from weft.model.trace.expressions import expression, refuse
from weft.model.trace.flow import ENDS, GOES_ON, Flow
from weft.model.trace.numbers import alike, is_of_numbers, labels, numbers_of, rebuilt
from weft.model.trace.order import read_now
from weft.model.trace.tracer import Carried, Loop, Tracer, as_expr, assigned_names, known_value
from weft.model.values import (
    UNKNOWN,
    Changing,
    MaybeUnbound,
    Operation,
    Scalar,
    Static,
    Tuple,
    Value,
    Vector,
)
from weft.records import replace

_LONGEST_UNROLLED = 1024


def for_(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.For)
    steps = _steps(t, node)
    if node.orelse:
        refuse(t, "`else` after a loop", "set a flag in the loop and test it after", node.orelse[0])
    match steps:
        case ["builtins.range", *values] if isinstance(node.target, ast.Name):
            _loop(t, node, node.target, values)
        case ["weft.static_range", *values] if isinstance(node.target, ast.Name):
            return _unroll(t, node, _counted(t, node, values))
        case Tuple(items=items):
            return _unroll(t, node, items)
        case _:
            t.miss(node.iter)
            with t.block_of():
                bind_unknown(t, node.target)
                t.run(t, node.body)
    return GOES_ON


def bind_unknown(t: Tracer, target: ast.expr) -> None:
    """The names of a loop over something that a kernel cannot loop over."""
    for name in bound_names(target):
        t.frame.env[name.id] = UNKNOWN
        t.declare(name, name.id, UNKNOWN, "variable")


def _steps(t: Tracer, node: ast.For) -> list[Any] | Tuple | None:
    """What a loop runs over: the name of a range and its arguments, or a tuple; None, and reported, if it is something else."""
    call = node.iter
    callee = expression(t, call.func) if isinstance(call, ast.Call) else UNKNOWN
    name = callee.qualified_name if isinstance(callee, Operation) else ""
    is_range = name == "builtins.range" or name.endswith(".static_range")
    if isinstance(call, ast.Call) and is_range and not call.keywords and 1 <= len(call.args) <= 3:
        values = [as_number(expression(t, argument)) for argument in call.args]
        return ["builtins.range" if name == "builtins.range" else "weft.static_range", *values]
    given = expression(t, node.iter)
    if isinstance(given, Tuple):
        held = read_now(t, given, node)
        return held if isinstance(held, Tuple) else None
    place = t.span(node.iter)
    if not any(place.start <= span.start and span.end <= place.end for _, span, _ in t.findings):
        refuse(
            t,
            f"a `for` over {'what is not known' if given is UNKNOWN else describe(given)}",
            "loop over `range(...)` and index, or over a tuple, which is written out",
            node.iter,
        )
    return None


def _bounds(t: Tracer, node: ast.For, values: list[Value]) -> tuple[Expr, Expr, Expr] | None:
    start, stop, step = [Static(0), *values, Static(1)] if len(values) == 1 else [*values, Static(1)][:3]
    exprs = [as_expr(value) for value in (start, stop, step)]
    found = [expr for expr in exprs if expr is not None]
    for value, expr in zip((start, stop, step), exprs, strict=True):
        if expr is None and value is UNKNOWN:
            return None
        if expr is None or not expr.dtype.is_integer:
            t.report(
                "index-dtype", f"`range` counts in integers; found {describe(value)}: convert it", node.iter
            )
            return None
    first, last, stride = (fold.convert(expr, INDEX) for expr in found)
    if isinstance(stride, Const) and stride.value == 0:
        t.report("out-of-bounds", "a `range` with step 0 never ends: use another step", node.iter)
        return None
    return first, last, stride


def _loop(t: Tracer, node: ast.For, target: ast.Name, values: list[Value]) -> None:
    bounds = _bounds(t, node, values)
    loop = _carry(t, node, assigned_names(node.body))
    before = dict(t.frame.env)
    variable = t.variable(target.id, INDEX)
    known = forget_assigned(t, t.known, [[node]])
    t.known = known.copy()
    if bounds is not None and target.id not in assigned_names(node.body):
        _know_loop_variable(t, variable, bounds)
    t.frame.env[target.id] = Scalar(variable)
    t.declare(target, target.id, Scalar(variable), "variable")
    body = _body(t, node, loop)
    t.known = known
    _after_loop(t, before, loop, runs=_certainly_runs(bounds))
    if bounds is not None:
        t.emit(For(variable, *bounds, tuple(body), t.span(node)))
    else:
        t.miss(node.iter)


def _know_loop_variable(t: Tracer, variable: Var, bounds: tuple[Expr, Expr, Expr]) -> None:
    start, stop, step = bounds
    t.known.forget(variable)
    if isinstance(step, Const) and step.value > 0:
        t.known.assume_at_least(variable, start)
        t.known.assume_less(variable, stop)


def _certainly_runs(bounds: tuple[Expr, Expr, Expr] | None) -> bool:
    if bounds is None:
        return False
    start, stop, step = bounds
    if not (isinstance(start, Const) and isinstance(stop, Const) and isinstance(step, Const)):
        return False
    return len(range(int(start.value), int(stop.value), int(step.value))) > 0


def while_(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.While)
    if node.orelse:
        refuse(t, "`else` after a loop", "set a flag in the loop and test it after", node.orelse[0])
    loop = _carry(t, node, assigned_names(node.body))
    before = dict(t.frame.env)
    known = forget_assigned(t, t.known, [node.body])
    t.known = known.copy()
    with t.block_of() as head:
        test = as_condition(t, expression(t, node.test), node.test)
    if test is not None:
        assume(t.known, test)
    body = _body(t, node, loop)
    t.known = known
    _after_loop(t, before, loop, runs=test == TRUE)
    if test is not None:
        leave = If(fold.negate(test), (Break(t.span(node.test)),), (), t.span(node.test))
        t.emit(
            While(TRUE, (*head, leave, *body), t.span(node))
            if head
            else While(test, tuple(body), t.span(node))
        )
    else:
        t.miss(node.test)
    return GOES_ON


def _carry(t: Tracer, node: ast.For | ast.While, names: set[str]) -> Loop:
    """Give each number that a loop changes a variable of one type, settled over several readings."""
    loop = Loop((t.frame.prefix, node.lineno * 10_000 + node.col_offset), {}, {})
    if not t.is_kernel:
        t.frame.env.update({name: UNKNOWN for name in names if name in t.frame.env})
        return loop
    for name in sorted(names & t.frame.env.keys()):
        bound = t.frame.env[name]
        value = as_number(known_value(bound))
        how = t.changing.get((*loop.key, name))
        if is_of_numbers(value) and (how or (how is None and not isinstance(value, Tuple))):
            carried = loop.carried[name] = _carried(t, loop, name, value, node)
            t.frame.env[name] = (
                MaybeUnbound(carried.value) if isinstance(bound, MaybeUnbound) else carried.value
            )
        elif how is not None:
            t.frame.env[name] = Changing(value)
        elif value is not UNKNOWN:
            loop.fixed[name] = value
    return loop


def _carried(t: Tracer, loop: Loop, name: str, value: Value, node: ast.stmt) -> Carried:
    numbers = numbers_of(value)
    pairs = list(zip(labels(name, value), numbers, strict=True))
    wanted = [_settled(t, loop, label, number) for label, number in pairs]
    if isinstance(value, Vector):
        wanted = [reduce(promote, wanted)] * len(wanted)
    variables = tuple(t.variable(label, dtype) for (label, _), dtype in zip(pairs, wanted, strict=True))
    for variable, number in zip(variables, numbers, strict=True):
        expr = as_expr(number, variable.dtype)
        if expr is not None and expr != variable:
            t.set(variable, expr, node)
    return Carried(rebuilt(value, variables), variables)


def _settled(t: Tracer, loop: Loop, label: str, number: Value) -> DType:
    expr = as_expr(number)
    return t.loop_types.setdefault((*loop.key, label), expr.dtype if expr is not None else INDEX)


def _body(t: Tracer, node: ast.For | ast.While, loop: Loop) -> list[Stmt]:
    t.frame.loops.append(loop)
    with t.block_of() as block:
        if not t.run(t, node.body).leaves:
            _settle(t, node)
    t.frame.loops.pop()
    return block


def _settle(t: Tracer, node: ast.stmt) -> None:
    """Where an iteration ends, a name must be back in the variables that it had at the start."""
    loop = t.frame.loops[-1]
    for name, carried in loop.carried.items():
        value = as_number(known_value(t.frame.env.get(name, UNKNOWN)))
        if len(numbers_of(value)) == len(carried.variables) and _is_same_kind(carried.value, value):
            for variable, number, label in zip(
                carried.variables, numbers_of(value), labels(name, value), strict=True
            ):
                _settle_number(t, (*loop.key, label), variable, number, node)
        elif value is not UNKNOWN:
            _note_change(t, loop, name, as_numbers=False)
    for name, before in loop.fixed.items():
        value = as_number(known_value(t.frame.env.get(name, UNKNOWN)))
        if value not in (before, UNKNOWN):
            _note_change(t, loop, name, as_numbers=alike(before, value))


def _is_same_kind(a: Value, b: Value) -> bool:
    """Whether they are alike but for the dtype of vectors, which settles as that of numbers does."""
    if isinstance(a, Vector) and isinstance(b, Vector):
        return alike(a, replace(b, dtype=a.dtype))
    return alike(a, b)


def _settle_number(
    t: Tracer, key: tuple[str, int, str], variable: Var, number: Value, node: ast.stmt
) -> None:
    expr = as_expr(number)
    if expr is None or expr == variable:
        return
    wanted = joined_dtype([Scalar(variable), number])
    if wanted != variable.dtype:
        t.loop_types[key] = wanted
        t.is_unsettled = True
    t.set(variable, fold.convert(expr, variable.dtype), node)


def _note_change(t: Tracer, loop: Loop, name: str, *, as_numbers: bool) -> None:
    key = (*loop.key, name)
    if key not in t.changing or (t.changing[key] and not as_numbers):
        t.changing[key] = as_numbers
        t.is_unsettled = True


def _after_loop(t: Tracer, before: dict[str, Value], loop: Loop, *, runs: bool) -> None:
    """What names stand for after a loop. Those first bound inside are bound only if it runs."""
    for name, value in list(t.frame.env.items()):
        if name not in before:
            t.frame.env[name] = value if runs else MaybeUnbound(known_value(value))
        elif name in loop.carried or isinstance(before[name], Changing):
            t.frame.env[name] = before[name]
        elif before[name] != value and value is not UNKNOWN:
            t.frame.env[name] = Changing(known_value(before[name]))


def _counted(t: Tracer, node: ast.For, values: list[Value]) -> Sequence[Value]:
    """The numbers of a `static_range`."""
    numbers = [value.value for value in values if isinstance(value, Static) and isinstance(value.value, int)]
    if len(numbers) < len(values) or (len(numbers) == 3 and numbers[2] == 0):
        if UNKNOWN not in values:
            t.report(
                "static-required",
                "`static_range` counts in numbers known at compile time: use `range`",
                node.iter,
            )
        return ()
    steps = range(*numbers)
    if len(steps) > _LONGEST_UNROLLED:
        t.report(
            "static-required",
            f"`static_range` would repeat the loop {len(steps)} times; {_LONGEST_UNROLLED} is the most: use `range`",
            node.iter,
        )
        return ()
    return [Static(step) for step in steps]


def _unroll(t: Tracer, node: ast.For, items: Sequence[Value]) -> Flow:
    """The body once for each item, which is known at compile time."""
    for item in items:
        if isinstance(node.target, ast.Name):
            t.frame.env[node.target.id] = item
            t.declare(node.target, node.target.id, item, "variable")
        else:
            bind_target(t, node.target, item, node)
        t.written_out += 1
        flow = t.run(t, node.body)
        t.written_out -= 1
        if flow.leaves:
            refuse(t, "`break` in an unrolled loop", "use `range`", node.iter)
    return GOES_ON


def jump(t: Tracer, node: ast.stmt) -> Flow:
    span = t.span(node)
    if t.frame.loops:
        _settle(t, node)
    t.emit(Break(span) if isinstance(node, ast.Break) else Continue(span))
    return ENDS
