"""Which variables may differ between the threads of a block.

A value is uniform when it depends on nothing but parameters, `block_idx`, block and grid sizes, and uniform
variables. A load is uniform when its offset and guard are. A variable is varying when any value assigned to it is,
or when it is assigned where only some threads of the block come.
"""

from collections.abc import Iterator

from weft.model.ir import (
    Assign,
    Break,
    Continue,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Special,
    Stmt,
    Var,
    While,
    children,
    walk,
    walk_expr,
)

Varying = frozenset[str]


def varying_variables(kernel: Kernel) -> Varying:
    """The names of the variables that may differ between threads of one block."""
    varying: set[str] = set()
    while True:
        before = len(varying)
        _spread(kernel.body, False, varying)
        if len(varying) == before:
            return frozenset(varying)


def is_varying(expr: Expr, varying: Varying | set[str]) -> bool:
    """Whether the expression may differ between threads of one block."""
    return any(_is_source(part, varying) for part in walk_expr(expr))


def divergent_statements(kernel: Kernel, varying: Varying) -> Iterator[tuple[Stmt, Stmt]]:
    """Each statement that only some threads of a block may reach, with the innermost statement that decides it."""
    yield from _divergent(kernel.body, None, varying)


def _is_source(part: Expr, varying: Varying | set[str]) -> bool:
    match part:
        case Special(name=name):
            return name.startswith("thread_idx")
        case Var(name=name):
            return name in varying
        case _:
            return False


def _spread(body: tuple[Stmt, ...], divergent: bool, varying: set[str]) -> None:
    for statement in body:
        match statement:
            case Assign(target=target, value=value):
                if divergent or is_varying(value, varying):
                    varying.add(target.name)
            case Do(targets=targets):
                varying.update(target.name for target in targets)
            case For(variable=variable):
                if divergent or _decides(statement, varying):
                    varying.add(variable.name)
            case Domain(indices=indices):
                varying.update(index.name for index in indices)
            case _:
                pass
        inside = divergent or _decides(statement, varying)
        for block in children(statement):
            _spread(block, inside, varying)


def _decides(statement: Stmt, varying: Varying | set[str]) -> bool:
    """Whether threads of one block may go different ways at this statement."""
    match statement:
        case If(condition=condition):
            return is_varying(condition, varying)
        case While(condition=condition, body=body):
            return is_varying(condition, varying) or _leaves_apart(body, varying)
        case For(start=start, stop=stop, step=step, body=body):
            return any(is_varying(part, varying) for part in (start, stop, step)) or _leaves_apart(
                body, varying
            )
        case Domain(everyone=everyone):
            return not everyone
        case _:
            return False


def _leaves_apart(body: tuple[Stmt, ...], varying: Varying | set[str]) -> bool:
    """Whether some threads may leave or restart the loop around `body` before others."""
    for statement in body:
        inner = tuple(part for block in children(statement) for part in block)
        if isinstance(statement, If):
            jumps = any(isinstance(part, Break | Continue) for part in walk(inner))
            if jumps and is_varying(statement.condition, varying):
                return True
            if _leaves_apart(inner, varying):
                return True
    return False


def _divergent(body: tuple[Stmt, ...], cause: Stmt | None, varying: Varying) -> Iterator[tuple[Stmt, Stmt]]:
    for statement in body:
        if cause is not None:
            yield statement, cause
        inner_cause = statement if _decides(statement, varying) else cause
        for block in children(statement):
            yield from _divergent(block, inner_cause, varying)
