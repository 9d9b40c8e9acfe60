"""Which variables may differ between the threads of a block, or of a warp (see `warps`).

A value is uniform when it depends on nothing but parameters, `block_idx`, block and grid sizes, and uniform
variables. A load is uniform when its offset and guard are, and nothing that differs was stored in that local memory. A
variable is varying when any value assigned to it is, or when it is assigned where only some threads come.
"""

from collections.abc import Iterator
from typing import Protocol

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
    Stmt,
    Store,
    While,
    assigned,
    children,
    leaves,
    walk,
)

# Names of variables. Besides, what no variable is called: see `local_memory` and `set_apart`.
Varying = frozenset[str]


class Level(Protocol):
    """What threads are compared: those of a block, or of a warp. varying: what is known to differ between them."""

    def varies(self, expr: Expr, varying: Varying | set[str]) -> bool: ...

    def gives_apart(self, do: Do, varying: Varying | set[str]) -> bool:
        """Whether an effect may give threads different values."""
        ...


class BlockLevel:
    """The threads of a block."""

    def varies(self, expr: Expr, varying: Varying | set[str]) -> bool:
        found = leaves(expr)
        if found.is_of_thread or not found.variables.isdisjoint(varying):
            return True
        return bool(found.loads) and any(
            load.array.space == "local" and local_memory(load.array.name) in varying for load in found.loads
        )

    def gives_apart(self, do: Do, varying: Varying | set[str]) -> bool:
        return True


class ClusterLevel(BlockLevel):
    """The threads of a cluster, as far as what tells its blocks apart is known to."""

    def varies(self, expr: Expr, varying: Varying | set[str]) -> bool:
        return "cluster_rank" in leaves(expr).specials or super().varies(expr, varying)


BLOCK = BlockLevel()
CLUSTER = ClusterLevel()
_JUMPS = (Break, Continue)


def varying_variables(kernel: Kernel, level: Level = BLOCK) -> Varying:
    """The names of the variables that may differ between threads of one block."""
    varying: set[str] = set()
    while True:
        before = len(varying)
        _spread(level, kernel.body, False, varying)
        if len(varying) == before:
            return frozenset(varying)


def is_varying(expr: Expr, varying: Varying | set[str]) -> bool:
    """Whether the expression may differ between threads of one block."""
    return BLOCK.varies(expr, varying)


def divergent_statements(
    kernel: Kernel, varying: Varying, level: Level = BLOCK
) -> Iterator[tuple[Stmt, Stmt]]:
    """Each statement that only some threads of a block may reach, with the innermost statement that decides it."""
    yield from _divergent(level, kernel.body, None, varying)


def local_memory(name: str) -> str:
    """What is in `Varying` where threads may hold different values in local memory."""
    return f"local {name}"


def set_apart(name: str) -> str:
    """What is in `Varying` where only some threads may assign a variable."""
    return f"apart {name}"


def _spread(level: Level, body: tuple[Stmt, ...], divergent: bool, varying: set[str]) -> None:
    for statement in body:
        if divergent:
            varying.update(set_apart(target.name) for target in assigned(statement))
        if isinstance(statement, Assign):  # most are
            name = statement.target.name
            if name not in varying and (divergent or level.varies(statement.value, varying)):
                varying.add(name)
            continue
        blocks = children(statement)
        inside = divergent or (bool(blocks) and _decides(level, statement, varying))
        match statement:
            case Store(array=array, offset=offset, value=value, guard=guard) if array.space == "local":
                parts = (offset, value) if guard is None else (offset, value, guard)
                if divergent or any(level.varies(part, varying) for part in parts):
                    varying.add(local_memory(array.name))
            case Do(targets=targets, places=places):
                if divergent or level.gives_apart(statement, varying):
                    varying.update(target.name for target in targets)
                varying.update(local_memory(place.array.name) for place in places)
            case For(variable=variable):
                if inside:
                    varying.add(variable.name)
            case Domain(indices=indices):
                varying.update(index.name for index in indices)
            case _:
                pass
        for block in blocks:
            _spread(level, block, inside, varying)


def _decides(level: Level, statement: Stmt, varying: Varying | set[str]) -> bool:
    """Whether threads may go different ways at this statement."""
    match statement:
        case If(condition=condition):
            return level.varies(condition, varying)
        case While(condition=condition, body=body):
            return level.varies(condition, varying) or _leaves_apart(level, body, varying)
        case For(start=start, stop=stop, step=step, body=body):
            bounds = (start, stop, step)
            return any(level.varies(part, varying) for part in bounds) or _leaves_apart(level, body, varying)
        case Domain(everyone=everyone):
            return not everyone
        case _:
            return False


def jump_apart(loop: For | While, varying: Varying) -> Break | Continue | None:
    """The jump with which some threads of a block may leave or restart a loop before others."""
    return _jump_apart(BLOCK, loop.body, varying)


def _leaves_apart(level: Level, body: tuple[Stmt, ...], varying: Varying | set[str]) -> bool:
    """Whether some threads may leave or restart the loop around `body` before others."""
    return _jump_apart(level, body, varying) is not None


def _has_jump(body: tuple[Stmt, ...]) -> bool:
    for statement in body:
        blocks = children(statement)
        if isinstance(statement, _JUMPS) or (blocks and any(map(_has_jump, blocks))):
            return True
    return False


def _jump_apart(level: Level, body: tuple[Stmt, ...], varying: Varying | set[str]) -> Break | Continue | None:
    if not _has_jump(body):
        return None
    for statement in body:
        if isinstance(statement, If):
            inner = tuple(part for block in children(statement) for part in block)
            jumps = [part for part in walk(inner) if isinstance(part, (Break, Continue))]
            if jumps and level.varies(statement.condition, varying):
                return jumps[0]
            found = _jump_apart(level, inner, varying)
            if found is not None:
                return found
    return None


def _divergent(
    level: Level, body: tuple[Stmt, ...], cause: Stmt | None, varying: Varying
) -> Iterator[tuple[Stmt, Stmt]]:
    for statement in body:
        if cause is not None:
            yield statement, cause
        blocks = children(statement)
        inner_cause = statement if blocks and _decides(level, statement, varying) else cause
        for block in blocks:
            yield from _divergent(level, block, inner_cause, varying)
