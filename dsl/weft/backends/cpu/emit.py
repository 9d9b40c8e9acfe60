"""The code of a run of blocks: a loop over blocks, in it loops over threads, split at barriers (see `plan`).

Where lanes work together there is a loop over warps, in it loops over lanes. `first` is the number of a warp's first
thread, `lanes` how many it has.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from math import prod

from weft.backends.cpu.native import ALIGNMENT_BYTES, aligned
from weft.backends.cpu.plan import Group, Item, Nested, Plan, Warps, plan, reads
from weft.backends.cpu.warps import operands
from weft.backends.expressions import Target, effect_function, memory_function
from weft.backends.lowering import prelude_names
from weft.backends.python import Emitted, Writer
from weft.model.ir import (
    SPECIALS,
    WARP_SIZE,
    Array,
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
    Special,
    Stmt,
    Var,
    While,
    expressions,
    walk,
    walk_expr,
)
from weft.records import record, replace

# The parameters before those of the kernel, all int64. `dealt` is the address of the number of the first block that no
# worker has taken yet: each takes `piece` blocks at a time, up to `last_block`, without Python between two pieces.
# `scratch` is the address of memory that one worker owns, `slots` that of the launch's arguments: it names the launch.
LEADING = (
    "dealt",
    "piece",
    "last_block",
    *(f"{what}_{axis}" for what in ("grid", "block") for axis in "xyz"),
    "scratch",
    "slots",
)

# The prelude's function that takes the next blocks: the number of the first of them.
NEXT_PIECE = "next_piece"

_SPECIAL_NAMES = {
    "thread_idx": "thread",
    "block_idx": "block_idx",
    "block_dim": "block",
    "grid_dim": "grid",
    "lane_id": "lane",
    "warp_id": "warp",
    "cluster_rank": "cluster_rank",
}


def _special_name(special: str) -> str:
    what, _, axis = special.partition(".")
    return f"{_SPECIAL_NAMES[what]}_{axis}" if axis else _SPECIAL_NAMES[what]


TARGET = Target(
    speaking=("slots",),
    block_memory=("cluster_rank", "block_bytes"),
    specials={special: _special_name(special) for special in SPECIALS},
    special_bits=64,
    reserved=prelude_names()
    | {_special_name(special) for special in SPECIALS}
    | {
        *LEADING,
        NEXT_PIECE,
        "first_block",
        "after_piece",
        "block",
        "thread",
        "threads",
        "threads_x",
        "threads_y",
        "threads_z",
        "threads_of_block",
        "first",
        "lanes",
        "in_one_row",
        "block_scratch",
        "block_bytes",
        *(f"first_{axis}" for axis in "xyz"),
    },
)


@record
class EmittedBlocks:
    """Code, and the scratch memory that it wants (see `NativeKernel`)."""

    code: Emitted
    fixed_bytes: int
    thread_bytes: int


class Blocks:
    """The code of a specialized kernel. `ClusterBlocks` is that of one with clusters."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.plan: Plan = plan(kernel)
        self.writer = Writer(kernel, TARGET, 64)
        self.specials = frozenset(_specials(kernel))
        self.axes = _thread_axes(kernel, self.specials)
        self.fixed_bytes = 0
        self.thread_bytes = 0
        self.values: dict[str, str] = {}
        # What lies where in the memory of a block.
        self.places: dict[str, str] = {}

    def emit(self) -> EmittedBlocks:
        with self.writer.function(self.kernel, LEADING):
            self._scratch()
            self._begin()
            with self.writer.block("while True:"):
                take = self.writer.expressions.call(NEXT_PIECE, "dealt", "piece")
                self.writer.line(f"first_block = {take}")
                with self.writer.block("if first_block >= last_block:"):
                    self.writer.line("break")
                after = self.writer.expressions.call("min_i64", "first_block + piece", "last_block")
                self.writer.line(f"after_piece = {after}")
                with self.writer.block("for block in range(first_block, after_piece):"):
                    self._run()
        return EmittedBlocks(self.writer.emitted(), self.fixed_bytes, self.thread_bytes)

    def _begin(self) -> None:
        """What comes before the loop over blocks."""
        self._lay("scratch")

    def _run(self) -> None:
        """What one turn of the loop over blocks does."""
        self._block_indices()
        self._items(self.plan.items)

    def _scratch(self) -> None:
        """Where shared arrays and the values of threads lie in the memory of a block."""
        for array in self.kernel.shared:
            self.places[self._identifier(array)] = str(self.fixed_bytes)
            self.fixed_bytes += aligned(array.size_bytes)
        self._scratch_of_block()
        if not self.plan.is_split:
            self.writer.arrays(self.kernel.local)
            return
        if self.plan.stored or self.kernel.local:
            self.writer.line(f"threads = {self._threads_of_values()}")
        for variable in self.plan.stored.values():
            held = self.writer.expressions.carried(variable.dtype)
            self._per_thread(f"variable {variable.name}", variable.name, held.itemsize_bytes)
        for array in self.kernel.local:
            self._per_thread(f"local {array.name}", array.name, array.size_bytes)

    def _scratch_of_block(self) -> None:
        """Memory for what a block has one of, where its work is cut into parts."""

    def _threads_of_values(self) -> str:
        """For how many threads there is memory. A number gives LLVM one address to count on, and not one for each value."""
        fixed = self.kernel.domain and self.kernel.domain.block
        if fixed:
            return str(aligned(prod(fixed)))
        rounding = ALIGNMENT_BYTES - 1
        return f"(block_x * block_y * block_z + {rounding}) // {ALIGNMENT_BYTES} * {ALIGNMENT_BYTES}"

    def _per_thread(self, key: str, name: str, size_bytes: int) -> None:
        identifier = self.values[key] = self.writer.names.fresh(f"{name}_values")
        self.places[identifier] = f"{self.fixed_bytes} + {self.thread_bytes} * threads"
        self.thread_bytes += size_bytes

    def _lay(self, base: str) -> None:
        """Say where all of it lies in the memory that begins at `base`."""
        for identifier, place in self.places.items():
            self.writer.line(f"{identifier} = {base} + {place}")

    def _block_indices(self) -> None:
        decoded = {
            "x": "block % grid_x",
            "y": "block // grid_x % grid_y",
            "z": "block // (grid_x * grid_y)",
        }
        for axis, text in decoded.items():
            if f"block_idx.{axis}" in self.specials:
                self.writer.line(f"block_idx_{axis} = {text}")

    def _items(self, items: tuple[Item, ...]) -> None:
        clamped = self.plan.clamped
        for item in items:
            match item:
                case Assign(target=target, value=value):
                    self.writer.assign(target, value, item.span.start)
                case Break() | Continue() | Do():
                    self.writer.statement(item)
                case Nested():
                    self._nested(item)
                case Warps():
                    self._warps(item)
                case Group():
                    if clamped:
                        self._bounds(clamped)
                        clamped = None
                    self._group(item)
                case Barrier():
                    raise AssertionError("all blocks of a cluster come to its barriers together")

    def _nested(self, item: Nested) -> None:
        statement = item.statement
        if isinstance(statement, For):
            with self.writer.for_loop(statement):
                self._items(item.bodies[0])
            return
        word = "if" if isinstance(statement, If) else "while"
        condition = self.writer.expressions.wide(statement.condition)
        with self.writer.block(f"{word} {condition}:", statement.span.start):
            self._items(item.bodies[0])
        if item.bodies[1:] and item.bodies[1]:
            with self.writer.block("else:", statement.span.start):
                self._items(item.bodies[1])

    def _bounds(self, domain: Domain) -> None:
        """How many threads of this block lie inside the domain, along each axis."""
        for axis, extent in zip("xyz", reversed(domain.extents), strict=False):
            rest = f"{self.writer.expressions.exact(extent)} - block_idx_{axis} * block_{axis}"
            count = self.writer.expressions.call("min_i64", f"block_{axis}", rest)
            self.writer.line(f"threads_{axis} = {count}", domain.span.start)

    def _group(self, group: Group) -> None:
        with self._threads(group.statements[0].span.start):
            if self._is_numbered(group):
                self.writer.line(f"thread = {_thread_number(self.axes)}")
            if "lane_id" in self.specials:
                self.writer.line(f"lane = thread % {WARP_SIZE}")
            if "warp_id" in self.specials:
                self.writer.line(f"warp = thread // {WARP_SIZE}")
            self._thread(group)

    def _is_numbered(self, group: Group) -> bool:
        """Whether the group needs the number of its thread in the block."""
        places = self.plan.stored.keys() & (group.exposed | group.assigned)
        return bool(places or self._local(group) or {"lane_id", "warp_id"} & self.specials)

    def _local(self, group: Group) -> list[Array]:
        return [array for array in self.kernel.local if self.plan.is_split and _mentions(group, array)]

    def _thread(self, group: Group) -> None:
        """What one thread does in a group."""
        self._thread_values(group)
        self.writer.body(group.statements)
        for name in sorted(self.plan.stored.keys() & group.assigned):
            self._move_value("store", name)

    def _thread_values(self, group: Group) -> None:
        """What a thread needs of its own before a group."""
        kept = (self.plan.stored.keys() & group.assigned) - group.definite
        for array in self._local(group):
            base = f"{self.values[f'local {array.name}']} + thread * {array.size_bytes}"
            self.writer.line(f"{self._identifier(array)} = {base}")
        for assign in self._recomputed(group):
            self.writer.statement(assign)
        for name in sorted(self.plan.stored.keys() & (group.exposed | kept)):
            self._move_value("load", name)

    def _warps(self, warps: Warps) -> None:
        count = " * ".join(f"block_{axis}" for axis in self.axes)
        self.writer.line(f"threads_of_block = {count}")
        with self.writer.block(f"for warp in range((threads_of_block + {WARP_SIZE - 1}) // {WARP_SIZE}):"):
            self.writer.line(f"first = warp * {WARP_SIZE}")
            least = self.writer.expressions.call("min_i64", str(WARP_SIZE), "threads_of_block - first")
            self.writer.line(f"lanes = {least}")
            self._first_coordinates()
            self._warp_items(warps.items)

    def _warp_items(self, items: tuple[Item, ...]) -> None:
        for item in items:
            match item:
                case Group():
                    with self.writer.block("for lane in range(lanes):", item.statements[0].span.start):
                        self._lane_coordinates()
                        self._thread(item)
                case Nested():
                    self._nested_in_warp(item)
                case Do():
                    self._effect(item)
                case Break() | Continue():
                    self.writer.statement(item)
                case _:
                    raise AssertionError(f"a warp runs no {type(item).__name__}")

    def _nested_in_warp(self, item: Nested) -> None:
        """What decides the way is the same for all lanes, so lane 0's values decide."""
        statement = item.statement
        offset = statement.span.start
        if isinstance(statement, While):
            with self.writer.block("while True:", offset):
                self._as_lane_0(statement)
                with self.writer.block(f"if not ({self.writer.expressions.wide(statement.condition)}):"):
                    self.writer.line("break")
                self._warp_items(item.bodies[0])
            return
        self._as_lane_0(statement)
        if isinstance(statement, For):
            with self.writer.for_loop(statement):
                self._warp_items(item.bodies[0])
            return
        with self.writer.block(f"if {self.writer.expressions.wide(statement.condition)}:", offset):
            self._warp_items(item.bodies[0])
        if item.bodies[1]:
            with self.writer.block("else:", offset):
                self._warp_items(item.bodies[1])

    def _as_lane_0(self, statement: If | For | While) -> None:
        """What lane 0 needs to evaluate the statement's own expressions."""
        alone = (
            replace(statement, body=())
            if isinstance(statement, For | While)
            else replace(statement, then=(), otherwise=())
        )
        names = frozenset(name for expr in expressions(statement) for name in reads(expr))
        self.writer.line("lane = 0")
        self._lane_coordinates()
        self._thread_values(Group((alone,), names, frozenset(), frozenset()))

    def _first_coordinates(self) -> None:
        """Where the warp's first thread is, and whether all of them are in one row of the block."""
        if len(self.axes) == 1:
            return
        self.writer.line(f"in_one_row = block_x % {WARP_SIZE} == 0")
        for axis, text in self._coordinates("first").items():
            self.writer.line(f"first_{axis} = {text}")

    def _lane_coordinates(self) -> None:
        self.writer.line("thread = first + lane")
        if len(self.axes) == 1:
            self.writer.line(f"thread_{self.axes} = thread")
            return
        # Without divisions in the usual case, so that loops over lanes become vector instructions.
        for axis, text in self._coordinates("thread").items():
            along = "first_x + lane" if axis == "x" else f"first_{axis}"
            self.writer.line(f"thread_{axis} = {along} if in_one_row else {text}")

    def _coordinates(self, number: str) -> dict[str, str]:
        """The coordinates of a thread in its block, by its number."""
        texts: dict[str, str] = {}
        for axis in self.axes:
            texts[axis] = number if axis == self.axes[-1] else f"{number} % block_{axis}"
            number = f"{number} // block_{axis}"
        return texts

    def _effect(self, do: Do) -> None:
        """A call that does an effect for all lanes of the warp."""
        variables = iter(operands(do))
        addresses: list[str] = []
        for place in do.places:
            addresses += [self._base(place.array), self._values_of_warp(next(variables))]
        addresses += map(self._values_of_warp, variables)
        function = effect_function(do, self.writer.expressions.carried)
        self.writer.line(self.writer.expressions.call(function, *addresses, "lanes"), do.span.start)

    def _base(self, array: Array) -> str:
        if array.space != "local":
            return self._identifier(array)
        return f"{self.values[f'local {array.name}']} + first * {array.size_bytes}"

    def _values_of_warp(self, variable: Var) -> str:
        size_bytes = self.writer.expressions.carried(variable.dtype).itemsize_bytes
        return f"{self.values[f'variable {variable.name}']} + first * {size_bytes}"

    @contextmanager
    def _threads(self, offset: int) -> Generator[None]:
        """The loops over the threads of a block, x innermost."""
        with self._thread_loop(len(self.axes) - 1, offset):
            yield

    @contextmanager
    def _thread_loop(self, position: int, offset: int) -> Generator[None]:
        axis = self.axes[position]
        clamped = self.plan.clamped
        inside = clamped is not None and "xyz".index(axis) < len(clamped.indices)
        bound = f"{'threads' if inside else 'block'}_{axis}"
        with self.writer.block(f"for thread_{axis} in range({bound}):", offset):
            if position == 0:
                yield
            else:
                with self._thread_loop(position - 1, offset):
                    yield

    def _recomputed(self, group: Group) -> list[Assign]:
        """The assignments that the group needs repeated, in order."""
        wanted = set(group.exposed)
        needed: list[Assign] = []
        for name, assign in reversed(self.plan.recomputed.items()):
            if name in wanted:
                needed.append(assign)
                wanted |= reads(assign.value)
        return needed[::-1]

    def _move_value(self, verb: str, name: str) -> None:
        """Load or store this thread's value of a variable."""
        variable = self.plan.stored[name]
        function = memory_function(
            verb, Array(name, self.writer.expressions.carried(variable.dtype), "local")
        )
        identifier = self._identifier(variable)
        place = (self.values[f"variable {name}"], "thread")
        if verb == "load":
            self.writer.line(f"{identifier} = {self.writer.expressions.call(function, *place)}")
        else:
            self.writer.line(self.writer.expressions.call(function, *place, identifier))

    def _identifier(self, thing: Var | Array) -> str:
        return self.writer.expressions.identifier(thing)


def _thread_axes(kernel: Kernel, specials: frozenset[str]) -> str:
    """The axes along which a block's threads are looped over. Along the others a domain kernel has one thread."""
    domain = kernel.domain
    if domain is None:
        return "xyz"
    rank = len(domain.indices)
    return "".join(
        axis for at, axis in enumerate("xyz") if at < max(1, rank) or f"thread_idx.{axis}" in specials
    )


def _thread_number(axes: str) -> str:
    text = f"thread_{axes[-1]}"
    for axis in reversed(axes[:-1]):
        left = text if text.isidentifier() else f"({text})"
        text = f"{left} * block_{axis} + thread_{axis}"
    return text


def _specials(kernel: Kernel) -> Iterator[str]:
    for expr in _all_expressions(kernel.body):
        if isinstance(expr, Special):
            yield expr.name
    if kernel.domain:
        yield from (f"block_idx.{axis}" for axis in "xyz"[: len(kernel.domain.indices)])


def _all_expressions(body: tuple[Stmt, ...]) -> Iterator[Expr]:
    for statement in walk(body):
        for expr in expressions(statement):
            yield from walk_expr(expr)


def _mentions(group: Group, array: Array) -> bool:
    stores = any(getattr(statement, "array", None) == array for statement in walk(group.statements))
    return stores or any(getattr(part, "array", None) == array for part in _all_expressions(group.statements))
