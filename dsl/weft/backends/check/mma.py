"""Matrix products of a warp: the fragments of all lanes are gathered, multiplied, and given back.

How elements are spread over the lanes is told in PTX ISA, "Matrix Fragments for mma.m16n8k16".
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy

from weft.backends.check.warp import warps_of
from weft.model.ir import WARP_SIZE, Do

if TYPE_CHECKING:
    from weft.backends.check.interpreter import Block

Values = Any
Mask = Any

_ROW, _COLUMN, _STEP = numpy.arange(16), numpy.arange(8), numpy.arange(16)


def _load(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    """The first place is the row that a lane names; the others are the elements that it gets."""
    block.together_in_warps(mask, do)
    return tuple(block.load(place.array, place.offset, mask, do.span) for place in do.places[1:])


def _mma(block: "Block", do: Do, mask: Mask) -> tuple[Values, ...]:
    block.together_in_warps(mask, do)
    operands = [block.spread(block.value(arg, mask)).astype("float32") for arg in do.args]
    found = [numpy.zeros(block.count, "float32") for _ in range(4)]
    for first, end in warps_of(block):
        if end - first < WARP_SIZE:
            continue
        lanes = numpy.stack([operand[first : first + WARP_SIZE] for operand in operands])
        product = _left(lanes[:8]) @ _right(lanes[8:12]) + _result(lanes[12:])
        for which, values in enumerate(_spread(product)):
            found[which][first : first + WARP_SIZE] = values
    return tuple(found)


def _left(parts: Values) -> Values:
    row, step = numpy.meshgrid(_ROW, _STEP, indexing="ij")
    return parts[step // 8 * 4 + row // 8 * 2 + step % 2, row % 8 * 4 + step % 8 // 2]


def _right(parts: Values) -> Values:
    step, column = numpy.meshgrid(_STEP, _COLUMN, indexing="ij")
    return parts[step // 8 * 2 + step % 2, column * 4 + step % 8 // 2]


def _result(parts: Values) -> Values:
    return parts[_which(), _lane()]


def _spread(product: Values) -> Values:
    parts = numpy.zeros((4, WARP_SIZE), "float32")
    parts[_which(), _lane()] = product
    return parts


def _which() -> Values:
    row, column = numpy.meshgrid(_ROW, _COLUMN, indexing="ij")
    return row // 8 * 2 + column % 2


def _lane() -> Values:
    row, column = numpy.meshgrid(_ROW, _COLUMN, indexing="ij")
    return row % 8 * 4 + column // 2


EFFECTS: Mapping[str, Callable[["Block", Do, Mask], tuple[Values, ...]]] = {
    "load_matrix": _load,
    "mma": _mma,
}
