"""Read branches and returns: what both ends agree on stays, and what follows a return belongs to the other branch."""

import ast
from collections.abc import Sequence

from weft.model import fold
from weft.model.describe import describe
from weft.model.dtypes import INDEX, DType, promote
from weft.model.ir import Const, Expr, If, Op, Stmt, Var
from weft.model.prove import Known
from weft.model.trace.arithmetic import as_condition, as_number
from weft.model.trace.expressions import expression, refuse
from weft.model.trace.flow import ENDS, Flow
from weft.model.trace.numbers import alike, labels, numbers_of, rebuilt
from weft.model.trace.tracer import (
    Tracer,
    as_expr,
    assigned_names,
    default_dtype,
    known_value,
    names_of_set_items,
)
from weft.model.values import UNKNOWN, MaybeUnbound, Scalar, Static, Tuple, Value


def if_(t: Tracer, node: ast.stmt, rest: Sequence[ast.stmt] = ()) -> Flow:
    """`rest`: what follows an `if` that returns in one branch; the other branch goes on with it."""
    assert isinstance(node, ast.If)
    condition = expression(t, node.test)
    bodies = _with_rest(t, node, rest)
    if isinstance(condition, Static):
        return _decided(t, bodies, bool(condition.value))
    test = as_condition(t, condition, node.test)
    if test is None:
        t.miss(node.test)
    before, known = dict(t.frame.env), t.known
    ends: list[tuple[list[Stmt], dict[str, Value], Flow]] = []
    for body, assumption in zip(bodies, (assume, _assume_not), strict=True):
        t.frame.env, t.known = dict(before), known.copy()
        if test is not None:
            assumption(t.known, test)
        with t.block_of() as block:
            flow = t.run(t, body)
            ends.append((block, t.frame.env, flow))
    t.known = forget_assigned(t, known, bodies)
    _merge(t, ends, node)
    then, otherwise = ends
    if test is not None and (then[0] or otherwise[0]):
        t.emit(If(test, tuple(then[0]), tuple(otherwise[0]), t.span(node)))
    return Flow(then[2].leaves and otherwise[2].leaves)


def _with_rest(t: Tracer, node: ast.If, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    then, otherwise = list(node.body), list(node.orelse)
    if not rest:
        return then, otherwise
    then_returns, else_returns = _always_returns(then), _always_returns(otherwise)
    if not then_returns and not else_returns:
        refuse(
            t,
            "a `return` on only some paths of a branch",
            "return on every path of it, or on none",
            node.test,
        )
        return then, [*otherwise, *rest]
    return (then if then_returns else [*then, *rest]), (otherwise if else_returns else [*otherwise, *rest])


def _decided(t: Tracer, bodies: tuple[list[ast.stmt], list[ast.stmt]], truth: bool) -> Flow:
    """A branch decided at compile time: the other is read for the editor only, and makes nothing."""
    taken, dropped = bodies if truth else reversed(bodies)
    env, known, was_dead = dict(t.frame.env), t.known.copy(), t.is_dead
    t.is_dead = True
    with t.block_of():
        t.run(t, dropped)
    t.frame.env, t.known, t.is_dead = env, known, was_dead
    return t.run(t, taken)


def _merge(t: Tracer, ends: Sequence[tuple[list[Stmt], dict[str, Value], Flow]], node: ast.stmt) -> None:
    """After a branch, a name stands for what both ends agree on, or for a variable that both have set."""
    going = [end for end in ends if not end[2].leaves]
    if len(going) < 2:
        t.frame.env = dict(going[0][1]) if going else dict(ends[0][1])
        return
    (then, first, _), (otherwise, second, _) = going
    merged: dict[str, Value] = {}
    for name in [*first, *(name for name in second if name not in first)]:
        a, b = first.get(name), second.get(name)
        if a is None or b is None:
            only = a if a is not None else b
            assert only is not None
            merged[name] = MaybeUnbound(known_value(only))
        else:
            merged[name] = a if a == b else _join(t, name, (then, a), (otherwise, b), node)
    t.frame.env = merged


def _join(
    t: Tracer, name: str, then: tuple[list[Stmt], Value], otherwise: tuple[list[Stmt], Value], node: ast.stmt
) -> Value:
    values = [as_number(known_value(value)) for _, value in (then, otherwise)]
    if not t.is_kernel or not alike(values[0], values[1]):
        _report_join(t, name, values, node)
        return UNKNOWN
    variables: list[Expr] = []
    for label, a, b in zip(labels(name, values[0]), *map(numbers_of, values), strict=True):
        dtype = joined_dtype([a, b])
        variable = t.variable(label, dtype)
        variables.append(variable)
        for (block, _), part in zip((then, otherwise), (a, b), strict=True):
            expr = as_expr(part, dtype)
            if expr is not None and expr != variable:
                t.blocks.append(block)
                t.set(variable, expr, node)
                t.blocks.pop()
    joined = rebuilt(values[0], variables)
    is_maybe = any(isinstance(value, MaybeUnbound) for _, value in (then, otherwise))
    return MaybeUnbound(joined) if is_maybe else joined


def joined_dtype(values: Sequence[Value]) -> DType:
    dtypes = [_dtype_of(value) for value in values]
    scalars = [value.dtype for value in values if isinstance(value, Scalar)]
    if len(scalars) == 1:
        static = next(value for value in values if isinstance(value, Static))
        if (isinstance(static.value, float) and scalars[0].is_float) or isinstance(static.value, int):
            return scalars[0]
    return promote(dtypes[0], dtypes[1])


def _dtype_of(value: Value) -> DType:
    if isinstance(value, Scalar):
        return value.dtype
    return (default_dtype(value) if isinstance(value, Static) else None) or INDEX


def _report_join(t: Tracer, name: str, values: Sequence[Value], node: ast.stmt) -> None:
    if UNKNOWN in values:
        return
    t.report(
        "unstable-name",
        f"`{name}` is {describe(values[0])} on one path and {describe(values[1])} on the other: "
        "use two names, or make them the same",
        node.test if isinstance(node, (ast.If, ast.While)) else node,
    )


def assume(known: Known, test: Expr) -> None:
    """Note what a condition says of whole numbers while its branch runs."""
    match test:
        case Op(name="and", args=(a, b)):
            assume(known, a)
            assume(known, b)
        case Op(name="lt", args=(a, b)) | Op(name="gt", args=(b, a)) if a.dtype == b.dtype == INDEX:
            known.assume_less(a, b)
            if isinstance(a, Const):
                known.assume_at_least(b, fold.add(a, fold.const(1)))
        case Op(name="le", args=(a, b)) | Op(name="ge", args=(b, a)) if a.dtype == b.dtype == INDEX:
            known.assume_less(a, fold.add(b, fold.const(1)))
            if isinstance(a, Const):
                known.assume_at_least(b, a)
        case _:
            pass


_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}


def _assume_not(known: Known, test: Expr) -> None:
    match test:
        case Op(name="or", args=(a, b)):
            _assume_not(known, a)
            _assume_not(known, b)
        case Op(name="not", args=(a,)):
            assume(known, a)
        case Op(name=name, args=(a, b)) if name in _OPPOSITE:
            assume(known, Op(_OPPOSITE[name], (a, b), test.dtype))
        case _:
            pass


def forget_assigned(t: Tracer, known: Known, bodies: Sequence[list[ast.stmt]]) -> Known:
    known = known.copy()
    names = {name for body in bodies for name in assigned_names(body) | names_of_set_items(body)}
    plain = {f"{t.frame.prefix}{name}" for name in names}
    starts = tuple(f"{name}{sign}" for name in plain for sign in "_.")
    for variable, dtype in t.variables.items():
        if variable in plain or variable.startswith(starts):
            known.forget(Var(variable, dtype))
    return known


# Returns


def return_(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.Return)
    value = as_number(expression(t, node.value)) if node.value else Static(None)
    if len(t.frames) == 1 and t.is_kernel and not t.frame.returns_value and value != Static(None):
        t.report("return-value", "a kernel returns nothing: write the result to a tensor", node)
    if t.frame.loops:
        refuse(
            t,
            "`return` inside a loop",
            "set a variable, leave the loop with `break`, and return after it",
            node,
        )
    if t.frame.returns_value:
        t.frame.result = _result(t, value, node)
    return ENDS


def _result(t: Tracer, value: Value, node: ast.Return) -> Value:
    """What the function returns; with several returns, a variable that each of them sets."""
    if t.frame.return_count < 2:
        return value
    if isinstance(value, Tuple):
        return Tuple(tuple(_result_variable(t, item, index, node) for index, item in enumerate(value.items)))
    return _result_variable(t, value, 0, node)


def _result_variable(t: Tracer, value: Value, index: int, node: ast.Return) -> Value:
    expr = as_expr(value)
    if expr is None:
        return UNKNOWN
    key = (t.frame.prefix, -index, "return")
    settled = t.loop_types.setdefault(key, expr.dtype)
    wanted = promote(settled, expr.dtype) if isinstance(value, Scalar) else settled
    if wanted != settled:
        t.loop_types[key] = wanted
        t.is_unsettled = True
    variable = t.variable(f"{t.frame.name}_result{index or ''}", settled)
    t.set(variable, fold.convert(expr, settled), node)
    return Scalar(variable)


def may_return(node: ast.stmt) -> bool:
    """Whether a return stands in a branch of the statement (not in a loop, where it is refused)."""
    if isinstance(node, ast.Return):
        return True
    return isinstance(node, ast.If) and any(map(may_return, [*node.body, *node.orelse]))


def _always_returns(body: Sequence[ast.stmt]) -> bool:
    for node in body:
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
            return True
        if isinstance(node, ast.If) and _always_returns(node.body) and _always_returns(node.orelse):
            return True
    return False
