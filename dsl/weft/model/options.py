"""What a kernel's options make of its IR: without `print` and `assert`, or with a check of every access."""

from collections.abc import Callable, Iterator

from weft.model import fold
from weft.model.diagnostic import Span
from weft.model.dtypes import BOOL, I64
from weft.model.ir import (
    SPEAKING,
    Array,
    Const,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Special,
    Stmt,
    Store,
    While,
    expressions,
    operands,
)
from weft.records import record, replace

_WHERE = tuple(
    fold.convert(Special(f"{name}.{axis}"), I64) for name in ("thread_idx", "block_idx") for axis in "xyz"
)


@record
class _Access:
    """An access that a guard may stop. path: what must hold for it to be made at all; None for always."""

    array: Array
    guard: Expr
    path: Expr | None


def without_debug(kernel: Kernel) -> Kernel:
    """The kernel without what it says and asserts."""
    return replace(kernel, body=_silent(kernel.body))


def with_checks(kernel: Kernel) -> Kernel:
    """The kernel with an assertion before each access that is not proved to stay inside. A thread outside of the domain
    makes no access, so it breaks no assertion."""
    domain = kernel.domain
    pairs = zip(domain.indices, domain.extents, strict=True) if domain else ()
    inside = frozenset(fold.less(index, extent) for index, extent in pairs)
    return replace(kernel, body=_checked(kernel.body, inside))


def _silent(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    kept = (part for part in body if not (isinstance(part, Do) and part.name in SPEAKING))
    return tuple(_with_blocks(part, _silent) for part in kept)


def _checked(body: tuple[Stmt, ...], inside: frozenset[Expr]) -> tuple[Stmt, ...]:
    made: list[Stmt] = []
    for statement in body:
        checks = tuple(_checks(statement, inside))
        made += checks
        statement = _with_blocks(statement, lambda block: _checked(block, inside))
        # The condition of a loop is read again after each turn.
        made.append(
            replace(statement, body=(*statement.body, *checks)) if isinstance(statement, While) else statement
        )
    return tuple(made)


def _with_blocks(statement: Stmt, change: Callable[[tuple[Stmt, ...]], tuple[Stmt, ...]]) -> Stmt:
    match statement:
        case If():
            return replace(statement, then=change(statement.then), otherwise=change(statement.otherwise))
        case For() | While() | Domain():
            return replace(statement, body=change(statement.body))
        case _:
            return statement


def _checks(statement: Stmt, inside: frozenset[Expr]) -> Iterator[Stmt]:
    seen: set[tuple[str, Expr, Expr | None]] = set()
    for access in _accesses(statement):
        parts = list(_conjuncts(access.guard))
        path = access.path
        for part in parts:
            if part in inside:
                path = fold.both(path, part)
        for part in parts:
            key = (access.array.name, part, path)
            if part not in inside and key not in seen:
                seen.add(key)
                yield from _check(access.array, part, path, statement.span)
            path = fold.both(path, part) if part not in inside else path


def _check(array: Array, test: Expr, path: Expr | None, span: Span) -> Iterator[Stmt]:
    """test: `coordinate >= 0` or `coordinate < extent`."""
    if not isinstance(test, Op) or test.name not in ("ge", "lt"):
        return
    coordinate, limit = (fold.convert(arg, I64) for arg in test.args)
    name = array.name.replace("%", "%%")
    if test.name == "ge":
        text, values = f"index %lld of `{name}` is negative", (coordinate,)
    else:
        text, values = f"index %lld of `{name}` is outside of an extent of %lld", (coordinate, limit)
    yield Do("fail", (), (*_WHERE, *values), (), (text,), fold.both(path, fold.negate(test)), span)


def _accesses(statement: Stmt) -> Iterator[_Access]:
    for expr in expressions(statement):
        yield from _loads(expr, None)
    if isinstance(statement, Store) and statement.guard is not None:
        yield _Access(statement.array, statement.guard, None)
    if isinstance(statement, Do) and statement.guard is not None:
        for place in statement.places:
            yield _Access(place.array, statement.guard, None)


def _loads(expr: Expr, path: Expr | None) -> Iterator[_Access]:
    """The guarded loads of an expression, with what decides whether each is evaluated."""
    match expr:
        case Op(name="select", args=(condition, then, otherwise)):
            yield from _loads(condition, path)
            yield from _loads(then, fold.both(path, condition))
            yield from _loads(otherwise, fold.both(path, fold.negate(condition)))
        case Op(name="and" | "or", args=(first, second)):
            yield from _loads(first, path)
            decided = first if expr.name == "and" else fold.negate(first)
            yield from _loads(second, fold.both(path, decided))
        case _:
            for operand in operands(expr):
                yield from _loads(operand, path)
            if isinstance(expr, Load) and expr.guard is not None:
                yield _Access(expr.array, expr.guard, path)


def _conjuncts(guard: Expr) -> Iterator[Expr]:
    if isinstance(guard, Op) and guard.name == "and" and guard.dtype == BOOL:
        for arg in guard.args:
            yield from _conjuncts(arg)
    elif not isinstance(guard, Const):
        yield guard
