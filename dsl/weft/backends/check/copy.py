"""Asynchronous copies: what a copy brings is in its place when its thread has waited for it, and not before.

Until then the place holds neither the old number nor the new one: who reads it reads what nothing has written. For other threads the
new number is written at the wait, so they need a barrier after that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from weft.model.diagnostic import Span
from weft.model.ir import Array, Do

if TYPE_CHECKING:
    from weft.backends.check.interpreter import Block

Values = Any
Mask = Any


@dataclass(frozen=True, slots=True)
class Pending:
    """One element for each thread of `mask` on its way. group: which of its thread's groups it belongs to."""

    array: Array
    offsets: Values
    values: Values
    mask: Mask
    group: Values
    span: Span


class Copies:
    """What the threads of a block have started and not waited for. group: the number of each thread's open group."""

    def __init__(self, threads: int) -> None:
        self.group = numpy.zeros(threads, "int64")
        self.pending: list[Pending] = []


def _start(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    """Places are pairs, to and from; each has an operand that says whether its element is inside of its tensor."""
    for number, inside in enumerate(do.args):
        to, source = do.places[2 * number], do.places[2 * number + 1]
        read = mask & block.truth(inside, mask)
        values = block.load(source.array, source.offset, read, do.span)
        memory, offsets, hit = block.located(to.array, to.offset, mask, do.span)
        if hit.any():
            block.store(to.array, to.offset, values, hit, do.span)
            memory.written[offsets[hit] - memory.first] = False
            block.copies.pending.append(
                Pending(to.array, offsets, values, hit, block.copies.group.copy(), do.span)
            )
    return ()


def _commit(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    block.copies.group[mask] += 1
    return ()


def _wait(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    """Of 0 for all that was started; of more, until so many closed groups are left."""
    (left,) = do.static
    assert isinstance(left, int)
    before = block.copies.group - left if left else block.copies.group + 1
    kept: list[Pending] = []
    for pending in block.copies.pending:
        done = pending.mask & mask & (pending.group < before)
        if done.any():
            block.arrive(pending.array, pending.offsets, pending.values, done, pending.span)
        if (pending.mask & ~done).any():
            kept.append(
                Pending(
                    pending.array,
                    pending.offsets,
                    pending.values,
                    pending.mask & ~done,
                    pending.group,
                    pending.span,
                )
            )
    block.copies.pending = kept
    return ()


EFFECTS: Mapping[str, Callable[["Block", Do, Mask], tuple[Values, ...]]] = {
    "copy_async": _start,
    "commit_async": _commit,
    "wait_async": _wait,
}
