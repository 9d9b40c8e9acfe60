"""What the threads of one block did to memory, and where two of them met."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, repeat
from operator import add
from typing import Literal, NamedTuple

from weft.lint.block.lanes import Mask, Pattern
from weft.lint.block.trial import WARP
from weft.model.diagnostic import Span
from weft.model.ir import Array, If
from weft.records import record

Kind = Literal["read", "write", "atomic"]
# Who writes one and the same value: all threads of the launch, of a block, of a warp, or each thread its own.
Agreement = Literal["launch", "block", "warp", "none"]

_MOST_MEETINGS = 16
# Elements of several arrays that the threads of a block touch between two barriers, before the record gives up.
_MOST_ELEMENTS = 400_000


class Touch(NamedTuple):
    """One access by the threads that take part in `pattern`, which says which element each of them touches.

    rounds: which iteration of each loop around it, outermost first. warp_barriers: how many came before.
    """

    array: Array
    kind: Kind
    span: Span
    pattern: Pattern
    agreement: Agreement
    rounds: tuple[tuple[Span, int], ...]
    warp_barriers: int = 0

    @property
    def offsets(self) -> int | list[int]:
        return self.pattern.offsets

    @property
    def mask(self) -> Mask:
        return self.pattern.mask

    def elements(self, threads: int) -> Iterator[tuple[int, int]]:
        """The threads that take part, each with the element that it touches."""
        offsets = self.offsets
        pairs = zip(range(threads), repeat(offsets)) if isinstance(offsets, int) else enumerate(offsets)
        return iter(pairs) if self.mask is None else compress(pairs, self.mask)

    def owners(self) -> Mapping[int, int] | None:
        """For each element that is touched the thread that does; None if several do, as where all threads share it."""
        return self.pattern.owners

    def touched(self) -> frozenset[int]:
        """The elements that any thread touches."""
        return self.pattern.touched


@record
class Meeting:
    """Two threads touch one element, at least one of them writes, and nothing orders them."""

    first: Touch
    second: Touch
    first_thread: int
    second_thread: int

    @property
    def loop(self) -> Span | None:
        """The loop of which the second access is in a later iteration than the first; None within one iteration."""
        for (loop, before), (other, after) in zip(self.first.rounds, self.second.rounds, strict=False):
            if loop != other:
                return None
            if before != after:
                return loop
        return None


@record
class Uninitialised:
    """A thread reads an element that nothing has written."""

    touch: Touch
    thread: int
    element: int


@record
class Wild:
    """An access of several threads to elements that depend on data: any of the array, or of those from `low` to `high`.

    is_sure: whether the threads certainly come to it, and not only where data allows it.
    """

    array: Array
    kind: Kind
    span: Span
    low: int = 0
    high: int | None = None
    is_sure: bool = True

    def reached(self, elements: frozenset[int]) -> frozenset[int]:
        """Those of some elements that it may be to."""
        if self.high is None and self.low <= 0:
            return elements
        return frozenset(
            one for one in elements if self.low <= one and (self.high is None or one <= self.high)
        )


@record
class Untold:
    """An access of which the run does not tell which elements it is to, or whether threads come to it at all."""

    array: Array
    kind: Kind
    span: Span
    depends_on_data: bool


@record
class Parting:
    """A branch at which the threads of a block go different ways. taken: which of those that come take its first side."""

    branch: If
    taken: list[bool]
    came: list[bool]


class Record:
    """The accesses since the last barrier, and what was found so far."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.meetings: dict[tuple[Span, Span], Meeting] = {}
        self.uninitialised: dict[Span, Uninitialised] = {}
        # Wild accesses that nothing orders with another access, and those to memory that is not all written: how much is.
        self.wild_meetings: dict[tuple[Span, Span], tuple[Wild, Touch]] = {}
        self.wild_uninitialised: dict[Span, tuple[Wild, int]] = {}
        # Accesses that read an element and write it back, where several threads may do so with one: data tells which.
        self.wild_updates: dict[Span, Wild] = {}
        # Reads of arrays of which it is not known what was written.
        self.unjudged_reads: dict[Span, Array] = {}
        self._wild: list[Wild] = []
        self._since: dict[str, list[Touch]] = {}
        self._written: dict[str, set[int]] = {}
        # Arrays of which it is not known what was written.
        self._lost: set[str] = set()
        self._budget = _MOST_ELEMENTS

    def add(self, touch: Touch) -> None:
        if touch.array.space != "local":
            self._since.setdefault(touch.array.name, []).append(touch)
        if touch.array.space != "global":
            self._initialise(touch)

    def add_wild(self, wild: Wild) -> None:
        self._wild.append(wild)
        name = wild.array.name
        written = self._written.get(name, set())
        size = wild.array.size or 0
        if (
            wild.kind != "write"
            and wild.is_sure
            and name not in self._lost
            and len(written) < size
            and not written >= wild.reached(frozenset(range(size)))
        ):
            self.wild_uninitialised.setdefault(wild.span, (wild, len(written)))

    def lose(self, array: Array) -> None:
        """Something may have been written anywhere in `array`."""
        self._lost.add(array.name)

    @property
    def since(self) -> dict[str, list[Touch]]:
        """The accesses to memory that threads share since the last barrier, by array."""
        return self._since

    def order(self) -> None:
        """A barrier: compare what came before it."""
        for touches in self._since.values():
            if len(self.meetings) < _MOST_MEETINGS and any(touch.kind != "read" for touch in touches):
                self._compare(touches)
        for wild in self._wild:
            for touch in self._since.get(wild.array.name, ()):
                kinds = {wild.kind, touch.kind}
                is_shared_by_many = len(wild.reached(touch.touched())) > 1
                if len(kinds) > 1 and wild.span != touch.span and is_shared_by_many:
                    self.wild_meetings.setdefault((wild.span, touch.span), (wild, touch))
        self._since, self._wild = {}, []

    def _initialise(self, touch: Touch) -> None:
        name = touch.array.name
        written = self._written.setdefault(name, set())
        if name in self._lost:
            if touch.kind != "write" and len(written) < self._cell_count(touch.array):
                self.unjudged_reads.setdefault(touch.span, touch.array)
            return
        if touch.kind == "write":
            if len(written) < self._cell_count(touch.array):
                written.update(self._all_cells(touch))
        elif len(written) < self._cell_count(touch.array) and touch.span not in self.uninitialised:
            if written.issuperset(self._all_cells(touch)):
                return
            for (thread, element), cell in zip(touch.elements(self.threads), self._cells(touch), strict=True):
                if cell not in written:
                    self.uninitialised[touch.span] = Uninitialised(touch, thread, element)
                    break

    def _all_cells(self, touch: Touch) -> Iterable[int]:
        return self._cells(touch) if touch.array.space == "local" else touch.touched()

    def _cells(self, touch: Touch) -> Iterable[int]:
        """The elements that the threads which take part touch, one after another; of local memory, each has its own."""
        offsets = repeat(touch.offsets, self.threads) if isinstance(touch.offsets, int) else touch.offsets
        cells = offsets
        if touch.array.space == "local":
            size = touch.array.size or 0
            cells = map(add, offsets, range(0, size * self.threads, size)) if size else offsets
        return cells if touch.mask is None else compress(cells, touch.mask)

    def _cell_count(self, array: Array) -> int:
        return (array.size or 0) * (self.threads if array.space == "local" else 1)

    def _compare(self, touches: list[Touch]) -> None:
        if _is_each_its_own(touches):
            return
        self._budget -= len(touches) * self.threads
        if self._budget < 0:
            return
        writers = self._writers(touches)
        for position, touch in enumerate(touches):
            if touch.kind != "write":
                self._compare_with(writers, touches, position)

    def _writers(self, touches: list[Touch]) -> dict[int, tuple[int, int]]:
        """For each element written: the first thread that writes it, and the position of its write."""
        writers: dict[int, tuple[int, int]] = {}
        for position, touch in enumerate(touches):
            if touch.kind != "write":
                continue
            own = touch.owners()
            if own is not None and writers.keys().isdisjoint(own):
                writers.update(zip(own, zip(own.values(), repeat(position)), strict=False))
                continue
            for thread, element in touch.elements(self.threads):
                other, at = writers.setdefault(element, (thread, position))
                if other != thread and not (at == position and _agree(touch, other, thread)):
                    self._meet(touches[at], touch, other, thread)
        return writers

    def _compare_with(self, writers: dict[int, tuple[int, int]], touches: list[Touch], position: int) -> None:
        touch = touches[position]
        if writers.keys().isdisjoint(touch.touched()):
            return
        for thread, element in touch.elements(self.threads):
            found = writers.get(element)
            if found is None or found[0] == thread:
                continue
            write = touches[found[1]]
            if found[1] > position:
                self._meet(touch, write, thread, found[0])
            elif not _wrote_the_same(write, thread, element):
                self._meet(write, touch, found[0], thread)

    def _meet(self, first: Touch, second: Touch, first_thread: int, second_thread: int) -> None:
        is_one_warp = first_thread // WARP == second_thread // WARP
        if is_one_warp and first.warp_barriers != second.warp_barriers:
            return  # a barrier of the warp stands between
        meeting = Meeting(first, second, first_thread, second_thread)
        key = (first.span, second.span)
        known = self.meetings.get(key)
        if known is None or (known.loop is not None and meeting.loop is None):
            self.meetings[key] = meeting


def _wrote_the_same(write: Touch, thread: int, element: int) -> bool:
    """Whether a thread that reads an element has itself written it, with the value that all wrote."""
    if write.agreement in ("none", "warp") or (write.mask is not None and not write.mask[thread]):
        return False
    return element == (write.offsets if isinstance(write.offsets, int) else write.offsets[thread])


def _agree(touch: Touch, one: int, other: int) -> bool:
    """Whether two threads of one write give the same value."""
    return touch.agreement in ("launch", "block") or (
        touch.agreement == "warp" and one // WARP == other // WARP
    )


def _is_each_its_own(touches: list[Touch]) -> bool:
    """Whether no element is touched by two threads: the usual case, seen at once."""
    places: list[list[int]] = []
    elements: list[frozenset[int]] = []
    for touch in touches:
        offsets = touch.offsets
        if isinstance(offsets, int):
            return False
        if offsets not in places:
            places.append(offsets)
            elements.append(touch.touched() if touch.mask is None else frozenset(offsets))
    return len(elements[0].union(*elements[1:])) == sum(map(len, places))
