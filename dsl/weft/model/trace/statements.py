"""Read statements: assignments, branches, loops and returns become the IR's, with one type for each variable."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weft.model import fold
from weft.model.describe import describe
from weft.model.dtypes import INDEX, DType, promote
from weft.model.ir import TRUE, Break, Const, Continue, Expr, For, If, Op, Stmt, Var, While, has_barrier
from weft.model.prove import Known
from weft.model.trace.arithmetic import BINARY, as_condition, as_number, binary
from weft.model.trace.expressions import expression, read_silently, refuse
from weft.model.trace.tensors import read_element, write_element
from weft.model.trace.tracer import Tracer, as_expr, assigned_names, default_dtype, known_value
from weft.model.values import UNKNOWN, MaybeUnbound, Operation, Scalar, Static, Tensor, Tuple, Value

_LONGEST_UNROLLED = 1024

_INSTEAD: dict[type[ast.stmt], tuple[str, str]] = {
    ast.Try: ("`try`", "a kernel raises nothing; test the condition with `if`"),
    ast.With: ("`with`", "kernels have no contexts; drop it"),
    ast.Raise: ("`raise`", "write an error code to a tensor"),
    ast.Global: ("`global`", "write results to a tensor"),
    ast.Nonlocal: ("`nonlocal`", "write results to a tensor"),
    ast.Delete: ("`del`", "drop it"),
    ast.Import: ("`import`", "import at the top of the file"),
    ast.ImportFrom: ("`import`", "import at the top of the file"),
    ast.FunctionDef: ("a function inside a kernel", "define a `@weft.function` at the top of the file"),
    ast.AsyncFunctionDef: ("`async def`", "define a `@weft.function`"),
    ast.ClassDef: ("a class", "use scalars and tensors"),
    ast.AsyncFor: ("`async for`", "use `for` over `range`"),
    ast.AsyncWith: ("`async with`", "drop it"),
    ast.Assert: ("`assert`", "test the condition with `if`"),
    ast.Match: ("`match`", "use `if` and `elif`"),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """How a run of statements ends: whether anything after it can run."""

    leaves: bool = False


ENDS = Flow(True)
GOES_ON = Flow()


def statements(t: Tracer, body: Sequence[ast.stmt]) -> Flow:
    """Read statements in order. After an `if` that may return, the rest belongs to the branch that does not."""
    for position, node in enumerate(body):
        rest = body[position + 1 :]
        if isinstance(node, ast.If) and rest and _returns(node):
            return _if(t, node, rest)
        reader = _READERS.get(type(node), _unsupported)
        if reader(t, node).leaves:
            return ENDS
    return GOES_ON


def _unsupported(t: Tracer, node: ast.stmt) -> Flow:
    what, instead = _INSTEAD.get(type(node), (f"`{type(node).__name__}`", "drop it"))
    # The place is the line that starts the construct, not everything inside it.
    start = t.span(node).start
    line_end = t.frame.block.text.find("\n", start)
    span = t.span(node)
    t.report(
        "unsupported",
        f"{what} cannot be used in a kernel: {instead}",
        span if line_end < 0 or t.frame.call_span else type(span)(span.start, min(span.end, line_end)),
    )
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        withs = getattr(node, "items", [])
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        read_silently(t, [*parts, *(item.context_expr for item in withs)])
    for part in ("body", "handlers", "orelse", "finalbody"):
        inner = getattr(node, part, [])
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and isinstance(
            inner, list
        ):
            statements(t, [item for item in inner if isinstance(item, ast.stmt)])
    return GOES_ON


def _expression(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.Expr)
    if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
        expression(t, node.value)
    return GOES_ON


def _assign(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.Assign)
    t.target = _target_names(node.targets[0])
    value = expression(t, node.value)
    t.target = ()
    for target in node.targets:
        _bind(t, target, value, node)
    return GOES_ON


def _annotated(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.AnnAssign)
    annotation = expression(t, node.annotation)
    if node.value is None:
        return GOES_ON
    value = as_number(expression(t, node.value))
    dtype: DType | None = getattr(annotation, "dtype", None)
    expr = as_expr(value, dtype) if dtype else None
    _bind(t, node.target, Scalar(expr) if expr is not None else value, node)
    return GOES_ON


def _augmented(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.AugAssign)
    name, _ = BINARY.get(type(node.op), ("add", ""))
    if isinstance(node.target, ast.Subscript):
        owner, index = expression(t, node.target.value), expression(t, node.target.slice)
        value = expression(t, node.value)
        if isinstance(owner, Tensor):
            before = read_element(t, owner, index, node.target)
            write_element(t, owner, index, binary(t, name, before, value, node), node.target)
        return GOES_ON
    before = expression(t, _as_read(node.target))
    value = binary(t, name, known_value(before), expression(t, node.value), node)
    _bind(t, node.target, value, node)
    return GOES_ON


def _as_read(target: ast.expr) -> ast.expr:
    read = ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target
    return ast.copy_location(read, target)


def _bind(t: Tracer, target: ast.expr, value: Value, node: ast.stmt) -> None:
    match target:
        case ast.Name(id=name):
            t.assign(name, value, node)
            t.declare(target, name, t.frame.env[name], "variable")
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _unpack(t, elements, value, target, node)
        case ast.Subscript():
            owner, index = expression(t, target.value), expression(t, target.slice)
            if isinstance(owner, Tensor):
                write_element(t, owner, index, value, target)
            elif owner != UNKNOWN and t.is_kernel:
                t.report(
                    "not-indexable",
                    f"{describe(owner)} cannot be written to by index: write to a tensor",
                    target,
                )
        case _:
            expression(t, target)
            refuse(t, "assigning to an attribute", "assign to a name or to an element of a tensor", target)


def _unpack(t: Tracer, elements: list[ast.expr], value: Value, target: ast.expr, node: ast.stmt) -> None:
    items = value.items if isinstance(value, Tuple) else None
    if items is not None and len(items) != len(elements):
        t.report("unpack", f"{len(items)} values for {len(elements)} names: use {len(items)} names", target)
        items = None
    elif items is None and value != UNKNOWN:
        t.report("unpack", f"{describe(value)} is one value for {len(elements)} names: use one name", target)
    # All values are read before any name changes: `a, b = b, a`.
    held = [_hold(t, item, elements, node) for item in items] if items else [UNKNOWN] * len(elements)
    for element, item in zip(elements, held, strict=True):
        _bind(t, element, item, node)


def _hold(t: Tracer, item: Value, elements: list[ast.expr], node: ast.stmt) -> Value:
    names = {element.id for element in elements if isinstance(element, ast.Name)}
    is_own = isinstance(item, Scalar) and isinstance(item.expr, Var) and item.expr.name in t.target
    if not t.is_kernel or not isinstance(item, Scalar) or is_own or not names & set(t.frame.env):
        return item
    held = t.temporary("swap", item.dtype)
    t.set(held, item.expr, node)
    return Scalar(held)


def _target_names(target: ast.expr) -> tuple[str, ...]:
    elements = target.elts if isinstance(target, ast.Tuple) else [target]
    return tuple(element.id for element in elements if isinstance(element, ast.Name))


# Branches


def _if(t: Tracer, node: ast.stmt, rest: Sequence[ast.stmt] = ()) -> Flow:
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
    for body, assumption in zip(bodies, (_assume, _assume_not), strict=True):
        t.frame.env, t.known = dict(before), known.copy()
        if test is not None:
            assumption(t.known, test)
        with t.block_of() as block:
            flow = statements(t, body)
            ends.append((block, t.frame.env, flow))
    t.known = _forget_assigned(t, known, bodies)
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
        statements(t, dropped)
    t.frame.env, t.known, t.is_dead = env, known, was_dead
    return statements(t, taken)


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
    exprs = [as_expr(value) for value in values]
    if exprs[0] is None or exprs[1] is None or not t.is_kernel:
        _report_join(t, name, values, node)
        return UNKNOWN
    dtype = _joined_dtype(values)
    variable = t.variable(name, dtype)
    for (block, _), value in zip((then, otherwise), values, strict=True):
        expr = as_expr(value, dtype)
        if expr is not None and expr != variable:
            t.blocks.append(block)
            t.set(variable, expr, node)
            t.blocks.pop()
    is_maybe = any(isinstance(value, MaybeUnbound) for _, value in (then, otherwise))
    return MaybeUnbound(Scalar(variable)) if is_maybe else Scalar(variable)


def _joined_dtype(values: Sequence[Value]) -> DType:
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
        node.test if isinstance(node, ast.If | ast.While) else node,
    )


def _assume(known: Known, test: Expr) -> None:
    """Note what a condition says of whole numbers while its branch runs."""
    match test:
        case Op(name="and", args=(a, b)):
            _assume(known, a)
            _assume(known, b)
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
            _assume(known, a)
        case Op(name=name, args=(a, b)) if name in _OPPOSITE:
            _assume(known, Op(_OPPOSITE[name], (a, b), test.dtype))
        case _:
            pass


def _forget_assigned(t: Tracer, known: Known, bodies: Sequence[list[ast.stmt]]) -> Known:
    known = known.copy()
    for name in {name for body in bodies for name in assigned_names(body)}:
        _forget_name(t, known, name)
    return known


def _forget_name(t: Tracer, known: Known, name: str) -> None:
    plain = f"{t.frame.prefix}{name}"
    for variable, dtype in t.variables.items():
        if variable == plain or variable.startswith(f"{plain}_"):
            known.forget(Var(variable, dtype))


# Loops


def _for(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.For)
    arguments = _range_arguments(t, node)
    if node.orelse:
        refuse(t, "`else` after a loop", "set a flag in the loop and test it after", node.orelse[0])
    if not isinstance(node.target, ast.Name) or arguments is None:
        t.miss(node.iter)
        with t.block_of():
            _bind(t, node.target, UNKNOWN, node)
            statements(t, node.body)
        return GOES_ON
    if arguments[0] == "weft.static_range":
        return _unroll(t, node, node.target, arguments[1])
    _loop(t, node, node.target, arguments[1])
    return GOES_ON


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
    known = _forget_assigned(t, t.known, [[node]])
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


def _while(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.While)
    if node.orelse:
        refuse(t, "`else` after a loop", "set a flag in the loop and test it after", node.orelse[0])
    carried = _carry(t, node, assigned_names(node.body))
    before = dict(t.frame.env)
    known = _forget_assigned(t, t.known, [node.body])
    t.known = known.copy()
    with t.block_of() as head:
        test = as_condition(t, expression(t, node.test), node.test)
    if test is not None:
        _assume(t.known, test)
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
        flow = statements(t, node.body)
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
    wanted = _joined_dtype([Scalar(variable), value])
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
        if statements(t, node.body).leaves:
            refuse(t, "`break` in an unrolled loop", "use `range`", node.iter)
    return GOES_ON


def _jump(t: Tracer, node: ast.stmt) -> Flow:
    span = t.span(node)
    t.emit(Break(span) if isinstance(node, ast.Break) else Continue(span))
    return ENDS


# Returns


def _return(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.Return)
    value = as_number(expression(t, node.value)) if node.value else Static(None)
    if len(t.frames) == 1 and t.is_kernel and not t.frame.returns_value and value != Static(None):
        t.report("return-value", "a kernel returns nothing: write the result to a tensor", node)
    if t.frame.loop_names:
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


def _returns(node: ast.stmt) -> bool:
    """Whether a return stands in a branch of the statement (not in a loop, where it is refused)."""
    if isinstance(node, ast.Return):
        return True
    return isinstance(node, ast.If) and any(map(_returns, [*node.body, *node.orelse]))


def _always_returns(body: Sequence[ast.stmt]) -> bool:
    for node in body:
        if isinstance(node, ast.Return | ast.Break | ast.Continue):
            return True
        if isinstance(node, ast.If) and _always_returns(node.body) and _always_returns(node.orelse):
            return True
    return False


def _pass(t: Tracer, node: ast.stmt) -> Flow:
    return GOES_ON


_READERS: dict[type[ast.stmt], Callable[[Tracer, ast.stmt], Flow]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.Break: _jump,
    ast.Continue: _jump,
    ast.Return: _return,
    ast.Pass: _pass,
}
