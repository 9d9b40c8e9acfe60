"""Python's order of evaluation: what stands left of an effect is read before it.

An expression is written where it is used, after the effects of those to its right: where there are any, memory that it reads
is read into variables first.
"""

import ast
from collections.abc import Callable, Sequence
from typing import TypeVar

from weft.model.ir import Assign, Barrier, Do, Expr, Load, Stmt, Store, walk, walk_expr
from weft.model.trace.tracer import Tracer
from weft.model.values import Scalar, Tuple, Value, Vector
from weft.records import replace

N = TypeVar("N")


def in_order(
    t: Tracer, read: Callable[[Tracer, N], Value], parts: Sequence[N], place: ast.AST
) -> list[Value]:
    """What the parts of an expression stand for, from left to right, as `read` finds it."""
    found: list[Value] = []
    block = t.blocks[-1]
    for part in parts:
        before = len(block)
        value = read(t, part)
        if found and len(block) > before and _has_effects(block[before:]):
            reads: list[Stmt] = []
            found = [_read(t, one, reads, place) for one in found]
            block[before:before] = reads
        found.append(value)
    return found


def read_now(t: Tracer, value: Value, place: ast.AST) -> Value:
    """The same value, its memory read here: before stores that use it twice, or that change what it reads."""
    reads: list[Stmt] = []
    value = _read(t, value, reads, place)
    t.blocks[-1] += reads
    return value


def _has_effects(statements: Sequence[Stmt]) -> bool:
    return any(isinstance(part, (Store, Do, Barrier)) for part in walk(tuple(statements)))


def _read(t: Tracer, value: Value, reads: list[Stmt], place: ast.AST) -> Value:
    """The same value, its memory read by one of `reads`."""
    match value:
        case Scalar(expr=expr):
            return Scalar(_held(t, expr, reads, place))
        case Vector(items=items):
            return replace(value, items=tuple(_held(t, item, reads, place) for item in items))
        case Tuple(items=items):
            return replace(value, items=tuple(_read(t, item, reads, place) for item in items))
        case _:
            return value


def _held(t: Tracer, expr: Expr, reads: list[Stmt], place: ast.AST) -> Expr:
    if not any(isinstance(part, Load) for part in walk_expr(expr)):
        return expr
    variable = t.temporary("before", expr.dtype)
    t.grow(1)
    reads.append(Assign(variable, expr, t.span(place)))
    return variable
