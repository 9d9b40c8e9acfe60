"""Rebuild statements and expressions with some of their leaves replaced, simplifying again."""

from collections.abc import Callable, Mapping

from weft.model import fold
from weft.model.ir import Assign, Do, Domain, Expr, For, If, Load, Op, Param, Stmt, Store, While
from weft.records import replace


def substitute(expr: Expr, known: Mapping[str, Expr]) -> Expr:
    """`expr` with the Params in `known` replaced."""
    return rewrite(expr, lambda leaf: known.get(leaf.name, leaf) if isinstance(leaf, Param) else leaf)


def substitute_body(body: tuple[Stmt, ...], known: Mapping[str, Expr]) -> tuple[Stmt, ...]:
    return rewrite_body(body, lambda leaf: known.get(leaf.name, leaf) if isinstance(leaf, Param) else leaf)


def rewrite(expr: Expr, leaf: Callable[[Expr], Expr]) -> Expr:
    """`expr` with `leaf` applied to everything that has no operands, rebuilt and simplified."""
    match expr:
        case Op(args=args):
            rebuilt = tuple(rewrite(arg, leaf) for arg in args)
            return expr if rebuilt == args else fold.rebuild(expr, rebuilt)
        case Load(guard=guard):
            guard = None if guard is None else rewrite(guard, leaf)
            return replace(expr, offset=rewrite(expr.offset, leaf), guard=guard)
        case _:
            return leaf(expr)


def rewrite_body(body: tuple[Stmt, ...], leaf: Callable[[Expr], Expr]) -> tuple[Stmt, ...]:
    return tuple(_rewrite_statement(statement, leaf) for statement in body)


def _rewrite_statement(statement: Stmt, leaf: Callable[[Expr], Expr]) -> Stmt:
    def expr(value: Expr) -> Expr:
        return rewrite(value, leaf)

    match statement:
        case Assign(value=value):
            return replace(statement, value=expr(value))
        case Store(offset=offset, value=value, guard=guard):
            new_guard = None if guard is None else expr(guard)
            return replace(statement, offset=expr(offset), value=expr(value), guard=new_guard)
        case Do(args=args, places=places, guard=guard):
            new_places = tuple(replace(place, offset=expr(place.offset)) for place in places)
            new_guard = None if guard is None else expr(guard)
            return replace(statement, args=tuple(map(expr, args)), places=new_places, guard=new_guard)
        case If(condition=condition, then=then, otherwise=otherwise):
            then, otherwise = rewrite_body(then, leaf), rewrite_body(otherwise, leaf)
            return replace(statement, condition=expr(condition), then=then, otherwise=otherwise)
        case For(start=start, stop=stop, step=step, body=body):
            body = rewrite_body(body, leaf)
            return replace(statement, start=expr(start), stop=expr(stop), step=expr(step), body=body)
        case While(condition=condition, body=body):
            return replace(statement, condition=expr(condition), body=rewrite_body(body, leaf))
        case Domain(extents=extents, body=body):
            return replace(statement, extents=tuple(map(expr, extents)), body=rewrite_body(body, leaf))
        case _:
            return statement
