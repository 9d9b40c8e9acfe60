"""The plans of one kernel in machine code's words: a table, and the function that launches by it."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from ctypes import Array, addressof, c_int64
from weakref import WeakSet

from weft.backends.direct import Direct
from weft.backends.native import launch
from weft.backends.native.recognise import Known, Stream
from weft.backends.native.runtime import function_of, words
from weft.model.limits import Geometry
from weft.once import ForkedLock
from weft.records import record


@record
class TensorArgument:
    """slot: where its address goes. low_bytes, high_bytes: from where to where its elements lie, from its address."""

    kind: type
    known: Known
    slot: int
    is_written: bool
    is_aligned: bool
    itemsize_bytes: int
    low_bytes: int
    high_bytes: int


@record
class NumberArgument:
    """what: `launch.FLOAT`, `INTEGER` or `BOOLEAN`. bits: of a float. lowest, highest: of an integer."""

    kind: type
    slot: int
    what: int
    bits: int = 0
    lowest: int = 0
    highest: int = 0


Argument = TensorArgument | NumberArgument


@record
class NativePlan:
    """slots: the arguments, 0 where each launch has its own. geometry, direct: None where there is nothing to do.
    device: the ordinal, -1 for host memory. name: the kernel, in words."""

    arguments: tuple[Argument, ...]
    slots: tuple[int, ...]
    geometry: Geometry | None
    direct: Direct | None
    device: int
    stream: Stream
    name: str = ""


_MOST_FORGOTTEN = 64
_ADDING = ForkedLock()
_TABLES: "WeakSet[Table]" = WeakSet()


def all_tables() -> "list[Table]":
    """Every table that is in use."""
    return list(_TABLES)


class Table:
    """Keeps the plans that were used last."""

    def __init__(self, *, takes_stream: bool = False) -> None:
        self._words = (c_int64 * launch.TABLE_WORDS)()
        self._words[launch.RUNTIME] = addressof(words())
        self._words[launch.TAKES_STREAM] = int(takes_stream)

        self._plans: dict[Hashable, _PlanMemory] = {}
        self._forgotten: deque[_PlanMemory] = deque(maxlen=_MOST_FORGOTTEN)
        self._function = function_of(addressof(self._words), self)
        _TABLES.add(self)

    @property
    def function(self) -> Callable[..., object]:
        """Launches with the arguments: None if it did, `NotImplemented` if no plan is for them. The last argument of a
        table that takes a stream is its handle."""
        return self._function

    def launched(self, stream: int) -> list[tuple[str, int]]:
        """The kernels that machine code launched on a stream, each with the number of its last launch."""
        return [
            (memory.plan.name, memory.words[launch.LAST_LAUNCH])
            for memory in self._plans.values()
            if memory.words[launch.LAST_LAUNCH] and memory.words[launch.LAST_STREAM] == stream
        ]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._plans

    def add(self, key: Hashable, plan: NativePlan) -> None:
        """Keep a plan, and forget the oldest where there are too many."""
        with _ADDING:
            self._add(key, plan)

    def _add(self, key: Hashable, plan: NativePlan) -> None:
        while len(self._plans) >= launch.MOST_PLANS:
            # Another thread may be comparing this one right now, in the midst of asking Python for an attribute.
            self._forgotten.append(self._plans.pop(next(iter(self._plans))))
        self._plans[key] = _PlanMemory(plan)
        self._words[launch.PLANS] = 0
        for at, memory in enumerate(reversed(self._plans.values())):
            self._words[launch.FIRST_PLAN + at] = addressof(memory.words)
        self._words[launch.PLANS] = len(self._plans)


class _PlanMemory:
    """A plan as words. What runs without Python's lock is held by the plan's owner, which a launch holds."""

    def __init__(self, plan: NativePlan) -> None:
        self.plan = plan
        self._held: list[object] = []
        count = launch.FIRST_RECORD + launch.RECORD_WORDS * len(plan.arguments)
        self.words = (c_int64 * count)()
        self._head(plan)
        for at, argument in enumerate(plan.arguments):
            self._record(launch.FIRST_RECORD + at * launch.RECORD_WORDS, argument)
        self._pairs(plan.arguments)

    def _head(self, plan: NativePlan) -> None:
        self.words[launch.ARGUMENTS] = len(plan.arguments)
        self.words[launch.SLOTS] = len(plan.slots)
        self.words[launch.TEMPLATE] = self._array(plan.slots)
        self.words[launch.IS_EMPTY] = int(plan.direct is None)
        self.words[launch.IS_ON_HOST] = int(plan.device < 0)
        self.words[launch.DEVICE] = plan.device
        if plan.direct is None or plan.geometry is None:
            return
        self.words[launch.OWNER] = id(plan.direct.owner)
        self.words[launch.ENTRY] = plan.direct.entry
        self.words[launch.BLOCKS] = plan.geometry.blocks // plan.direct.together
        self.words[launch.SCRATCH_BYTES] = plan.direct.scratch_bytes
        self.words[launch.COST] = plan.direct.cost
        self.words[launch.SHARED_BYTES] = plan.direct.shared_bytes
        self.words[launch.GRID : launch.GRID + 3] = plan.geometry.grid
        self.words[launch.BLOCK : launch.BLOCK + 3] = plan.geometry.block
        self.words[launch.STREAM_KIND] = plan.stream.kind
        self.words[launch.STREAM_SOURCE] = plan.stream.source
        self.words[launch.STREAM_NAME] = id(plan.stream.name)

    def _record(self, at: int, argument: Argument) -> None:
        record = (c_int64 * launch.RECORD_WORDS).from_buffer(self.words, at * 8)
        record[launch.TYPE] = id(argument.kind)
        record[launch.SLOT] = argument.slot
        if isinstance(argument, NumberArgument):
            record[launch.KIND] = argument.what
            record[launch.AXES] = argument.bits // 8
            record[launch.LOW], record[launch.HIGH] = argument.lowest, argument.highest
            return
        known = argument.known
        record[launch.KIND], record[launch.AXES] = known.kind, known.axes
        record[launch.SIZES] = self._array([id(part) for part in known.objects] or known.sizes)
        record[launch.DTYPE], record[launch.PLACE] = known.dtype, known.place
        record[launch.IS_WRITTEN] = int(argument.is_written)
        record[launch.LOW], record[launch.HIGH] = argument.low_bytes, argument.high_bytes
        record[launch.IS_ALIGNED] = int(argument.is_aligned)
        record[launch.IS_NOTHING] = int(argument.low_bytes == argument.high_bytes)
        record[launch.READER] = known.reader
        record[launch.MASK] = argument.itemsize_bytes - 1

    def _pairs(self, arguments: Sequence[Argument]) -> None:
        """Each tensor that is written, with each other one: two records, and whether they are views of one form."""
        tensors = [(at, one) for at, one in enumerate(arguments) if isinstance(one, TensorArgument)]
        found: list[int] = []
        for at, one in tensors:
            for other_at, other in tensors:
                if one.is_written and other_at != at and not (other.is_written and other_at < at):
                    found += [self._address(at), self._address(other_at), int(one.known == other.known)]
        self.words[launch.PAIRS] = len(found) // 3
        self.words[launch.FIRST_PAIR] = self._array(found)

    def _address(self, argument: int) -> int:
        return addressof(self.words) + (launch.FIRST_RECORD + argument * launch.RECORD_WORDS) * 8

    def _array(self, values: Sequence[int]) -> int:
        array: Array[c_int64] = (c_int64 * max(1, len(values)))(*values)
        self._held.append(array)
        return addressof(array)
