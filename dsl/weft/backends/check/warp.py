"""What the lanes of a warp do together, warp by warp. A warp of which only some lanes come is a fault."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy

from weft.model.ir import WARP_SIZE, Do

if TYPE_CHECKING:
    from weft.backends.check.interpreter import Block

Values = Any
Mask = Any


def _effect(compute: Callable[..., Values]) -> Callable[["Block", Do, Mask], tuple[Values, ...]]:
    """compute: from the static parts and a warp's operands to the values of its lanes."""

    def do(block: "Block", effect: Do, mask: Mask) -> tuple[Values, ...]:
        active = block.together_in_warps(mask, effect)
        operands = [block.spread(block.value(arg, mask)) for arg in effect.args]
        block.warp_epoch[active] += 1
        found = [
            numpy.asarray(compute(*effect.static, *(operand[first:end] for operand in operands)))
            for first, end in warps_of(block)
        ]
        return (numpy.concatenate(found),) if effect.targets else ()

    return do


def warps_of(block: "Block") -> Iterator[tuple[int, int]]:
    """The threads of each warp; the last warp of a block may have fewer."""
    for start in range(0, block.count, block.threads):
        for first in range(start, start + block.threads, WARP_SIZE):
            yield first, min(first + WARP_SIZE, start + block.threads)


def _shuffle(mode: str, width: int, *rest: Values) -> Values:
    """Source: PTX ISA, `shfl.sync`."""
    by, values = (rest[0], rest[1]) if isinstance(rest[0], int) else (rest[1], rest[0])
    lane = numpy.arange(len(values))
    start = lane - lane % width
    by = numpy.asarray(by).astype("int64") % WARP_SIZE
    source = {"idx": start + by % width, "up": lane - by, "down": lane + by, "xor": lane ^ by}[mode]
    lowest = start if mode == "up" else 0
    is_there = (source >= lowest) & (source < numpy.minimum(start + width, len(values)))
    return values[numpy.where(is_there, source, lane)]


def _vote(which: str, values: Values) -> Values:
    return numpy.full(len(values), values.any() if which == "any" else values.all())


def _ballot(values: Values) -> Values:
    bits = sum(1 << lane for lane, value in enumerate(values) if value)
    return numpy.full(len(values), bits, "uint32")


def _by_parts(width: int, values: Values, compute: Callable[[Values], Values]) -> Values:
    parts = [values[start : start + width] for start in range(0, len(values), width)]
    return numpy.concatenate([numpy.broadcast_to(compute(part), part.shape) for part in parts])


def _reduce(which: str, width: int, values: Values) -> Values:
    reduction = {"sum": numpy.add, "max": numpy.fmax, "min": numpy.fmin}[which]
    return _by_parts(width, values, lambda part: reduction.reduce(part, dtype=part.dtype))


def _scan(which: str, width: int, values: Values) -> Values:
    def scan(part: Values) -> Values:
        sums = numpy.cumsum(part, dtype=part.dtype)
        return sums if which == "inclusive" else numpy.concatenate([sums[:1] * 0, sums[:-1]])

    return _by_parts(width, values, scan)


def _barrier() -> Values:
    return ()


EFFECTS: Mapping[str, Callable[["Block", Do, Mask], tuple[Values, ...]]] = {
    "shuffle": _effect(_shuffle),
    "vote": _effect(_vote),
    "ballot": _effect(_ballot),
    "warp_reduce": _effect(_reduce),
    "warp_scan": _effect(_scan),
    "warp_barrier": _effect(_barrier),
}
