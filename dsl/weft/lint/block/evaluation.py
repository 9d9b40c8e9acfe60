"""Values of expressions for all threads of one block together, and the accesses that computing them makes."""

from collections.abc import Iterator
from typing import Literal

from weft.lint.block.barriers import Barriers
from weft.lint.block.copies import Copies
from weft.lint.block.lanes import Lanes, Mask, choose
from weft.lint.block.program import Program
from weft.lint.block.record import Agreement, Kind, Record, Touch, Untold, Wild
from weft.lint.block.trial import Trial
from weft.model.diagnostic import Span
from weft.model.ir import (
    Array,
    Const,
    Expr,
    Op,
    Param,
    Special,
    Var,
    leaves,
)
from weft.records import field, record

_MOST_OPERATIONS = 4_000_000
# What an operation on one number for all threads counts as.
_ONE_NUMBER = 8
# Accesses of one place that rules may look at.
_MOST_SHOWN = 64
_MOST_TIMES = 2


# What a run is for: all that the rules ask; what the block writes to tensors; or what it reads before it is written.
Wanted = Literal["all", "writes", "initialisation"]


class Spent(Exception):
    """The run takes too long."""


@record(frozen=False)
class State:
    env: dict[str, Lanes] = field(default_factory=dict[str, Lanes])
    mask: Mask = None
    # Whether the threads of the mask certainly come here.
    is_sure: bool = True
    # Whether any of them may come here: nothing but tests of data against numbers that all share decides who does.
    is_open: bool = True
    # Whether some of them may have left the loop.
    has_left: bool = False
    rounds: tuple[tuple[Span, int], ...] = ()


class Evaluation:
    """What is known in the middle of a run: the variables of all threads, and what they have touched so far."""

    def __init__(self, program: Program, trial: Trial, wanted: Wanted) -> None:
        self.program = program
        self.lanes = program.lanes
        self.trial = trial
        self.threads = trial.threads
        self.wanted: Wanted = wanted
        self.record = Record(trial.threads)
        self.state = State()
        self.is_whole = True
        self.touches: list[Touch] = []
        # Of each place, which times are shown, and how many touches.
        self.shown: dict[tuple[Span, Kind], list[tuple[tuple[Span, int], ...]]] = {}
        self.counts: dict[tuple[Span, Kind], int] = {}
        self.barriers = Barriers(trial.threads)
        self.copies = Copies()
        # Whether all accesses since the last barrier are known.
        self.is_interval_known = True
        self.warp_barriers = 0
        self.left = _MOST_OPERATIONS
        self.untold: dict[tuple[Span, Kind], Untold] = {}
        self.specials: dict[str, Lanes] = {}
        # Values of operations that read no memory, and for each variable those that are made of it.
        self.known: dict[Op, Lanes] = {}
        self.users: dict[str, list[Op]] = {}

    # Variables

    def give(self, name: str, value: Lanes) -> None:
        """Give a variable a value; what was computed of another one is not known any more."""
        env = self.state.env
        if name not in env or env[name] is not value:
            env[name] = value
            for op in self.users.pop(name, ()):
                self.known.pop(op, None)

    def go_back(self, env: dict[str, Lanes]) -> None:
        """All variables are as they were."""
        self.state.env = env
        self.known.clear()
        self.users.clear()

    # Expressions

    def value(self, expr: Expr) -> Lanes:
        """The value of `expr`; its reads are noted on the way."""
        if isinstance(expr, Op):
            return self.operation(expr)
        if isinstance(expr, Var):
            return self.state.env.get(expr.name)
        if isinstance(expr, Const):
            return None if expr.dtype.kind == "float" else int(expr.value)
        if isinstance(expr, Param):
            return self.trial.sizes.get(expr.name)
        if isinstance(expr, Special):
            return self.special(expr.name)
        if self.passes_over(expr.array):
            self.read(expr.offset)
            self.read(expr.guard)
        elif self.wanted != "writes":
            offset = self.value(expr.offset)
            self.touch(expr.array, "read", expr.span, offset, expr.guard, place=expr.offset)
        return None

    def special(self, name: str) -> Lanes:
        if name not in self.specials:
            self.specials[name] = self.program.special(self.trial, name)
        return self.specials[name]

    def operation(self, op: Op) -> Lanes:
        if op in self.known:
            return self.known[op]
        inside = leaves(op)
        if inside.loads:
            return self.reading(op)
        found = self.known[op] = None if op.dtype.kind == "float" else self.computed(op)
        changing = self.program.changing
        for name in inside.variables:
            if name in changing:
                self.users.setdefault(name, []).append(op)
        return found

    def reading(self, op: Op) -> Lanes:
        """The value of an operation on what memory holds; a float is never known."""
        if not op.dtype.is_float or op.name == "select":
            return self.computed(op) if self.wanted != "writes" or not op.dtype.is_float else None
        if self.wanted != "writes":
            for arg in op.args:
                self.read(arg)
        return None

    def read(self, expr: Expr | None) -> None:
        """Note what computing `expr` reads."""
        if expr is not None and leaves(expr).loads:
            self.value(expr)

    def passes_over(self, array: Array) -> bool:
        """Whether the run is not for accesses to this memory."""
        return self.wanted == "initialisation" and array.space == "global"

    def computed(self, op: Op) -> Lanes:
        name = op.name
        if name == "and" or name == "or":
            return self.both(op)
        if name == "select":
            return self.select(op)
        args = list(map(self.value, op.args))
        if name == "cast":
            return args[0] if op.dtype.is_integer and not op.args[0].dtype.is_float else None
        return self.applied(name, args)

    def both(self, op: Op) -> Lanes:
        """`and` or `or`: unknown parts do not matter where the other part decides."""
        decides = int(op.name == "or")
        values = [self.value(arg) for arg in op.args]
        if any(isinstance(value, int) and bool(value) == decides for value in values):
            return decides
        if None in values:
            return None
        return self.applied("bit_or" if decides else "bit_and", values)

    def select(self, op: Op) -> Lanes:
        condition = self.value(op.args[0])
        if isinstance(condition, int):
            return self.value(op.args[1] if condition else op.args[2])
        before, was_sure = self.state.mask, self.state.is_sure
        found: list[Lanes] = []
        for arg, truth in zip(op.args[1:], (True, False), strict=True):
            if condition is None:
                self.state.is_sure = False
            else:
                self.state.mask = self.lanes.narrowed(before, condition, to=truth)
            found.append(self.value(arg))
        self.state.mask, self.state.is_sure = before, was_sure
        return choose(condition, found[0], found[1])

    def is_data(self, place: Expr | None) -> bool:
        """Whether an index is computed from what the kernel reads."""
        if place is None:
            return False
        inside = leaves(place)
        return bool(inside.loads) or not inside.variables.isdisjoint(self.program.data)

    def wild(self, array: Array, kind: Kind, span: Span, place: Expr | None) -> Wild:
        found = self.program.ranges.of(place) if place is not None else None
        low, high = (found.low, found.high) if found else (0, None)
        return Wild(array, kind, span, low, high, self.state.is_sure)

    def is_open_to(self, condition: Expr) -> bool:
        """Whether a condition, which is not known, may hold for several threads at once, whatever the data of each is."""
        mask = self.state.mask
        for part in _conjuncts(condition):
            value = None if leaves(part).loads else self.value(part)
            if isinstance(value, list):
                mask = self.lanes.narrowed(mask, value)
            elif value is None and not self.program.tests_data(part):
                return False
        return mask is None or sum(mask) > 1

    def applied(self, name: str, args: list[Lanes]) -> Lanes:
        found = self.lanes.apply(name, args)
        self.left -= self.threads if isinstance(found, list) else _ONE_NUMBER
        if self.left < 0:
            raise Spent
        return found

    def spend(self, operations: int) -> None:
        self.left -= operations
        if self.left < 0:
            raise Spent

    # Memory

    def touch(
        self,
        array: Array,
        kind: Kind,
        span: Span,
        offset: Lanes,
        guard: Expr | None,
        agreement: Agreement = "none",
        *,
        place: Expr | None = None,
        has_own_cost: bool = False,
    ) -> None:
        """place: the expression of `offset`, to tell what depends on data from what is only not known. has_own_cost: the
        threads do not ask for these elements by themselves, so rules of cost do not look at them."""
        mask, is_sure = self.state.mask, self.state.is_sure
        if self.passes_over(array):
            self.read(guard)
            return
        if guard is not None:
            allowed = self.value(guard)
            if allowed == 0:
                return
            if isinstance(allowed, list):
                mask = self.lanes.narrowed(mask, allowed)
            is_sure = is_sure and allowed is not None
        if mask is not None and not any(mask):
            return
        if offset is None or not is_sure:
            self.is_whole = False
            if array.space != "local":
                self.is_interval_known = False
            is_of_many = mask is None or sum(mask) > 1
            if self.state.is_open and is_of_many and array.space == "shared" and self.is_data(place):
                self.record.add_wild(self.wild(array, kind, span, place))
            self.untold.setdefault((span, kind), Untold(array, kind, span, self.is_data(place)))
            # An atomic operation reads what it changes, and leaves nothing defined that was not; that is said once.
            if kind == "write" or span in self.record.wild_uninitialised:
                self.record.lose(array)
            return
        self.spend(self.threads)
        pattern = self.lanes.pattern(offset, mask)
        touch = Touch(array, kind, span, pattern, agreement, self.state.rounds, self.warp_barriers)
        if self.wanted != "writes":
            self.record.add(touch)
            if kind == "read" and array.space == "shared":
                self.copies.read(touch)
        if not has_own_cost:
            self.show(touch)

    def show(self, touch: Touch) -> None:
        """Keep the first two times that a place is come to; the elements of a vector are touched at one time."""
        place = touch.span, touch.kind
        times = self.shown.setdefault(place, [])
        if touch.rounds not in times:
            if len(times) == _MOST_TIMES:
                return
            times.append(touch.rounds)
        count = self.counts.get(place, 0)
        if count < _MOST_SHOWN:
            self.counts[place] = count + 1
            self.touches.append(touch)


def _conjuncts(condition: Expr) -> Iterator[Expr]:
    """The parts of a condition that must all hold."""
    if isinstance(condition, Op) and condition.name == "and":
        for arg in condition.args:
            yield from _conjuncts(arg)
    else:
        yield condition
