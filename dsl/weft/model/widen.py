"""Give each thread of an elementwise kernel several neighbouring elements, so that one wide access moves them.

Measured on an H200 (f32 add of 2**27): one float a thread reaches 0.80 of PyTorch's speed, four floats 1.00.
Only kernels qualify whose threads do not work together and touch, for neighbouring indices, neighbouring elements or
the same one. Statement by statement, each is written once for each element, its loads before its arithmetic; `vectors`
makes one access of the neighbours.
"""

from collections.abc import Generator, Iterator, Mapping

from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import (
    Array,
    Assign,
    Domain,
    Expr,
    Kernel,
    Load,
    Op,
    Special,
    Stmt,
    Store,
    Var,
    expressions,
    walk_expr,
)
from weft.model.multiples import Multiples, definitions
from weft.model.prove import Known, difference
from weft.model.vectors import WIDEST_BYTES
from weft.records import record, replace

# A thread with very much to compute has no use for wider accesses, and registers are few.
_MOST_STATEMENTS = 64


def may_widen(kernel: Kernel) -> bool:
    """Whether threads work each for itself, which no specialization changes."""
    domain = kernel.domain
    is_shared = bool(kernel.shared or kernel.local)
    return domain is not None and not domain.everyone and domain.block is None and not is_shared


def widest(kernel: Kernel, aligned: frozenset[str], divisible: frozenset[str]) -> int:
    """How many elements a thread of a specialized kernel should work on; 1 where the kernel does not qualify."""
    domain = kernel.domain
    if domain is None or not may_widen(kernel):
        return 1
    if len(domain.body) > _MOST_STATEMENTS or not all(
        isinstance(part, (Assign, Store)) for part in domain.body
    ):
        return 1
    if any(isinstance(part, Special) for expr in _expressions(domain) for part in walk_expr(expr)):
        return 1
    accesses = list(_accesses(domain))
    index = domain.indices[-1]
    steps = [_step(access, index, domain) for access in accesses]
    moving = [access for access, step in zip(accesses, steps, strict=True) if step == 1]
    if not moving or any(step not in (0, 1) for step in steps):
        return 1
    each = WIDEST_BYTES // max(access.array.dtype.itemsize_bytes for access in moving)
    known = definitions(kernel.body) | {index: fold.mul(index, fold.const(each))}
    multiples = Multiples(divisible, known)
    wanted = [domain.extents[-1], *(access.offset for access in moving)]
    is_aligned = all(access.array.name in aligned for access in moving)
    return each if is_aligned and all(multiples.of(expr) % each == 0 for expr in wanted) else 1


def widened(kernel: Kernel, each: int) -> Kernel:
    """The kernel with `each` neighbours along the last axis for a thread; `widest` has allowed it."""
    domain = kernel.domain
    assert domain is not None, "only a kernel with a domain is widened"
    index = domain.indices[-1]
    wide = Var(f"{index.name}_by_{each}", INDEX)
    changing = frozenset(part.target for part in domain.body if isinstance(part, Assign))
    lanes = _Lanes(index, fold.mul(wide, fold.const(each)), each, changing)
    body = tuple(part for statement in domain.body for part in lanes.statement(statement))
    extents = (*domain.extents[:-1], fold.floordiv(domain.extents[-1], fold.const(each)))
    replaced = replace(domain, indices=(*domain.indices[:-1], wide), extents=extents, body=body)
    return replace(kernel, body=(*kernel.body[:-1], replaced))


@record
class _Access:
    array: Array
    offset: Expr
    guard: Expr | None
    is_write: bool


def _expressions(domain: Domain) -> Iterator[Expr]:
    for statement in domain.body:
        yield from expressions(statement)


def _accesses(domain: Domain) -> Iterator[_Access]:
    for statement in domain.body:
        if isinstance(statement, Store):
            yield _Access(statement.array, statement.offset, statement.guard, True)
        for expr in expressions(statement):
            for part in walk_expr(expr):
                if isinstance(part, Load):
                    yield _Access(part.array, part.offset, part.guard, False)


def _step(access: _Access, index: Var, domain: Domain) -> int | None:
    """How far the access moves when the index grows by one; None if that is not known, or the access is guarded."""
    if access.guard is not None:
        return None
    values = definitions(domain.body)
    marker = Var(f"{index.name}.marker", INDEX)
    here = Known(values | {index: marker})
    there = Known(values | {index: fold.add(marker, fold.const(1))})
    step = difference((access.offset, there), (access.offset, here))
    return None if access.is_write and step == 0 else step


class _Lanes:
    """Writes statements once for each element of a thread."""

    def __init__(self, index: Var, first: Expr, each: int, changing: frozenset[Var]) -> None:
        self._index = index
        self._first = first
        self._each = each
        self._changing = changing
        self._count = 0

    def statement(self, statement: Stmt) -> Iterator[Stmt]:
        """The loads of every element, then the rest of it."""
        match statement:
            case Assign(target=target, value=value):
                values = yield from self._values(value, statement)
                for lane, found in enumerate(values):
                    yield Assign(Var(f"{target.name}.{lane}", target.dtype), found, statement.span)
            case Store(offset=offset, value=value):
                values = yield from self._values(value, statement)
                for lane, found in enumerate(values):
                    yield replace(statement, offset=self._on_lane(offset, lane, {}), value=found)
            case _:
                raise AssertionError("`widest` has allowed assignments and stores only")

    def _values(self, value: Expr, statement: Stmt) -> Generator[Stmt, None, list[Expr]]:
        loads = dict.fromkeys(part for part in walk_expr(value) if isinstance(part, Load))
        held: list[dict[Expr, Var]] = [{} for _ in range(self._each)]
        for load in loads:
            self._count += 1
            moved = [replace(load, offset=self._on_lane(load.offset, lane, {})) for lane in range(self._each)]
            is_shared = moved[0] == moved[-1]
            for lane, own in enumerate(moved):
                first = 0 if is_shared else lane
                held[lane][load] = Var(f"{load.array.name}.{self._count}.{first}", load.dtype)
                if lane == first:
                    yield Assign(held[lane][load], own, statement.span)
        return [self._on_lane(value, lane, held[lane]) for lane in range(self._each)]

    def _on_lane(self, expr: Expr, lane: int, held: Mapping[Expr, Var]) -> Expr:
        """`expr` for one of the thread's elements; `held`: where loads are already."""
        match expr:
            case Load():
                return held[expr]
            case Op(args=args):
                return fold.rebuild(expr, tuple(self._on_lane(arg, lane, held) for arg in args))
            case Var():
                return self._lane_of(expr, lane)
            case _:
                return expr

    def _lane_of(self, variable: Var, lane: int) -> Expr:
        if variable == self._index:
            return fold.add(self._first, fold.const(lane))
        # A dot is in no name of a user's.
        return Var(f"{variable.name}.{lane}", variable.dtype) if variable in self._changing else variable
