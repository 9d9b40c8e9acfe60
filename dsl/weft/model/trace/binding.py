"""Bind what an assignment or a loop gives: names, elements, items, and tuples of them."""

import ast

from weft.model.describe import describe
from weft.model.ir import Var
from weft.model.trace.arithmetic import as_number
from weft.model.trace.expressions import expression, refuse
from weft.model.trace.order import read_now
from weft.model.trace.tensors import write_element
from weft.model.trace.tracer import Tracer, as_expr
from weft.model.trace.views import has_slice
from weft.model.values import UNKNOWN, Scalar, Tensor, Tuple, Value, Vector


def bind_target(t: Tracer, target: ast.expr, value: Value, node: ast.stmt) -> None:
    """Give a target a value: a name, an element of a tensor, an item of a vector, or several of them."""
    match target:
        case ast.Name(id=name):
            t.assign(name, value, node)
            t.declare(target, name, t.frame.env[name], "variable")
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _unpack(t, elements, value, target, node)
        case ast.Subscript():
            owner, index = expression(t, target.value), expression(t, target.slice)
            if isinstance(owner, Tensor) and has_slice(index):
                refuse(
                    t,
                    "assigning to a slice",
                    "write `weft.copy(view, other)`, or loop over the elements",
                    target,
                )
            elif isinstance(owner, Tensor):
                write_element(t, owner, index, value, target)
            elif isinstance(owner, Vector):
                set_item(t, owner, target, value)
            elif owner is not UNKNOWN and t.is_kernel:
                t.report(
                    "not-indexable",
                    f"{describe(owner)} cannot be written to by index: write to a tensor",
                    target,
                )
        case _:
            expression(t, target)
            refuse(t, "assigning to an attribute", "assign to a name or to an element of a tensor", target)


def set_item(t: Tracer, vector: Vector, target: ast.Subscript, value: Value) -> None:
    """`v[k] = value`: the item is a variable of the name's own."""
    if not isinstance(target.value, ast.Name):
        t.report("not-indexable", f"{describe(vector)} has no name here: assign it to one first", target)
        return
    item, expr = expression(t, target), as_expr(as_number(value), vector.dtype)
    if isinstance(item, Scalar) and isinstance(item.expr, Var) and expr is not None:
        t.set(item.expr, expr, target)
    elif UNKNOWN not in (item, value):
        t.report(
            "element-dtype", f"an item of {describe(vector)} is one number; found {describe(value)}", target
        )


def _unpack(t: Tracer, elements: list[ast.expr], value: Value, target: ast.expr, node: ast.stmt) -> None:
    items = _items(t, value, len(elements))
    if items is not None and len(items) != len(elements):
        t.report("unpack", f"{len(items)} values for {len(elements)} names: use {len(items)} names", target)
        items = None
    elif items is None and value is not UNKNOWN:
        _report_one_value(t, value, elements, target)
    # All values are read before any name changes: `a, b = b, a`.
    held = [_hold(t, item, elements, node) for item in items] if items else [UNKNOWN] * len(elements)
    if any(isinstance(element, ast.Subscript) for element in elements):
        held = [read_now(t, item, node) for item in held]
    for element, item in zip(elements, held, strict=True):
        bind_target(t, element, item, node)


def _items(t: Tracer, value: Value, count: int) -> tuple[Value, ...] | None:
    """The parts of a value; the index of a domain of one axis, `(i,) = weft.index(x.shape)`, is one."""
    if isinstance(value, Tuple):
        return value.items
    is_index = isinstance(value, Scalar) and t.domain is not None and value.expr in t.domain.indices
    return (value,) if is_index and count == 1 else None


def _report_one_value(t: Tracer, value: Value, elements: list[ast.expr], target: ast.expr) -> None:
    if len(elements) > 1:
        t.report("unpack", f"{describe(value)} is one value for {len(elements)} names: use one name", target)
        return
    name = ast.unparse(elements[0])
    t.report("unpack", f"{describe(value)} is one value, not a tuple of one: write `{name} = ...`", target)


def _hold(t: Tracer, item: Value, elements: list[ast.expr], node: ast.stmt) -> Value:
    names = {element.id for element in elements if isinstance(element, ast.Name)}
    is_own = isinstance(item, Scalar) and isinstance(item.expr, Var) and item.expr.name in t.target
    if not t.is_kernel or not isinstance(item, Scalar) or is_own or not names & set(t.frame.env):
        return item
    held = t.temporary("swap", item.dtype)
    t.set(held, item.expr, node)
    return Scalar(held)
