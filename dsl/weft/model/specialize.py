"""Put what a launch knows into a kernel: contiguous tensors lose their strides, fixed dimensions become numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import (
    Assign,
    Const,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Param,
    Stmt,
    Store,
    TensorParameter,
    While,
)


@dataclass(frozen=True, slots=True)
class Specialization:
    """The facts about its arguments that one compiled version of a kernel relies on.

    contiguous: tensors stored in row-major order without gaps.
    constants: values of Params that the version is compiled for.
    index_bits: 32 when every tensor and the grid have fewer than 2**31 elements, else 64.
    """

    contiguous: frozenset[str] = frozenset()
    constants: tuple[tuple[str, int], ...] = ()
    index_bits: Literal[32, 64] = 64


def specialize(kernel: Kernel, specialization: Specialization) -> Kernel:
    """The kernel with every Param that the specialization knows replaced, and simplified."""
    known: dict[str, Expr] = {name: fold.const(value) for name, value in specialization.constants}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter) and parameter.name in specialization.contiguous:
            known.update(_contiguous_strides(parameter, known))
    parameters = tuple(
        replace(parameter, shape=tuple(substitute(extent, known) for extent in parameter.shape))
        if isinstance(parameter, TensorParameter)
        else parameter
        for parameter in kernel.parameters
    )
    return replace(kernel, parameters=parameters, body=substitute_body(kernel.body, known))


def _contiguous_strides(tensor: TensorParameter, known: Mapping[str, Expr]) -> dict[str, Expr]:
    strides: dict[str, Expr] = {}
    step: Expr = Const(1, INDEX)
    for axis in reversed(range(len(tensor.shape))):
        strides[tensor.strides[axis].name] = step
        step = fold.mul(substitute(tensor.shape[axis], known), step)
    return strides


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
