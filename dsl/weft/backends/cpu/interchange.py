"""Which loops run around the threads instead of inside each: those whose threads read neighbouring elements.

A kernel for a GPU is written so that neighbouring threads touch neighbouring elements. With the loop inside, one
thread runs through memory in strides and its sum is one long chain; with the loop outside, the threads of a row are the
lanes of vector instructions. This may be done where a barrier might stand: the loop is the same for all threads.
"""

from collections.abc import Iterator, Mapping

from weft.model.ir import (
    Break,
    Const,
    Continue,
    Do,
    Expr,
    For,
    Load,
    Op,
    Special,
    Stmt,
    Store,
    Var,
    expressions,
    walk,
    walk_expr,
)
from weft.model.uniformity import Varying, is_varying

# LLVM unrolls shorter loops of known length and then vectorizes over the threads by itself.
_UNROLLED = 32


def runs_around_threads(statement: Stmt, varying: Varying, values: Mapping[str, Expr]) -> bool:
    """Whether to run `statement`, which every thread of the block reaches, once per block.

    values: the variables that are assigned once, by what they are.
    """
    if not isinstance(statement, For) or _is_short(statement):
        return False
    ranges = (statement.start, statement.stop, statement.step)
    if any(is_varying(part, varying) or _reads_memory(part) for part in ranges):
        return False
    if any(isinstance(part, Break | Continue | Do) for part in walk(statement.body)):
        return False
    steps = [_step(offset, varying, values) for offset in _offsets(statement.body)]
    return 1 in steps and all(step in (0, 1) for step in steps)


def _is_short(loop: For) -> bool:
    match loop:
        case For(start=Const(value=start), stop=Const(value=stop), step=Const(value=step)):
            return len(range(int(start), int(stop), int(step))) <= _UNROLLED
        case _:
            return False


def _reads_memory(expr: Expr) -> bool:
    return any(isinstance(part, Load) for part in walk_expr(expr))


def _offsets(body: tuple[Stmt, ...]) -> Iterator[Expr]:
    for statement in walk(body):
        if isinstance(statement, Store):
            yield statement.offset
        for expr in expressions(statement):
            yield from (part.offset for part in walk_expr(expr) if isinstance(part, Load))


def _step(expr: Expr, varying: Varying, values: Mapping[str, Expr]) -> int | None:
    """How much `expr` grows from one thread to the next along x; None where that is not known."""
    if not is_varying(expr, varying):
        return 0
    match expr:
        case Special(name=name):
            return 1 if name == "thread_idx.x" else 0
        case Var(name=name):
            return _step(values[name], varying, values) if name in values else None
        case Op(name="cast", args=(inner,)):
            return _step(inner, varying, values)
        case Op(args=(left, right)):
            return _combined(expr, left, right, _step(left, varying, values), _step(right, varying, values))
        case _:
            return None


def _combined(op: Op, left: Expr, right: Expr, first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return None
    match op.name:
        case "add":
            return first + second
        case "sub":
            return first - second
        case "mul" if isinstance(right, Const):
            return first * int(right.value)
        case "mul" if isinstance(left, Const):
            return second * int(left.value)
        case _:
            return 0 if first == second == 0 else None
