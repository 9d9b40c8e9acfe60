"""Run the statements of a kernel for all threads of one block together."""

from collections.abc import Iterator, Mapping

from weft.lint.block.effects import is_address, kind_of, may_define, width_of
from weft.lint.block.evaluation import Evaluation, Spent, Wanted
from weft.lint.block.lanes import Lanes, Mask, merged, spread
from weft.lint.block.program import Program, writes_tensors
from weft.lint.block.record import Parting, Record, Touch, Untold
from weft.lint.block.trial import Trial
from weft.model.diagnostic import Span
from weft.model.ir import (
    Assign,
    Barrier,
    Break,
    Continue,
    Do,
    Domain,
    For,
    If,
    Stmt,
    Store,
    Var,
    While,
    assigned,
    has_barrier,
    leaves,
    walk,
)
from weft.records import field, record, replace

# Rounds of a loop that are all run, if it has no more; of longer loops the first two and the last.
_ALL_ROUNDS = 40
_ALL_ROUNDS_READING = 4
_MOST_PARTINGS = 12


@record
class Ran:
    """What a run saw. has_locks: threads may wait for each other by other means than barriers. is_whole: nothing was unknown or left out, so what was not seen does not happen in this trial."""

    trial: Trial
    record: Record
    touches: tuple[Touch, ...]
    is_whole: bool
    has_locks: bool = False
    is_finished: bool = True
    # Barriers that no two threads need, as far as this run tells.
    idle_barriers: tuple[Span, ...] = ()
    # Reads of what an asynchronous copy may still be filling: the copy, and the array's name.
    early_reads: Mapping[Span, tuple[Span, str]] = field(default_factory=dict[Span, tuple[Span, str]])
    untold: tuple[Untold, ...] = ()
    # Branches at which the threads of the block go different ways.
    partings: tuple[Parting, ...] = ()


class _Left(Exception):
    """All threads leave a loop."""


class _Skipped(Exception):
    """All threads go on with the next round of a loop."""


def run(program: Program, trial: Trial, wanted: Wanted = "all") -> Ran:
    runner = _Runner(program, trial, wanted)
    try:
        runner.block(program.kernel.body)
        is_finished = True
    except (Spent, _Left, _Skipped, RecursionError):
        runner.is_whole = is_finished = False
    runner.order(None)
    idle = tuple(span for span in runner.barriers.seen if span not in runner.barriers.needed)
    return Ran(
        trial,
        runner.record,
        tuple(runner.touches),
        runner.is_whole,
        program.has_locks,
        is_finished,
        idle,
        runner.copies.early_reads,
        tuple(runner.untold.values()),
        tuple(parting for partings in runner.partings.values() for parting in partings),
    )


class _Runner(Evaluation):
    """Follows the statements; what they compute and touch is the business of `Evaluation`."""

    def __init__(self, program: Program, trial: Trial, wanted: Wanted) -> None:
        super().__init__(program, trial, wanted)
        self.partings: dict[Span, list[Parting]] = {}

    def block(self, body: tuple[Stmt, ...]) -> None:
        for statement in self.program.steps(body, is_for_writes=self.wanted == "writes"):
            self.statement(statement)

    def statement(self, statement: Stmt) -> None:
        match statement:
            case Assign(target=target, value=value):
                self.assign(target, self.value(value))
            case Store():
                self.store(statement)
            case If():
                self.branch(statement)
            case For():
                self.loop(statement)
            case While():
                self.loop_while(statement)
            case Barrier(span=span, of_cluster=of_cluster):
                if of_cluster:
                    # What other blocks touch is not seen.
                    self.barriers.needed.add(span)
                if not self.state.is_sure:
                    self.is_interval_known = False
                self.order(span)
            case Domain():
                self.domain(statement)
            case Break():
                self.leave(_Left())
            case Continue():
                self.leave(_Skipped())
            case Do():
                self.do(statement)

    def order(self, barrier: Span | None) -> None:
        """A barrier, or an end of what can be compared."""
        if self.wanted == "initialisation":
            return
        self.barriers.come(barrier, self.record.since if self.is_interval_known else None)
        self.is_interval_known = True
        self.record.order()

    def assign(self, target: Var, value: Lanes) -> None:
        env, mask = self.state.env, self.state.mask
        if mask is not None and target.name in env:
            value = merged(mask, value, env[target.name], self.trial.threads)
        self.give(target.name, value)

    def store(self, store: Store) -> None:
        if self.wanted == "writes" and store.array.space != "global":
            return
        if self.wanted != "writes":
            self.read(store.value)
        if self.passes_over(store.array):
            self.read(store.offset)
            self.read(store.guard)
            return
        offset = self.value(store.offset)
        self.touch(
            store.array,
            "write",
            store.span,
            offset,
            store.guard,
            self.program.agreement(store),
            place=store.offset,
        )

        if offset is None and self.is_update(store):
            wild = self.wild(store.array, "write", store.span, store.offset)
            self.record.wild_updates.setdefault(store.span, wild)

    def is_update(self, store: Store) -> bool:
        """Whether threads read elements that data tells, and write them back."""
        mask = self.state.mask
        if store.array.space not in ("shared", "cluster") or not self.state.is_open:
            return False
        if mask is not None and sum(mask) < 2:
            return False
        reads = leaves(store.value).loads
        same = any(read.array == store.array and read.offset == store.offset for read in reads)
        return same and self.is_data(store.offset)

    def do(self, statement: Do) -> None:
        if statement.name.endswith("_async") and self.wanted == "writes":
            return
        if statement.name == "copy_async":
            self.copy(statement)
        elif statement.name == "commit_async":
            self.copies.commit()
        elif statement.name == "wait_async":
            self.wait(statement)
        else:
            self.effect(statement)

    def effect(self, statement: Do) -> None:
        for arg in statement.args:
            self.read(arg)
        is_looked_at = self.wanted != "writes" or writes_tensors(statement)
        places = statement.places if is_looked_at and not is_address(statement.name) else ()
        offsets = [self.value(place.offset) for place in places]
        kind, is_of_warp = kind_of(statement.name), statement.scope == "warp"
        for place, offset in zip(places, offsets, strict=True):
            if kind != "write" and may_define(statement.name):
                self.record.lose(place.array)
            if kind is None:
                self.is_whole = self.is_interval_known = False
                continue
            for number in range(width_of(statement)):
                element = self.lanes.apply("add", [offset, number]) if number else offset
                self.touch(
                    place.array,
                    kind,
                    statement.span,
                    element,
                    statement.guard,
                    place=place.offset,
                    has_own_cost=is_of_warp,
                )
        if statement.name == "warp_barrier":
            self.warp_barriers += 1
        for target in statement.targets:
            self.give(target.name, None)

    def wait(self, statement: Do) -> None:
        """What has arrived is written by the thread that waited: others need a barrier after it."""
        left = statement.static[0]
        arrived = self.copies.wait(left if isinstance(left, int) else 0)
        is_certain = self.state.is_sure and self.state.mask is None
        for touch in arrived:
            if is_certain:
                now = replace(touch, rounds=self.state.rounds, warp_barriers=self.warp_barriers)
                self.record.add(now)
            else:
                self.record.lose(touch.array)
                self.is_interval_known = False

    def copy(self, statement: Do) -> None:
        """Elements of shared memory, each written by the thread that starts its copy."""
        taken = 1 if statement.guard is None else self.value(statement.guard)
        # Where a guard is unknown, a copy that may be made is not taken for one that is.
        is_certain = self.state.is_sure and taken is not None
        mask = self.lanes.narrowed(self.state.mask, taken) if isinstance(taken, list) else self.state.mask
        if taken == 0 or (mask is not None and not any(mask)):
            return
        for place in statement.places:
            if place.array.space != "shared":
                self.read(place.offset)
                continue
            offset = self.value(place.offset)
            if offset is None or not is_certain:
                self.record.lose(place.array)
                self.is_interval_known = self.is_whole = False
                continue
            rounds, barriers = self.state.rounds, self.warp_barriers
            pattern = self.lanes.pattern(offset, mask)
            touch = Touch(place.array, "write", statement.span, pattern, "none", rounds, barriers)
            self.spend(self.threads)
            self.record.add(touch)
            self.copies.start(touch)

    def domain(self, domain: Domain) -> None:
        axes = "xyz"[: len(domain.indices)]
        inside: Mask = None
        for index, extent, axis in zip(reversed(domain.indices), reversed(domain.extents), axes, strict=True):
            first = self.trial.block_idx["xyz".index(axis)] * self.trial.block["xyz".index(axis)]
            place = self.lanes.apply("add", [self.special(f"thread_idx.{axis}"), first])
            self.give(index.name, place)
            is_inside = self.lanes.apply("lt", [place, self.value(extent)])
            if isinstance(is_inside, list) and not all(is_inside):
                inside = self.lanes.narrowed(inside, is_inside)
        before = self.state.mask
        if not domain.everyone:
            self.state.mask = inside
        self.block(domain.body)
        self.state.mask = before

    def branch(self, branch: If) -> None:
        condition = self.value(branch.condition)
        if isinstance(condition, int):
            self.block(branch.then if condition else branch.otherwise)
        elif condition is None:
            self.maybe(branch.then, branch.otherwise, is_open=self.is_open_to(branch.condition))
        else:
            before = self.state.mask
            self.part(branch, condition)
            for body, truth in ((branch.then, True), (branch.otherwise, False)):
                mask = self.lanes.narrowed(before, condition, to=truth)
                if body and any(mask):
                    self.state.mask = None if all(mask) else mask
                    self.block(body)
            self.state.mask = before

    def part(self, branch: If, condition: list[int]) -> None:
        """Note a branch whose sides different threads take; a loop may come to it often."""
        if (
            self.wanted == "all"
            and self.state.is_sure
            and len(self.partings.setdefault(branch.span, [])) < _MOST_PARTINGS
        ):
            taken = self.lanes.narrowed(self.state.mask, condition)
            came = self.state.mask or [True] * self.trial.threads
            self.partings[branch.span].append(Parting(branch, taken, came))

    def maybe(self, *bodies: tuple[Stmt, ...], is_open: bool = False) -> None:
        """Run each of `bodies` without knowing whether any thread does; after it, what they assign is unknown."""
        was_sure, self.state.is_sure = self.state.is_sure, False
        was_open, self.state.is_open = self.state.is_open, self.state.is_open and is_open
        self.is_whole = False
        env = dict(self.state.env)
        for body in bodies:
            if body:
                self.go_back(dict(env))
                self.block(body)
        self.go_back(env)
        self.state.is_sure = was_sure and not self.state.has_left
        self.state.is_open = was_open and not self.state.has_left
        for body in bodies:
            self.unknow(body)

    def unknow(self, body: tuple[Stmt, ...]) -> None:
        for statement in walk(body):
            for variable in assigned(statement):
                self.give(variable.name, None)

    def leave(self, jump: Exception) -> None:
        if self.state.is_sure and self.state.mask is None:
            raise jump
        # Some threads leave and some may not: what follows in the loop is not followed thread by thread.
        self.is_whole = False
        self.state.is_sure, self.state.is_open, self.state.has_left = False, False, True

    # Loops

    def loop(self, loop: For) -> None:
        bounds = [self.value(part) for part in (loop.start, loop.stop, loop.step)]
        start, stop, step = bounds
        if start is None or stop is None or not isinstance(step, int) or step == 0:
            self.give(loop.variable.name, None)
            self.maybe(loop.body)
            return
        counts = _counts(start, stop, step)
        before = self.state
        self.state = replace(before, has_left=False)
        rounds = max(counts) if isinstance(counts, list) else counts
        for number in self.chosen(loop, rounds):
            active = counts if isinstance(counts, int) else [number < count for count in counts]
            if isinstance(active, list):
                mask = self.lanes.narrowed(before.mask, active)
                self.state.mask = None if all(mask) else mask
                if not any(mask):
                    continue
            self.give(loop.variable.name, self.lanes.apply("add", [start, number * step]))
            self.state.rounds = (*before.rounds, (loop.span, number))
            try:
                self.block(loop.body)
            except _Skipped:
                pass
            except _Left:
                break
            if self.state.is_sure != before.is_sure:
                self.give_up(loop.body)
                break
        if isinstance(counts, list):
            self.give(loop.variable.name, None)
        before.env = self.state.env
        self.state = before

    def chosen(self, loop: For, rounds: int) -> Iterator[int]:
        """The rounds to run. Before the last of many, what those left out did is forgotten."""
        if rounds <= (_ALL_ROUNDS if _orders(loop.body) else _ALL_ROUNDS_READING):
            yield from range(rounds)
            return
        yield from (0, 1)
        self.skip(loop.body)
        yield rounds - 1

    def skip(self, body: tuple[Stmt, ...]) -> None:
        """Rounds are left out: nothing is known of what they left behind."""
        for touch in self.copies.pending:
            self.record.lose(touch.array)
        self.copies.forget()
        self.is_whole = False
        if has_barrier(body):
            self.is_interval_known = False
            self.order(None)
        self.unknow(body)
        for statement in walk(body):
            if isinstance(statement, Store):
                self.record.lose(statement.array)
            if isinstance(statement, Do) and may_define(statement.name):
                for place in statement.places:
                    self.record.lose(place.array)

    def give_up(self, body: tuple[Stmt, ...]) -> None:
        """Further rounds are not followed: what a barrier orders in them is not known."""
        self.unknow(body)
        self.barriers.needed.update(one.span for one in walk(body) if isinstance(one, Barrier))

    def loop_while(self, loop: While) -> None:
        before = self.state
        self.state = replace(before, has_left=False)
        for number in range(_ALL_ROUNDS):
            condition = self.value(loop.condition)
            if condition == 0:
                break
            if not isinstance(condition, int):
                self.maybe(loop.body)
                break
            self.state.rounds = (*before.rounds, (loop.span, number))
            try:
                self.block(loop.body)
            except _Skipped:
                continue
            except _Left:
                break
            if self.state.is_sure != before.is_sure:
                self.give_up(loop.body)
                break
        else:
            self.skip(loop.body)
        before.env = self.state.env
        self.state = before


def _counts(start: int | list[int], stop: int | list[int], step: int) -> int | list[int]:
    if isinstance(start, int) and isinstance(stop, int):
        return len(range(start, stop, step))
    count = max(len(part) for part in (start, stop) if isinstance(part, list))
    return [len(range(a, b, step)) for a, b in zip(spread(start, count), spread(stop, count), strict=True)]


def _orders(body: tuple[Stmt, ...]) -> bool:
    """Whether the rounds of a loop must be seen one by one: it writes what threads share, or has barriers."""
    return any(
        isinstance(statement, Barrier) or (isinstance(statement, Store) and statement.array.space != "global")
        for statement in walk(body)
    )
