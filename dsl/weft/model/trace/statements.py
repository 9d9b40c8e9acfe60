"""Read statements: assignments, branches, loops and returns become the IR's, with one type for each variable."""

import ast
from collections.abc import Callable, Sequence
from functools import partial

from weft.model import fold
from weft.model.dtypes import I64, DType
from weft.model.ir import Special
from weft.model.trace.arithmetic import BINARY, as_condition, as_number, binary
from weft.model.trace.binding import bind_target, set_item
from weft.model.trace.branches import if_, may_return, return_
from weft.model.trace.expressions import annotation, expression, read_silently
from weft.model.trace.flow import ENDS, GOES_ON, Flow
from weft.model.trace.loops import for_, jump, while_
from weft.model.trace.order import in_order, read_now
from weft.model.trace.tensors import read_element, write_element
from weft.model.trace.texts import text_of
from weft.model.trace.tracer import Tracer, as_expr, known_value
from weft.model.trace.views import has_slice
from weft.model.values import Scalar, Static, Tensor, Vector

_INSTEAD: dict[type[ast.stmt], tuple[str, str]] = {
    ast.Try: ("`try`", "a kernel raises nothing; test the condition with `if`"),
    ast.With: ("`with`", "kernels have no contexts; drop it"),
    ast.Raise: ("`raise`", "`assert` the condition"),
    ast.Global: ("`global`", "write results to a tensor"),
    ast.Nonlocal: ("`nonlocal`", "write results to a tensor"),
    ast.Delete: ("`del`", "drop it"),
    ast.Import: ("`import`", "import at the top of the file"),
    ast.ImportFrom: ("`import`", "import at the top of the file"),
    ast.FunctionDef: ("a function of its own", "define a `@weft.function` at the top of the file"),
    ast.AsyncFunctionDef: ("`async def`", "define a `@weft.function`"),
    ast.ClassDef: ("a class", "use scalars and tensors"),
    ast.AsyncFor: ("`async for`", "use `for` over `range`"),
    ast.AsyncWith: ("`async with`", "drop it"),
    ast.Match: ("`match`", "use `if` and `elif`"),
}


def statements(t: Tracer, body: Sequence[ast.stmt]) -> Flow:
    """Read statements in order. After an `if` that may return, the rest belongs to the branch that does not."""
    for position, node in enumerate(body):
        if isinstance(node, ast.If) and position + 1 < len(body) and may_return(node):
            return if_(t, node, body[position + 1 :])
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
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        withs = getattr(node, "items", [])
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        read_silently(t, [*parts, *(item.context_expr for item in withs)])
    for part in ("body", "handlers", "orelse", "finalbody"):
        inner = getattr(node, part, [])
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and isinstance(
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
    if len(node.targets) > 1:
        value = read_now(t, value, node)
    for target in node.targets:
        bind_target(t, target, value, node)
    return GOES_ON


def _annotated(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.AnnAssign)
    kind = annotation(t, node.annotation)
    if node.value is None:
        return GOES_ON
    value = as_number(expression(t, node.value))
    dtype: DType | None = getattr(kind, "dtype", None)
    expr = as_expr(value, dtype) if dtype else None
    bind_target(t, node.target, Scalar(expr) if expr is not None else value, node)
    return GOES_ON


def _augmented(t: Tracer, node: ast.stmt) -> Flow:
    assert isinstance(node, ast.AugAssign)
    name, _ = BINARY.get(type(node.op), ("add", ""))
    if isinstance(node.target, ast.Subscript):
        owner, index = expression(t, node.target.value), expression(t, node.target.slice)
        if isinstance(owner, Tensor) and not has_slice(index):
            element = partial(read_element, tensor=owner, index=index, node=node.target)
            read = partial(expression, node=node.value)
            before, value = in_order(t, lambda t, part: part(t), [element, read], node)
            write_element(t, owner, index, binary(t, name, before, value, node), node.target)
            return GOES_ON
        value = expression(t, node.value)
        if isinstance(owner, Vector):
            set_item(t, owner, node.target, binary(t, name, expression(t, node.target), value, node))
        return GOES_ON
    before = expression(t, _as_read(node.target))
    value = binary(t, name, known_value(before), expression(t, node.value), node)
    bind_target(t, node.target, value, node)
    return GOES_ON


def _as_read(target: ast.expr) -> ast.expr:
    read = ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target
    return ast.copy_location(read, target)


def _target_names(target: ast.expr) -> tuple[str, ...]:
    elements = target.elts if isinstance(target, ast.Tuple) else [target]
    return tuple(element.id for element in elements if isinstance(element, ast.Name))


def _assert(t: Tracer, node: ast.stmt) -> Flow:
    """`assert condition, message`: at run time an effect, at compile time a finding."""
    assert isinstance(node, ast.Assert)
    condition = expression(t, node.test)
    with t.texts(True):
        said = expression(t, node.msg) if node.msg else Static(ast.unparse(node.test))
    message = text_of(t, said, node.msg or node)
    if isinstance(condition, Static):
        if not condition.value:
            t.report(
                "assertion",
                f"the assertion is wrong: {message.format if message else '?'}".replace("%%", "%"),
                node.test,
            )
        return GOES_ON
    test = as_condition(t, condition, node.test)
    if test is None or message is None:
        t.miss(node)
        return GOES_ON
    where = tuple(Special(f"{name}.{axis}") for name in ("thread_idx", "block_idx") for axis in "xyz")
    args = (*(fold.convert(part, I64) for part in where), *message.args)
    t.do("fail", node, args=args, static=(message.format,), guard=fold.negate(test))
    return GOES_ON


def _pass(t: Tracer, node: ast.stmt) -> Flow:
    return GOES_ON


_READERS: dict[type[ast.stmt], Callable[[Tracer, ast.stmt], Flow]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: if_,
    ast.For: for_,
    ast.While: while_,
    ast.Break: jump,
    ast.Continue: jump,
    ast.Return: return_,
    ast.Pass: _pass,
    ast.Assert: _assert,
}
