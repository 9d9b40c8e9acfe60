"""One block after another, all threads of a block in step: each value is an array with one element for each thread.

A mask says which threads take part. What a GPU leaves to chance is found instead of happening: see `Fault`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from weft.backends.check import arithmetic, atomic, copy, debug, mma, warp
from weft.backends.check.arithmetic import convert, numpy_dtype
from weft.backends.check.faults import Fault
from weft.backends.check.memory import Conflict, Memory, Who, undefined_memory
from weft.backends.python import coordinate, inside_domain
from weft.model.diagnostic import Span
from weft.model.ir import (
    WARP_SIZE,
    Array,
    Assign,
    Barrier,
    Break,
    Const,
    Continue,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Param,
    Special,
    Stmt,
    Store,
    Var,
    While,
)
from weft.model.limits import Geometry
from weft.model.vectors import products_of_warps
from weft.records import replace

Values = Any
Mask = Any


class TooLong(Exception):
    """The kernel ran for more steps than it was given."""


@dataclass
class Run:
    """What interpreting a launch found: the first fault of each kind and place. steps: how many statements are left."""

    steps: int
    faults: dict[tuple[str, Span], Fault] = field(default_factory=dict[tuple[str, Span], Fault])

    def add(self, fault: Fault) -> None:
        self.faults.setdefault((fault.kind, fault.span), fault)


@dataclass
class Loop:
    """Which threads have left the innermost loop, or the current turn of it."""

    broken: Mask
    continued: Mask


@dataclass
class Block:
    """The threads of one block, or of all blocks of a cluster, one block after the other. index: of the first."""

    kernel: Kernel
    memories: Mapping[str, Memory]
    parameters: Mapping[str, Values]
    geometry: Geometry
    index: tuple[int, int, int]
    run: Run

    def __post_init__(self) -> None:
        x, y, z = self.geometry.block
        self.threads = x * y * z
        cx, cy, cz = self.kernel.cluster.shape if self.kernel.cluster else (1, 1, 1)
        self.blocks = cx * cy * cz
        self.count = self.threads * self.blocks
        number = numpy.tile(numpy.arange(self.threads), self.blocks)
        # Of each thread: which of these blocks it is in.
        self.rank = numpy.repeat(numpy.arange(self.blocks), self.threads)
        places = (self.rank % cx, self.rank // cx % cy, self.rank // (cx * cy))
        at = {"x": number % x, "y": number // x % y, "z": number // (x * y)}
        self.specials: dict[str, Values] = {f"thread_idx.{axis}": at[axis] for axis in "xyz"}
        for position, axis in enumerate("xyz"):
            self.specials[f"block_idx.{axis}"] = self.index[position] + places[position]
            self.specials[f"block_dim.{axis}"] = numpy.int64(self.geometry.block[position])
            self.specials[f"grid_dim.{axis}"] = numpy.int64(self.geometry.grid[position])
        bx, by, bz = (self.specials[f"block_idx.{axis}"] for axis in "xyz")
        gx, gy, _ = self.geometry.grid
        self.block = bx + gx * (by + gy * bz)
        self.cluster = int(self.block[0])
        self.thread = self.block * self.threads + number
        warps = -(-self.threads // WARP_SIZE)
        self.warp = number // WARP_SIZE + self.rank * warps
        self.specials |= {
            "lane_id": number % WARP_SIZE,
            "warp_id": number // WARP_SIZE,
            "cluster_rank": self.rank,
        }
        self.block_epoch = numpy.zeros(self.count, "int32")
        self.cluster_epoch = 0
        self.warp_epoch = numpy.zeros(self.count, "int32")
        self.variables: dict[str, Values] = {}
        self.assigned: dict[str, Mask] = {}
        self.loops: list[Loop] = []
        self.copies = copy.Copies(self.count)
        shared = {array.name: undefined_memory(_times(array, self.blocks)) for array in self.kernel.shared}
        local = {array.name: undefined_memory(_times(array, self.count)) for array in self.kernel.local}
        self.shared_sizes = {array.name: array.size or 0 for array in self.kernel.shared}
        self.own = shared | local

    def everyone(self) -> None:
        self.body(self.kernel.body, numpy.ones(self.count, "bool"))

    def body(self, statements: tuple[Stmt, ...], mask: Mask) -> None:
        for statement in statements:
            live = mask if not self.loops else mask & ~self.loops[-1].broken & ~self.loops[-1].continued
            if not live.any():
                return
            self.run.steps -= 1
            if self.run.steps < 0:
                raise TooLong
            self.statement(statement, live)

    def statement(self, statement: Stmt, mask: Mask) -> None:
        match statement:
            case Assign(target=target, value=value):
                self.assign(target, self.value(value, mask), mask)
            case Store():
                self._store(statement, mask)
            case Do():
                self._do(statement, mask)
            case If(condition=condition, then=then, otherwise=otherwise):
                chosen = self.truth(condition, mask)
                self.body(then, mask & chosen)
                self.body(otherwise, mask & ~chosen)
            case For():
                self._for(statement, mask)
            case While():
                self._while(statement, mask)
            case Break():
                self.loops[-1].broken |= mask
            case Continue():
                self.loops[-1].continued |= mask
            case Barrier(span=span, of_cluster=True):
                self.together(mask, numpy.ones(self.count, "bool"), "cluster_barrier", span)
                self.cluster_epoch += 1
                self.block_epoch += 1
            case Barrier(span=span):
                came = numpy.isin(self.rank, self.rank[mask])
                self.together(mask, came, "barrier", span)
                self.block_epoch[came] += 1
            case Domain():
                self._domain(statement, mask)

    def value(self, expr: Expr, mask: Mask) -> Values:
        """An array with an element for each thread, or one for all; only those of `mask` mean something."""
        match expr:
            case Const(value=value, dtype=dtype):
                return convert(numpy.asarray(value), dtype)
            case Var():
                return self._variable(expr, mask)
            case Param(name=name, dtype=dtype):
                return convert(numpy.asarray(self.parameters[name]), dtype)
            case Special(name=name):
                return self.specials[name]
            case Load():
                return self._load(expr, mask)
            case Op(name="and" | "or", args=(left, right)):
                first = self.truth(left, mask)
                decided = ~first if expr.name == "and" else first
                undecided = mask & ~decided
                second = self.truth(right, undecided) if undecided.any() else first
                return numpy.where(decided, first, second)
            case Op(name="select", args=(condition, then, otherwise), dtype=dtype):
                chosen = self.truth(condition, mask)
                return numpy.where(
                    chosen, self._value_or_0(then, mask & chosen), self._value_or_0(otherwise, mask & ~chosen)
                ).astype(numpy_dtype(dtype))
            case Op(name="bitcast", args=(arg,), dtype=dtype):
                return arithmetic.bitcast(arg.dtype, dtype, self.value(arg, mask))
            case Op(name=name, args=args, dtype=dtype):
                return arithmetic.operation(name, dtype, [self.value(arg, mask) for arg in args])

    def truth(self, expr: Expr, mask: Mask) -> Mask:
        return numpy.broadcast_to(self.value(expr, mask), (self.count,)).astype("bool")

    def spread(self, values: Values) -> Values:
        """One element for each thread."""
        return numpy.broadcast_to(values, (self.count,))

    def assign(self, target: Var, values: Values, mask: Mask) -> None:
        held = self.variables.get(target.name)
        wanted = convert(values, target.dtype)
        if held is None:
            held = numpy.zeros(self.count, wanted.dtype)
            self.assigned[target.name] = numpy.zeros(self.count, "bool")
        self.variables[target.name] = numpy.where(mask, wanted, held)
        self.assigned[target.name] = self.assigned[target.name] | mask

    def guarded(self, guard: Expr | None, mask: Mask) -> Mask:
        return mask if guard is None else mask & self.truth(guard, mask)

    def load(self, array: Array, offset: Expr, mask: Mask, span: Span, *, is_atomic: bool = False) -> Values:
        """The elements at `offset` for the threads of `mask`, 0 for the others."""
        values = numpy.zeros(self.count, numpy_dtype(array.dtype))
        memory, offsets, mask = self.located(array, offset, mask, span)
        if mask.any():
            self._defined(memory, array, offsets, mask, span)
            values[mask], conflicts = memory.load(offsets[mask], self.who(mask, span, is_atomic))
            self._report(conflicts, array)
        return values

    def store(
        self, array: Array, offset: Expr, values: Values, mask: Mask, span: Span, *, is_atomic: bool = False
    ) -> None:
        memory, offsets, mask = self.located(array, offset, mask, span)
        if mask.any():
            stored = self.spread(convert(values, array.dtype))[mask]
            self._report(memory.store(offsets[mask], stored, self.who(mask, span, is_atomic)), array)

    def arrive(self, array: Array, offsets: Values, values: Values, mask: Mask, span: Span) -> None:
        """What an asynchronous copy brings is there from now on."""
        stored = self.spread(convert(values, array.dtype))[mask]
        self._report(self.own[array.name].store(offsets[mask], stored, self.who(mask, span)), array)

    def located(self, array: Array, offset: Expr, mask: Mask, span: Span) -> tuple[Memory, Values, Mask]:
        """The memory of an array, the place of each thread's element in it, and the threads that hit it."""
        memory = self.own.get(array.name) or self.memories[array.name]
        offsets = self.spread(self.value(offset, mask)).astype("int64")
        size = self.shared_sizes.get(array.name, 0) if array.space == "shared" else array.size or 0
        limit = size if array.space in ("shared", "local") else None
        outside = (offsets < 0) | (offsets >= limit) if limit is not None else memory.outside(offsets)
        if (mask & outside).any():
            at = int(numpy.argmax(mask & outside))
            self.run.add(
                Fault("outside", f"offset {offsets[at]} of `{array.name}`", span, (int(self.thread[at]),))
            )
        if array.space == "local":
            offsets = offsets + numpy.arange(self.count) * size
        if array.space == "shared":
            offsets = offsets + self.rank * size
        return memory, offsets, mask & ~outside

    def who(self, mask: Mask, span: Span, is_atomic: bool = False) -> Who:
        return Who(
            self.thread[mask],
            self.block[mask],
            self.warp[mask],
            self.block_epoch[mask],
            self.warp_epoch[mask],
            self.cluster,
            self.cluster_epoch,
            span,
            is_atomic,
        )

    def together(self, mask: Mask, wanted: Mask, what: str, span: Span) -> None:
        """Report where not all of the threads that must come here together do."""
        missing = wanted & ~mask
        if missing.any():
            came, absent = int(self.thread[numpy.argmax(mask)]), int(self.thread[numpy.argmax(missing)])
            self.run.add(
                Fault(
                    "divergent",
                    f"{what}: thread {came} comes, thread {absent} does not",
                    span,
                    (came, absent),
                )
            )

    def together_in_warps(self, mask: Mask, do: Do) -> Mask:
        """The threads of the warps that come to an effect; where not all of a warp's do, that is reported."""
        active = numpy.isin(self.warp, self.warp[mask])
        self.together(mask, active, f"`{do.name}` of a warp", do.span)
        return active

    def _value_or_0(self, expr: Expr, mask: Mask) -> Values:
        return self.value(expr, mask) if mask.any() else numpy.zeros((), numpy_dtype(expr.dtype))

    def _variable(self, variable: Var, mask: Mask) -> Values:
        held = self.variables.get(variable.name)
        if held is None:
            # Read only where nothing depends on it, or in a branch that no thread takes.
            return numpy.zeros(self.count, numpy_dtype(variable.dtype))
        return held

    def _load(self, load: Load, mask: Mask) -> Values:
        return self.load(load.array, load.offset, self.guarded(load.guard, mask), load.span)

    def _store(self, store: Store, mask: Mask) -> None:
        mask = self.guarded(store.guard, mask)
        if mask.any():
            self.store(store.array, store.offset, self.value(store.value, mask), mask, store.span)

    def _do(self, do: Do, mask: Mask) -> None:
        if do.name == "warpgroup_mma":
            for part in products_of_warps(do):
                self._do(part, mask)
            return
        active = self.guarded(do.guard, mask)
        results = EFFECTS[do.name](self, do, active) if active.any() else ()
        for target, values in zip(do.targets, results, strict=False):
            self.assign(target, numpy.where(active, values, 0), mask)
        if not active.any():
            for target in do.targets:
                self.assign(target, numpy.zeros(self.count), mask)

    def _for(self, loop: For, mask: Mask) -> None:
        start, stop, step = (
            self.spread(self.value(part, mask)).astype("int64") for part in (loop.start, loop.stop, loop.step)
        )
        self._loop(
            loop.body,
            mask,
            lambda turn, _: (
                ((start + turn * step) < stop) & (step > 0) | ((start + turn * step) > stop) & (step < 0)
            ),
            lambda turn, live: self.assign(loop.variable, start + turn * step, live),
        )

    def _while(self, loop: While, mask: Mask) -> None:
        self._loop(loop.body, mask, lambda _, live: self.truth(loop.condition, live), lambda turn, live: None)

    def _loop(
        self,
        body: tuple[Stmt, ...],
        mask: Mask,
        goes_on: Callable[[int, Mask], Mask],
        begin: Callable[[int, Mask], None],
    ) -> None:
        here = Loop(numpy.zeros(self.count, "bool"), numpy.zeros(self.count, "bool"))
        live, turn = mask.copy(), 0
        while True:
            live = live & ~here.broken
            live = live & goes_on(turn, live) if live.any() else live
            self.run.steps -= 1
            if self.run.steps < 0:
                raise TooLong
            if not live.any():
                return
            begin(turn, live)
            here.continued[:] = False
            self.loops.append(here)
            self.body(body, live)
            self.loops.pop()
            turn += 1

    def _domain(self, domain: Domain, mask: Mask) -> None:
        for axis, index in zip("xyz", reversed(domain.indices), strict=False):
            self.assign(index, self.value(coordinate(axis), mask), mask)
        self.body(domain.body, mask if domain.everyone else mask & self.truth(inside_domain(domain), mask))

    def _defined(self, memory: Memory, array: Array, offsets: Values, mask: Mask, span: Span) -> None:
        undefined = memory.undefined(offsets[mask])
        if undefined.any():
            thread = int(self.thread[mask][numpy.argmax(undefined)])
            self.run.add(
                Fault("undefined", f"an element of `{array.name}` that nothing wrote", span, (thread,))
            )

    def _report(self, conflicts: list[Conflict], array: Array) -> None:
        for conflict in conflicts:
            threads = (conflict.thread, conflict.other_thread)
            message = f"element {conflict.element} of `{array.name}`"
            self.run.add(Fault("race", message, conflict.span, threads, conflict.other_span))


def _times(array: Array, count: int) -> Array:
    return replace(array, size=(array.size or 0) * count)


def _block_memory(block: Block, do: Do, mask: Mask) -> tuple[Values, ...]:
    """Memory of the blocks of a cluster lies side by side."""
    (place,), (rank,) = do.places, do.args
    return (block.spread(block.value(rank, mask)) * block.shared_sizes[place.array.name],)


# How each effect is done: from the block, the effect and the threads that take part to the values of its targets.
Effect = Callable[[Block, Do, Mask], tuple[Values, ...]]
EFFECTS: Mapping[str, Effect] = {
    "block_memory": _block_memory,
    **atomic.EFFECTS,
    **copy.EFFECTS,
    **debug.EFFECTS,
    **mma.EFFECTS,
    **warp.EFFECTS,
}
