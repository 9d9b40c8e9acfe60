"""`ir.Kernel` to flat Python source: scalars, addresses and loops, one function, no exceptions.

The text is compiled by a back end and shown to users, so it keeps their names, and each line knows the source offset
that it comes from.
"""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Literal

from weft.backends.expressions import Expressions, Target, effect_function, memory_function
from weft.backends.lowering import is_half
from weft.backends.names import RESERVED_PREFIX, Names
from weft.backends.parameters import FlatParameter, flatten
from weft.backends.speech import Speech
from weft.model import fold
from weft.model.dtypes import I64
from weft.model.ir import (
    SPEAKING,
    TRUE,
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
    ScalarParameter,
    Special,
    Stmt,
    Store,
    Var,
    While,
)
from weft.model.limits import STATIC_SHARED_BYTES, shared_offsets
from weft.model.specialization import Specialization
from weft.model.specialize import specialize
from weft.records import record, replace

# The prelude's function from the place of an array in the launch's shared memory, and the size of that, to its base.
DYNAMIC_SHARED = f"{RESERVED_PREFIX}dynamic_shared"

WriteExpr = Callable[[Expr], str]


@record
class Line:
    """A line of generated code; `offset` is where its source starts, None for what no source line asked for."""

    text: str
    offset: int | None


@record
class Emitted:
    """Generated code: one function called `function`.

    parameters: its last parameters, in order (a back end may have put its own before them).
    used: the prelude names that it mentions.
    speeches: what `weft_print_0_2(...)` and the like say: their number, and how many numbers they take.
    dynamic_shared_bytes: what a launch asks for, where that is more than every block has.
    """

    function: str
    lines: tuple[Line, ...]
    parameters: tuple[FlatParameter, ...]
    used: frozenset[str]
    speeches: tuple[Speech, ...] = ()
    dynamic_shared_bytes: int = 0

    @property
    def text(self) -> str:
        return "".join(f"{line.text}\n" for line in self.lines)


def emit_thread_kernel(kernel: Kernel, specialization: Specialization, target: Target) -> Emitted:
    """The code of one thread: what a GPU runs."""
    kernel = specialize(kernel, specialization)
    writer = Writer(kernel, target.turned(specialization.grid_axes), specialization.index_bits)
    with writer.function(kernel):
        dynamic_bytes = writer.dynamic_arrays(kernel.shared)
        writer.arrays(kernel.local if dynamic_bytes else kernel.shared + kernel.local)
        writer.body(kernel.body)
    return replace(writer.emitted(), dynamic_shared_bytes=dynamic_bytes)


class Writer:
    """Appends lines of Python, keeping the indentation; `expressions` writes what stands inside them."""

    def __init__(self, kernel: Kernel, target: Target, index_bits: Literal[32, 64]) -> None:
        self.names = Names(target.reserved)
        self.parameters = flatten(kernel, index_bits)
        self.function_name = self.names.of("function", kernel.name)
        self.expressions = Expressions(target, self.names, index_bits)
        self._kernel = kernel
        self._speeches: list[Speech] = []
        self._lines: list[Line] = []
        self._depth = 0

    def emitted(self) -> Emitted:
        used = frozenset(self.expressions.used)
        return Emitted(self.function_name, tuple(self._lines), self.parameters, used, tuple(self._speeches))

    def line(self, text: str, offset: int | None = None) -> None:
        self._lines.append(Line("    " * self._depth + text, offset))

    @contextmanager
    def block(self, header: str, offset: int | None = None) -> Generator[None]:
        """An indented block; `pass` if nothing is written into it."""
        self.line(header, offset)
        self._depth += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass", offset)
        self._depth -= 1

    @contextmanager
    def function(self, kernel: Kernel, first: Iterable[str] = ()) -> Generator[None]:
        """The function's head, and the conversions of parameters that are passed in another type than they have."""
        given = [self._flat_name(parameter) for parameter in self.parameters]
        converted = dict(self._conversions(kernel))
        passed = [f"{name}_passed" if name in converted else name for name in given]
        with self.block(f"def {self.function_name}({', '.join([*first, *passed])}):"):
            for name, text in converted.items():
                self.line(f"{name} = {text}")
            yield

    def dynamic_arrays(self, arrays: tuple[Array, ...]) -> int:
        """Shared arrays in one piece of memory, where they need more than every block has: its size, else 0."""
        offsets, total = shared_offsets([array.size_bytes for array in arrays])
        if total <= STATIC_SHARED_BYTES:
            return 0
        for offset, array in zip(offsets, arrays, strict=True):
            declare = self.expressions.call(DYNAMIC_SHARED, str(offset), str(total))
            self.line(f"{self.expressions.identifier(array)} = {declare}")
        return total

    def arrays(self, arrays: tuple[Array, ...]) -> None:
        for slot, array in enumerate(arrays):
            declare = self.expressions.call(f"{array.space}_{array.dtype.name}", str(slot), str(array.size))
            self.line(f"{self.expressions.identifier(array)} = {declare}")

    def body(self, statements: Iterable[Stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, statement: Stmt) -> None:
        offset = statement.span.start
        match statement:
            case Assign():
                self.assign(statement.target, statement.value, offset)
            case Store():
                self._store(statement)
            case Do():
                self.effect(statement)
            case If():
                self._if(statement)
            case For():
                with self.for_loop(statement):
                    self.body(statement.body)
            case While(condition=condition):
                with self.block(f"while {self.expressions.wide(condition)}:", offset):
                    self.body(statement.body)
            case Break():
                self.line("break", offset)
            case Continue():
                self.line("continue", offset)
            case Barrier(of_cluster=of_cluster):
                self.line(self.expressions.call("cluster_barrier" if of_cluster else "barrier"), offset)
            case Domain():
                self._domain(statement)

    def assign(self, target: Var, value: Expr, offset: int | None) -> None:
        self.line(f"{self.expressions.identifier(target)} = {self.expressions.exact(value)}", offset)

    @contextmanager
    def for_loop(self, loop: For) -> Generator[None]:
        """The loop's head. numba's `range` counts in int32, int64 and uint64; other types count in int64."""
        name, held = self.expressions.identifier(loop.variable), self.expressions.carried(loop.variable.dtype)
        offset = loop.span.start
        if held.bits >= 32 and held.name != "u32":
            with self.block(f"for {name} in {self._range(loop, self.expressions.exact)}:", offset):
                yield
            return
        count = self.names.of("count", f"{loop.variable.name}_count")
        with self.block(f"for {count} in {self._range(loop, self._to_i64)}:", offset):
            self.line(f"{name} = {self.expressions.call(held.name, count)}", offset)
            yield

    def _range(self, loop: For, write: WriteExpr) -> str:
        """`range` with its defaults left out where that changes no type."""
        parts = [write(loop.start), write(loop.stop), write(loop.step)]
        if _is_const(loop.step, 1):
            parts.pop()
            if _is_const(loop.start, 0):
                parts.pop(0)
        return f"range({', '.join(parts)})"

    def _to_i64(self, expr: Expr) -> str:
        return self.expressions.exact(fold.convert(expr, I64))

    def _store(self, store: Store) -> None:
        if store.guard is None:
            self._store_unguarded(store)
            return
        with self.block(f"if {self.expressions.wide(store.guard)}:", store.span.start):
            self._store_unguarded(store)

    def effect(self, do: Do) -> None:
        """A call of the prelude's function for the effect, and 0 in its targets where it is guarded away."""
        if do.guard is None:
            self._effect_unguarded(do)
            return
        for target in do.targets:
            self.assign(target, fold.const(0, target.dtype), do.span.start)
        with self.block(f"if {self.expressions.wide(do.guard)}:", do.span.start):
            self._effect_unguarded(do)

    def _speak(self, do: Do) -> None:
        """A call that has the number of what it says in its name, and the text beside it."""
        text = str(do.static[0])
        line = max(1, bisect_right(self._kernel.line_starts, do.span.start))
        name = f"{RESERVED_PREFIX}{do.name}_{len(self._speeches)}_{len(do.args)}"
        self._speeches.append(Speech(do.name, text, self._kernel.name, self._kernel.filename, line))
        given = [*self.expressions.target.speaking, *map(self.expressions.exact, do.args)]
        self.line(f"{self.expressions.call(name, *given)}  # {text!a}", do.span.start)

    def _effect_unguarded(self, do: Do) -> None:
        if do.name in SPEAKING:
            self._speak(do)
            return
        write = self.expressions
        places = [
            text for place in do.places for text in (write.identifier(place.array), write.wide(place.offset))
        ]
        given = [*places, *map(write.exact, do.args)]
        if do.name == "block_memory":
            given += write.target.block_memory
        done = write.call(effect_function(do, write.carried), *given)
        targets = ", ".join(map(write.identifier, do.targets))
        self.line(f"{targets} = {done}" if targets else done, do.span.start)

    def _store_unguarded(self, store: Store) -> None:
        write = self.expressions
        place = (write.identifier(store.array), write.wide(store.offset))
        value = write.unwrapped(store.value)
        self.line(write.call(memory_function("store", store.array), *place, value), store.span.start)

    def _if(self, statement: If) -> None:
        self._branch("if", statement)
        rest = statement.otherwise
        while len(rest) == 1 and isinstance(rest[0], If):
            self._branch("elif", rest[0])
            rest = rest[0].otherwise
        if rest:
            with self.block("else:", rest[0].span.start):
                self.body(rest)

    def _branch(self, word: str, statement: If) -> None:
        with self.block(f"{word} {self.expressions.wide(statement.condition)}:", statement.span.start):
            self.body(statement.then)

    def _domain(self, domain: Domain) -> None:
        offset = domain.span.start
        for axis, index in zip("xyz", reversed(domain.indices), strict=False):
            self.assign(index, coordinate(axis), offset)
        if domain.everyone:
            self.body(domain.body)
            return
        with self.block(f"if {self.expressions.wide(inside_domain(domain))}:", offset):
            self.body(domain.body)

    def _flat_name(self, parameter: FlatParameter) -> str:
        kind = "tensor" if parameter.role == "address" else "scalar"
        return self.names.of(kind, parameter.name)

    def _conversions(self, kernel: Kernel) -> Iterator[tuple[str, str]]:
        """The identifiers of scalars that are not passed as they are carried, with what converts them."""
        for parameter in kernel.parameters:
            if not isinstance(parameter, ScalarParameter):
                continue
            name = self.names.of("scalar", parameter.name)
            if is_half(parameter.dtype):
                yield name, self.expressions.call(f"round_{parameter.dtype}", f"{name}_passed")
            elif parameter.dtype.kind == "bool":
                yield name, f"{name}_passed != {self.expressions.call('u8', '0')}"


def coordinate(axis: str) -> Expr:
    """This thread's coordinate along `axis` ("x", "y" or "z") of the grid."""
    block, size = Special(f"block_idx.{axis}"), Special(f"block_dim.{axis}")
    return fold.add(fold.mul(block, size), Special(f"thread_idx.{axis}"))


def inside_domain(domain: Domain) -> Expr:
    """Whether this thread's point lies inside the domain."""
    tests = [fold.less(index, end) for index, end in zip(domain.indices, domain.extents, strict=True)]
    return reduce(lambda one, other: fold.both(one, other) or TRUE, tests)


def _is_const(expr: Expr, value: int) -> bool:
    return isinstance(expr, Const) and expr.value == value
