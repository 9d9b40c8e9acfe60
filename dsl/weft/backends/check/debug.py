"""What a kernel says and counts: `print`, a failed `assert`, `clock`, in the order of the threads."""

import sys
from collections.abc import Callable, Mapping
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

import numpy

from weft.backends.check.faults import Fault
from weft.model.ir import Do
from weft.model.texts import written

if TYPE_CHECKING:
    from weft.backends.check.interpreter import Block

Values = Any
Mask = Any

# x, y, z of the thread and of the block come before the values of an assertion's message.
_PLACE = 6


def say(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    for thread in numpy.flatnonzero(mask):
        sys.stdout.write(_text(block, do, mask, int(thread), 0))
    return ()


def fail(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    first = int(numpy.flatnonzero(mask)[0])
    text = _text(block, do, mask, first, _PLACE)
    block.run.add(Fault("assertion", text, do.span, (int(block.thread[first]),)))
    return ()


def clock(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    return (numpy.full(block.count, perf_counter_ns()),)


def _text(block: "Block", do: Do, mask: Mask, thread: int, first: int) -> str:
    values = [block.spread(block.value(arg, mask)) for arg in do.args[first:]]
    return written(str(do.static[0]), [int(value[thread : thread + 1].view("int64")[0]) for value in values])


EFFECTS: Mapping[str, Callable[["Block", Do, Mask], tuple[Values, ...]]] = {
    "print": say,
    "fail": fail,
    "clock": clock,
}
