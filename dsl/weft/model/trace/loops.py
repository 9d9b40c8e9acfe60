"""Read loops: each number that a loop changes gets a variable of one type, settled over several readings."""

import ast
from collections.abc import Sequence

from weft.model import fold
from weft.model.declarations import bound_names
from weft.model.describe import describe
from weft.model.dtypes import INDEX
from weft.model.ir import TRUE, Break, Const, Continue, Expr, For, If, Stmt, Var, While, has_barrier
from weft.model.trace.arithmetic import as_condition, as_number
from weft.model.trace.branches import assume, forget_assigned, joined_dtype
from weft.model.trace.expressions import expression, refuse
from weft.model.trace.flow import ENDS, GOES_ON, Flow
from weft.model.trace.tracer import Tracer, as_expr, assigned_names, known_value
from weft.model.values import UNKNOWN, MaybeUnbound, Operation, Scalar, Static, Value

_LONGEST_UNROLLED = 1024


def for_(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.For)
    arguments = _range_arguments(t, node)
    if node.orelse:
        refuse(t, "`else` after a loop", "set a flag in the loop and test it after", node.orelse[0])
    if not isinstance(node.target, ast.Name) or arguments is None:
        t.miss(node.iter)
        with t.block_of():
            bind_unknown(t, node.target)
            t.run(t, node.body)
        return GOES_ON
    if arguments[0] == "weft.static_range":
        return _unroll(t, node, node.target, arguments[1])
    _loop(t, node, node.target, arguments[1])
    return GOES_ON


def bind_unknown(t: Tracer, target: ast.expr) -> None:
    """The names of a loop over something that a kernel cannot loop over."""
    for name in bound_names(target):
        t.frame.env[name.id] = UNKNOWN
        t.declare(name, name.id, UNKNOWN, "variable")


def _range_arguments(t: Tracer, node: ast.For) -> tuple[str, list[Value]] | None:
    """The arguments of the range that a loop runs over; None, and reported, if it runs over something else."""
    call = node.iter
    callee = expression(t, call.func) if isinstance(call, ast.Call) else expression(t, call)
    name = callee.qualified_name if isinstance(callee, Operation) else ""
    is_range = name == "builtins.range" or name.endswith(".static_range")
    if not isinstance(call, ast.Call) or not is_range or call.keywords or not 1 <= len(call.args) <= 3:
        if callee != UNKNOWN or t.is_kernel:
            refuse(t, "a `for` over anything but `range`", "loop over `range(...)` and index", node.iter)
        return None
    values = [as_number(expression(t, argument)) for argument in call.args]
    return ("builtins.range" if name == "builtins.range" else "weft.static_range"), values


def _bounds(t: Tracer, node: ast.For, values: list[Value]) -> tuple[Expr, Expr, Expr] | None:
    start, stop, step = [Static(0), *values, Static(1)] if len(values) == 1 else [*values, Static(1)][:3]
    exprs = [as_expr(value) for value in (start, stop, step)]
    found = [expr for expr in exprs if expr is not None]
    for value, expr in zip((start, stop, step), exprs, strict=True):
        if expr is None and value == UNKNOWN:
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
    carried = _carry(t, node, assigned_names(node.body))
    before = dict(t.frame.env)
    variable = t.variable(target.id, INDEX)
    known = forget_assigned(t, t.known, [[node]])
    t.known = known.copy()
    if bounds is not None and target.id not in assigned_names(node.body):
        _know_loop_variable(t, variable, bounds)
    t.frame.env[target.id] = Scalar(variable)
    t.declare(target, target.id, Scalar(variable), "variable")
    body = _body(t, node, carried)
    t.known = known
    _after_loop(t, before, runs=_certainly_runs(bounds))
    if bounds is not None:
        _check_jumps(t, body, node)
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
    carried = _carry(t, node, assigned_names(node.body))
    before = dict(t.frame.env)
    known = forget_assigned(t, t.known, [node.body])
    t.known = known.copy()
    with t.block_of() as head:
        test = as_condition(t, expression(t, node.test), node.test)
    if test is not None:
        assume(t.known, test)
    body = _body(t, node, carried)
    t.known = known
    _after_loop(t, before, runs=test == TRUE)
    if test is not None:
        _check_jumps(t, body, node)
        leave = If(fold.negate(test), (Break(t.span(node.test)),), (), t.span(node.test))
        t.emit(
            While(TRUE, (*head, leave, *body), t.span(node))
            if head
            else While(test, tuple(body), t.span(node))
        )
    else:
        t.miss(node.test)
    return GOES_ON


def _carry(t: Tracer, node: ast.stmt, names: set[str]) -> dict[str, Var]:
    """Give each number that a loop changes a variable of one type, settled over several readings."""
    carried: dict[str, Var] = {}
    if not t.is_kernel:
        t.frame.env.update({name: UNKNOWN for name in names if name in t.frame.env})
        return carried
    for name in sorted(names):
        value = known_value(t.frame.env.get(name, UNKNOWN))
        expr = as_expr(as_number(value))
        if expr is None:
            continue
        key = (t.frame.prefix, node.lineno * 10_000 + node.col_offset, name)
        dtype = t.loop_types.setdefault(key, expr.dtype)
        variable = t.variable(name, dtype)
        if expr != variable:
            t.set(variable, fold.convert(expr, dtype), node)
        carried[name] = variable
        bound = Scalar(variable)
        t.frame.env[name] = MaybeUnbound(bound) if isinstance(t.frame.env[name], MaybeUnbound) else bound
    return carried


def _body(t: Tracer, node: ast.For | ast.While, carried: dict[str, Var]) -> list[Stmt]:
    t.frame.loop_names.append(set(carried))
    with t.block_of() as block:
        flow = t.run(t, node.body)
        if not flow.leaves:
            for name, variable in carried.items():
                _settle(t, name, variable, node)
    t.frame.loop_names.pop()
    return block


def _settle(t: Tracer, name: str, variable: Var, node: ast.For | ast.While) -> None:
    """At the end of a loop's body a name must be back in the variable that it had at the start."""
    value = as_number(known_value(t.frame.env.get(name, UNKNOWN)))
    expr = as_expr(value)
    if expr is None or expr == variable:
        return
    key = (t.frame.prefix, node.lineno * 10_000 + node.col_offset, name)
    wanted = joined_dtype([Scalar(variable), value])
    if wanted != variable.dtype:
        t.loop_types[key] = wanted
        t.is_unsettled = True
    t.set(variable, fold.convert(expr, variable.dtype), node)


def _after_loop(t: Tracer, before: dict[str, Value], *, runs: bool) -> None:
    """Names first bound inside a loop are bound after it only if it runs."""
    for name, value in list(t.frame.env.items()):
        if name not in before:
            t.frame.env[name] = value if runs else MaybeUnbound(known_value(value))
        elif before[name] != value and not isinstance(value, Scalar) and value != UNKNOWN:
            t.frame.env[name] = UNKNOWN


def _check_jumps(t: Tracer, body: Sequence[Stmt], node: ast.For | ast.While) -> None:
    """`break` and `continue` past a barrier would leave threads waiting for each other."""
    if not has_barrier(tuple(body)):
        return
    for jump in _own_jumps(node.body):
        word = "break" if isinstance(jump, ast.Break) else "continue"
        t.report(
            "barrier-in-divergent-branch",
            f"`{word}` leaves a loop that holds a barrier, so some threads may wait forever: test the condition "
            "around the work instead",
            jump,
        )


def _own_jumps(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Break | ast.Continue):
            found.append(node)
        elif isinstance(node, ast.If):
            found += _own_jumps([*node.body, *node.orelse])
    return found


def _unroll(t: Tracer, node: ast.For, target: ast.Name, values: list[Value]) -> Flow:
    numbers = [value.value for value in values if isinstance(value, Static) and isinstance(value.value, int)]
    if len(numbers) < len(values) or (len(numbers) == 3 and numbers[2] == 0):
        if UNKNOWN not in values:
            t.report(
                "static-required",
                "`static_range` counts in numbers known at compile time: use `range`",
                node.iter,
            )
        return GOES_ON
    steps = range(*numbers)
    if len(steps) > _LONGEST_UNROLLED:
        t.report(
            "static-required",
            f"`static_range` would repeat the loop {len(steps)} times; {_LONGEST_UNROLLED} is the most: use `range`",
            node.iter,
        )
        return GOES_ON
    for step in steps:
        t.frame.env[target.id] = Static(step)
        t.declare(target, target.id, Static(step), "variable")
        if t.run(t, node.body).leaves:
            refuse(t, "`break` in an unrolled loop", "use `range`", node.iter)
    return GOES_ON


def jump(t: Tracer, node: ast.stmt) -> Flow:
    span = t.span(node)
    t.emit(Break(span) if isinstance(node, ast.Break) else Continue(span))
    return ENDS
