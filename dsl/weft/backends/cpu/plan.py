"""Split a block's work at barriers: what runs once per block, and what runs as a loop over the block's threads.

As in POCL and MCUDA: a statement that contains a barrier is uniform, so it is run once per block; the statements
between barriers form groups, each run by all threads, one after the other. Instead of a barrier, a group ends. Where
lanes of a warp work together (see `warps`), the statements between barriers are run warp by warp, in smaller groups.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from weft.backends.cpu.interchange import runs_around_threads
from weft.backends.cpu.warps import (
    counters,
    has_loose_jump,
    has_warp_effect,
    in_place,
    is_run_by_warps,
    operands,
    prepare,
)
from weft.backends.python import coordinate, inside_domain
from weft.model.fold import is_pure
from weft.model.ir import (
    Assign,
    Barrier,
    Break,
    Continue,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Stmt,
    Var,
    While,
    assigned,
    children,
    expressions,
    has_barrier,
    walk,
    walk_expr,
)
from weft.model.uniformity import Varying, is_varying, varying_variables
from weft.records import record, replace


@record
class Group:
    """Statements that each thread of the block runs.

    exposed: variables that may be read before the group assigns them.
    assigned, definite: variables that it may assign, and those that it always does.
    """

    statements: tuple[Stmt, ...]
    exposed: frozenset[str]
    assigned: frozenset[str]
    definite: frozenset[str]


@record
class Nested:
    """A statement that is run once per block, or once per warp, around its parts."""

    statement: If | For | While
    bodies: tuple[tuple["Item", ...], ...]


@record
class Warps:
    """What each warp of the block runs, one warp after the other."""

    items: tuple["Item", ...]


# An Assign, Break, Continue or Do that stands beside groups is run once per block, or once per warp. A Barrier is one of a
# cluster: the others are where a group ends.
Item = Group | Nested | Warps | Assign | Break | Continue | Do | Barrier


@record
class Plan:
    """The parts of a block.

    clamped: the domain whose extents bound the loops over threads, if they do.
    recomputed: variables that each group that reads them computes again, in order.
    stored: variables whose values are kept in memory from one group to another, one for each thread.
    of_block: variables of which a block has one.
    """

    items: tuple[Item, ...]
    clamped: Domain | None
    recomputed: dict[str, Assign]
    stored: dict[str, Var]
    of_block: tuple[Var, ...] = ()

    @property
    def is_split(self) -> bool:
        """Whether a thread's work is in several groups, or in one that is run several times."""
        return _is_split(self.items)


def plan(kernel: Kernel) -> Plan:
    clamped = _clampable(kernel)
    plain = _without_domain(kernel, clamped)
    body = prepare(plain, _not_of_loops(plain))
    block_level = _block_level(kernel, body, clamped)
    if block_level.variables & in_place(body):
        body = prepare(plain, frozenset())
        block_level = _block_level(kernel, body, clamped)
    items = tuple(_items(body, block_level, {}))
    published = {variable.name for do in _effects(items) for variable in operands(do)}
    if not _is_split(items):
        # Nothing lives from group to group: the user's order stays.
        return Plan(items, clamped, {}, {})
    recomputed = {
        name: assign for name, assign in _recomputable(body, block_level).items() if name not in published
    }
    items = tuple(_items(body, block_level, recomputed))
    shared = block_level.variables | recomputed.keys() | counters(body)
    variables = _variables(body)
    names = {name for name in (*_exposed(items), *_read_by_warps(items)) if name not in shared}
    stored = {name: variables[name] for name in sorted(names | published)}
    of_block = tuple(variables[name] for name in sorted(block_level.variables & variables.keys()))
    return Plan(items, clamped, recomputed, stored, of_block)


def _block_level(kernel: Kernel, body: tuple[Stmt, ...], clamped: Domain | None) -> "_BlockLevel":
    leading = _leading(kernel) if clamped else frozenset[str]()
    return _BlockLevel(body, leading, varying_variables(replace(kernel, body=body)))


def _not_of_loops(body: tuple[Stmt, ...]) -> frozenset[str]:
    """The variables of which each thread has its own, if none of them is the block's."""
    loops = {statement.variable.name for statement in walk(body) if isinstance(statement, For)}
    return frozenset(_variables(body).keys() - loops)


def _is_split(items: tuple[Item, ...]) -> bool:
    groups = [item for item in items if isinstance(item, Group)]
    return len(groups) > 1 or any(isinstance(item, Nested | Warps) for item in items)


def _clampable(kernel: Kernel) -> Domain | None:
    """The domain, if its extents are the same for the block and only uniform assignments come before it."""
    domain = kernel.domain
    if domain is None or domain.everyone:
        return None
    varying = varying_variables(kernel)
    values = [statement.value for statement in kernel.body[:-1] if isinstance(statement, Assign)]
    if len(values) < len(kernel.body) - 1:
        return None
    return None if any(is_varying(expr, varying) for expr in (*values, *domain.extents)) else domain


def _leading(kernel: Kernel) -> frozenset[str]:
    return frozenset(statement.target.name for statement in kernel.body if isinstance(statement, Assign))


def _without_domain(kernel: Kernel, clamped: Domain | None) -> tuple[Stmt, ...]:
    """The body, with the domain as assignments of its indices and, unless loops are clamped, an `If` around the rest."""
    domain = kernel.domain
    if domain is None:
        return kernel.body
    indices = [
        Assign(index, coordinate(axis), domain.span)
        for axis, index in zip("xyz", reversed(domain.indices), strict=False)
    ]
    if domain.everyone or clamped:
        return (*kernel.body[:-1], *indices, *domain.body)
    guarded = If(inside_domain(domain), domain.body, (), domain.span)
    return (*kernel.body[:-1], *indices, guarded)


class _BlockLevel:
    """Which statements are run once per block, and which variables are the block's own.

    Those are the variables on which the way to a barrier depends, directly or through other variables.
    """

    def __init__(self, body: tuple[Stmt, ...], variables: frozenset[str], varying: Varying) -> None:
        self.variables = set(variables)
        self.varying = varying
        self.values = _assigned_once(body)
        self.is_split = has_barrier(body)
        self.statements: set[int] = set()
        while self._grow(body, inside_loop=False):
            pass

    def __contains__(self, statement: Stmt) -> bool:
        return id(statement) in self.statements

    def _grow(self, body: tuple[Stmt, ...], inside_loop: bool) -> bool:
        before = len(self.variables), len(self.statements)
        for statement in body:
            if self._is_per_block(statement, inside_loop):
                self._add(statement)
                for block in children(statement):
                    self._grow(block, inside_loop or isinstance(statement, For | While))
        return (len(self.variables), len(self.statements)) != before

    def _is_per_block(self, statement: Stmt, inside_loop: bool) -> bool:
        if isinstance(statement, Break | Continue):
            return inside_loop
        if runs_around_threads(statement, self.varying, self.values) or self._is_same_for_all(statement):
            return True
        return any(self._decides(part) for part in walk((statement,))) or (
            inside_loop and isinstance(statement, If) and has_loose_jump((statement,))
        )

    def _is_same_for_all(self, statement: Stmt) -> bool:
        """Whether it is a loop that computes the same for every thread, and where the block is split anyway."""
        if not self.is_split or not isinstance(statement, For):
            return False
        parts = list(walk((statement,)))
        if not all(isinstance(part, For | If | Assign) for part in parts):
            return False
        varies = any(is_varying(expr, self.varying) for part in parts for expr in expressions(part))
        return not varies and not any(
            target.name in self.varying for part in parts for target in assigned(part)
        )

    def _decides(self, statement: Stmt) -> bool:
        match statement:
            case Barrier():
                return True
            case Assign() | For() | Do():
                return any(target.name in self.variables for target in assigned(statement))
            case _:
                return False

    def _add(self, statement: Stmt) -> None:
        self.statements.add(id(statement))
        for expr in expressions(statement):
            self.variables.update(reads(expr))
        if isinstance(statement, For):
            self.variables.add(statement.variable.name)
        if self._is_same_for_all(statement):
            self.variables.update(target.name for part in walk((statement,)) for target in assigned(part))


def _assigned_once(body: tuple[Stmt, ...]) -> dict[str, Expr]:
    counts = Counter(target.name for target in _targets(body))
    assigns = (statement for statement in walk(body) if isinstance(statement, Assign))
    return {assign.target.name: assign.value for assign in assigns if counts[assign.target.name] == 1}


def _recomputable(body: tuple[Stmt, ...], block_level: _BlockLevel) -> dict[str, Assign]:
    """Assignments that any later group may repeat instead of loading a stored value.

    Computing an index again lets LLVM see that neighbouring threads touch neighbouring elements. Such a variable is
    assigned once, always, from values that are assigned once, and is not read before.
    """
    counts = Counter(target.name for target in _targets(body))
    found: dict[str, Assign] = {}
    seen: set[str] = set()
    for statement in _per_block_order(body, block_level):
        for part in walk((statement,)) if statement not in block_level else (statement,):
            inputs = {name for expr in expressions(part) for name in reads(expr)}
            if part is statement and isinstance(part, Assign) and part not in block_level:
                name = part.target.name
                known = all(
                    counts[read] == 1 and (read in found or read in block_level.variables) for read in inputs
                )
                if counts[name] == 1 and known and name not in seen and is_pure(part.value):
                    found[name] = part
            seen |= inputs
    return found


def _per_block_order(body: tuple[Stmt, ...], block_level: _BlockLevel) -> Iterator[Stmt]:
    """Statements that stand where the whole block comes, in program order."""
    for statement in body:
        yield statement
        if statement in block_level:
            for block in children(statement):
                yield from _per_block_order(block, block_level)


def _items(body: tuple[Stmt, ...], block_level: _BlockLevel, recomputed: dict[str, Assign]) -> Iterator[Item]:
    waiting: list[Stmt] = []
    for statement in body:
        if statement not in block_level:
            if not (isinstance(statement, Assign) and recomputed.get(statement.target.name) is statement):
                waiting.append(statement)
            continue
        if waiting:
            yield _between_barriers(waiting)
            waiting = []
        match statement:
            case If() | For() | While():
                bodies = tuple(tuple(_items(block, block_level, recomputed)) for block in children(statement))
                yield Nested(statement, bodies)
            case Assign() | Break() | Continue() | Do() | Barrier(of_cluster=True):
                yield statement
            case _:
                pass  # A barrier is where one group ends and the next begins.
    if waiting:
        yield _between_barriers(waiting)


def _between_barriers(statements: list[Stmt]) -> Group | Warps:
    if any(map(has_warp_effect, statements)):
        return Warps(tuple(_warp_items(statements, inside_loop=False)))
    return _group(statements)


def _warp_items(body: Iterable[Stmt], *, inside_loop: bool) -> Iterator[Item]:
    waiting: list[Stmt] = []
    for statement in body:
        if not is_run_by_warps(statement, inside_loop=inside_loop):
            waiting.append(statement)
            continue
        if waiting:
            yield _group(waiting)
            waiting = []
        match statement:
            case If() | For() | While():
                inside = inside_loop or isinstance(statement, For | While)
                bodies = children(statement)
                yield Nested(
                    statement, tuple(tuple(_warp_items(block, inside_loop=inside)) for block in bodies)
                )
            case Break() | Continue() | Do():
                yield statement
            case _:
                pass
    if waiting:
        yield _group(waiting)


def meets_cluster(item: Item, *, inside_loop: bool) -> bool:
    """Whether the blocks of a cluster come to an item together: one with a barrier of the cluster, or that leaves a loop with
    one. inside_loop: whether it stands in such a loop."""
    if isinstance(item, Barrier) or (inside_loop and isinstance(item, Break | Continue)):
        return True
    if not isinstance(item, Nested):
        return False
    leaves = inside_loop and has_loose_jump((item.statement,))
    return leaves or any(isinstance(part, Barrier) for part in _inner((item,)))


def _inner(items: Iterable[Item]) -> Iterator[Item]:
    """Every item, outer before inner."""
    for item in items:
        yield item
        match item:
            case Nested(bodies=bodies):
                for body in bodies:
                    yield from _inner(body)
            case Warps(items=inner):
                yield from _inner(inner)
            case _:
                pass


def _exposed(items: Iterable[Item]) -> Iterator[str]:
    for item in _inner(items):
        if isinstance(item, Group):
            yield from item.exposed


def _read_by_warps(items: Iterable[Item]) -> Iterator[str]:
    """The variables that decide the way of warps: lane 0's are asked."""
    for outer in _inner(items):
        for item in _inner(outer.items) if isinstance(outer, Warps) else ():
            if isinstance(item, Nested):
                for expr in expressions(item.statement):
                    yield from reads(expr)


def _effects(items: Iterable[Item]) -> Iterator[Do]:
    """The effects of warps."""
    for outer in _inner(items):
        if isinstance(outer, Warps):
            yield from (item for item in _inner(outer.items) if isinstance(item, Do))


def _group(statements: list[Stmt]) -> Group:
    exposed: set[str] = set()
    definite = _follow(statements, frozenset(), exposed)
    assigned = frozenset(target.name for target in _targets(statements))
    return Group(tuple(statements), frozenset(exposed), assigned, definite)


def _follow(body: Iterable[Stmt], definite: frozenset[str], exposed: set[str]) -> frozenset[str]:
    """The variables that are surely assigned after `body`; adds to `exposed` those read while they may not be."""
    for statement in body:
        for expr in expressions(statement):
            exposed.update(reads(expr) - definite)
        match statement:
            case Assign() | Do():
                definite |= {target.name for target in assigned(statement)}
            case If(then=then, otherwise=otherwise):
                definite = _follow(then, definite, exposed) & _follow(otherwise, definite, exposed)
            case For(variable=variable, body=inner):
                _follow(inner, definite | {variable.name}, exposed)
            case While(body=inner):
                _follow(inner, definite, exposed)
            case _:
                pass
    return definite


def _targets(body: Iterable[Stmt]) -> Iterator[Var]:
    for statement in walk(tuple(body)):
        if not isinstance(statement, Domain):
            yield from assigned(statement)


def _variables(body: tuple[Stmt, ...]) -> dict[str, Var]:
    return {target.name: target for target in _targets(body)}


def reads(expr: Expr) -> frozenset[str]:
    """The names of the variables that an expression reads."""
    return frozenset(part.name for part in walk_expr(expr) if isinstance(part, Var))
