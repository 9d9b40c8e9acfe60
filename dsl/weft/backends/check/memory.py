"""The memory of a launch, and who touched which element of it last: what finds races and undefined reads.

Every access notes the thread, its block, and how many barriers its block and its warp had passed. Two accesses of one
element, one of them a write, are ordered if one thread made both, or if a barrier of their block (or a
synchronisation of their warp, or a barrier of their cluster) stands between. Two atomic accesses are never a race.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from weft.backends.check.arithmetic import from_bf16_bits, numpy_dtype, to_bf16_bits
from weft.model.diagnostic import Span
from weft.model.ir import Array

Values = Any

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Who:
    """The threads that make one access, one entry for each: their numbers in the launch and in their block."""

    thread: Values
    block: Values
    warp: Values
    block_epoch: Values
    warp_epoch: Values
    cluster: int
    cluster_epoch: int
    span: Span
    is_atomic: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two threads that touch one element, unordered. Threads are numbered within the launch."""

    kind: str
    element: int
    thread: int
    span: Span
    other_thread: int
    other_span: Span


class Record:
    """For each element, the last access of one kind."""

    def __init__(self, size: int) -> None:
        self.thread = numpy.full(size, NOBODY, "int64")
        self.block = numpy.zeros(size, "int32")
        self.warp = numpy.zeros(size, "int64")
        self.block_epoch = numpy.zeros(size, "int32")
        self.warp_epoch = numpy.zeros(size, "int32")
        self.cluster = numpy.zeros(size, "int64")
        self.cluster_epoch = numpy.zeros(size, "int32")
        self.is_atomic = numpy.zeros(size, "bool")
        self.span = numpy.zeros(size, "int32")

    def note(self, elements: Values, who: Who, span_number: int) -> None:
        self.thread[elements] = who.thread
        self.block[elements] = who.block
        self.warp[elements] = who.warp
        self.block_epoch[elements] = who.block_epoch
        self.warp_epoch[elements] = who.warp_epoch
        self.cluster[elements] = who.cluster
        self.cluster_epoch[elements] = who.cluster_epoch
        self.is_atomic[elements] = who.is_atomic
        self.span[elements] = span_number

    def copy(self, other: "Record", elements: Values) -> None:
        for name, values in vars(self).items():
            values[elements] = getattr(other, name)[elements]

    def unordered(self, elements: Values, who: Who) -> Values:
        """Which of these accesses another thread's recorded one may come before or after."""
        thread, block = self.thread[elements], self.block[elements]
        other = (thread != NOBODY) & (thread != who.thread)
        same_warp = (self.warp[elements] == who.warp) & (block == who.block)
        by_barrier = (block == who.block) & (self.block_epoch[elements] < who.block_epoch)
        by_warp = same_warp & (self.warp_epoch[elements] < who.warp_epoch)
        in_cluster = self.cluster[elements] == who.cluster
        by_cluster = in_cluster & (self.cluster_epoch[elements] < who.cluster_epoch)
        both_atomic = self.is_atomic[elements] & who.is_atomic
        return other & ~by_barrier & ~by_warp & ~by_cluster & ~both_atomic


@dataclass
class Memory:
    """The elements of one array as they lie in memory, from the lowest to the highest that it reaches.

    first: the offset of `values[0]`, not 0 where strides are negative.
    """

    array: Array
    values: Values
    first: int = 0
    written: Values = None
    records: dict[str, Record] = field(default_factory=dict[str, Record])
    spans: list[Span] = field(default_factory=list[Span])

    def __post_init__(self) -> None:
        size = len(self.values)
        self.records = {kind: Record(size) for kind in ("write", "read", "earlier read")}

    def load(self, offsets: Values, who: Who) -> tuple[Values, list[Conflict]]:
        elements = offsets - self.first
        conflicts = self._conflicts(elements, who, ("write",), "read")
        self._note_read(elements, who)
        return self._held(self.values[elements]), conflicts

    def store(self, offsets: Values, values: Values, who: Who) -> list[Conflict]:
        elements = offsets - self.first
        stored = to_bf16_bits(values) if self.array.dtype.name == "bf16" else values
        conflicts = [] if who.is_atomic else self._same_place(elements, stored, who)
        conflicts += self._conflicts(elements, who, ("write", "read", "earlier read"), "write")
        self.values[elements] = stored
        if self.written is not None:
            self.written[elements] = True
        self.records["write"].note(elements, who, self._number(who.span))
        return conflicts

    def outside(self, offsets: Values) -> Values:
        """Which offsets are not of this memory."""
        return (offsets < self.first) | (offsets >= self.first + len(self.values))

    def undefined(self, offsets: Values) -> Values:
        """Which elements nothing has written."""
        elements = offsets - self.first
        return numpy.zeros(len(elements), "bool") if self.written is None else ~self.written[elements]

    def _note_read(self, elements: Values, who: Who) -> None:
        """Two records: the last reader of an element, and the last before it that was another thread. A writer cannot be
        both, so one of them shows a conflict if there is any."""
        last, earlier = self.records["read"], self.records["earlier read"]
        number = self._number(who.span)
        others = (last.thread[elements] != who.thread) & (last.thread[elements] != NOBODY)
        earlier.copy(last, elements[others])
        last.note(elements, who, number)
        beside = last.thread[elements] != who.thread
        earlier.note(elements[beside], _part(who, beside), number)

    def _held(self, values: Values) -> Values:
        if self.array.dtype.name == "bf16":
            return from_bf16_bits(values)
        return values.astype(numpy_dtype(self.array.dtype), copy=False)

    def _same_place(self, elements: Values, values: Values, who: Who) -> list[Conflict]:
        """Threads of one statement that write different values to one element."""
        order = numpy.argsort(elements, kind="stable")
        elements, values, threads = elements[order], numpy.asarray(values)[order], who.thread[order]
        clash = (elements[1:] == elements[:-1]) & (values[1:] != values[:-1])
        if not clash.any():
            return []
        at = int(numpy.argmax(clash))
        return [
            Conflict("write", int(elements[at]), int(threads[at]), who.span, int(threads[at + 1]), who.span)
        ]

    def _conflicts(self, elements: Values, who: Who, kinds: tuple[str, ...], made: str) -> list[Conflict]:
        found: list[Conflict] = []
        for kind in kinds:
            record = self.records[kind]
            unordered = record.unordered(elements, who)
            if unordered.any():
                at = int(numpy.argmax(unordered))
                element = int(elements[at])
                other = self.spans[record.span[element]]
                found.append(
                    Conflict(made, element, int(who.thread[at]), who.span, int(record.thread[element]), other)
                )
        return found

    def _number(self, span: Span) -> int:
        if not self.spans or self.spans[-1] != span:
            self.spans.append(span)
        return len(self.spans) - 1


def _part(who: Who, mask: Values) -> Who:
    """Some of the threads."""
    return replace(
        who,
        thread=who.thread[mask],
        block=who.block[mask],
        warp=who.warp[mask],
        block_epoch=who.block_epoch[mask],
        warp_epoch=who.warp_epoch[mask],
    )


def undefined_memory(array: Array) -> Memory:
    """Shared or local memory that nothing has written yet: garbage, so that who reads it sees something wrong."""
    size = array.size or 0
    stored = numpy.dtype("uint16") if array.dtype.name == "bf16" else numpy_dtype(array.dtype)
    values = numpy.full(size, 0xA5, "uint8").repeat(stored.itemsize).view(stored).copy()
    return Memory(array, values, written=numpy.zeros(size, "bool"))
