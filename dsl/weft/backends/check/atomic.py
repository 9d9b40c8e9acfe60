"""Atomics: the threads that take part come one after the other, in the order of their numbers."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy

from weft.backends.check.arithmetic import convert, operation
from weft.model.atomics import ATOMICS
from weft.model.dtypes import DType
from weft.model.ir import Do

if TYPE_CHECKING:
    from weft.backends.check.interpreter import Block

Values = Any
Mask = Any

# The primitive that makes the new element of the one that is there and the value.
_PRIMITIVES = {
    "atomic_add": "add",
    "atomic_min": "min",
    "atomic_max": "max",
    "atomic_and": "bit_and",
    "atomic_or": "bit_or",
    "atomic_xor": "bit_xor",
}


def atomic(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    """What was there before, for each thread."""
    (place,) = do.places
    _, offsets, hit = block.located(place.array, place.offset, mask, do.span)
    before = block.load(place.array, place.offset, hit, do.span, is_atomic=True)
    after = before.copy()
    given = [block.spread(convert(block.value(arg, mask), place.array.dtype)) for arg in do.args]
    now: dict[int, Values] = {}
    for thread in numpy.flatnonzero(hit):
        element = int(offsets[thread])
        before[thread] = now.get(element, before[thread])
        values = [value[thread] for value in given]
        now[element] = after[thread] = _changed(do.name, place.array.dtype, before[thread], values)
    block.store(place.array, place.offset, after, hit, do.span, is_atomic=True)
    return (before,)


def _changed(name: str, dtype: DType, element: Values, values: list[Values]) -> Values:
    if name == "atomic_exchange":
        return values[0]
    if name == "atomic_compare_exchange":
        return values[1] if element.tobytes() == values[0].tobytes() else element
    return operation(_PRIMITIVES[name], dtype, [element, values[0]])


EFFECTS: Mapping[str, Callable[["Block", Do, Mask], tuple[Values, ...]]] = dict.fromkeys(ATOMICS, atomic)
