"""What the lanes of a warp do together, beside what NumPy gives: the cases that every back end must pass.

Values are those of the threads of one block, in their order; the last warp may have fewer than 32 lanes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
from weft.model.dtypes import BOOL, F32, F64, I32, I64, U32, U64, DType

WARP = 32
SUMS = (I32, U32, I64, U64, F32, F64)
WIDTHS = (32, 8)

# The values of a part of a warp, to the results of its lanes.
OfPart = Callable[[Any], Any]


@dataclass(frozen=True)
class Case:
    """An effect of one operand. gives: the result's dtype; None for the operand's."""

    effect: str
    static: tuple[int | str, ...]
    width: int
    dtypes: tuple[DType, ...]
    of_part: OfPart
    gives: DType | None = None

    @property
    def name(self) -> str:
        return "-".join(map(str, (self.effect, *self.static)))


def _same(compute: Callable[[Any], Any]) -> OfPart:
    return lambda values: numpy.full(len(values), compute(values))


def _taken(source: Callable[[int, int], int]) -> OfPart:
    """source: from a lane and the part's width to the lane that it reads; its own if there is none."""

    def of_part(values: Any) -> Any:
        lanes = len(values)
        found = [source(lane, lanes) for lane in range(lanes)]
        return values[[one if 0 <= one < lanes else lane for lane, one in enumerate(found)]]

    return of_part


def _exclusive(values: Any) -> Any:
    return numpy.concatenate([values[:1] * 0, numpy.cumsum(values, dtype=values.dtype)[:-1]])


def _bits(values: Any) -> int:
    return sum(1 << lane for lane, value in enumerate(values) if value)


def _shuffles(width: int) -> list[Case]:
    kinds = (BOOL, *SUMS)
    by = max(1, width // 4)
    return [
        Case("shuffle", ("idx", width, by), width, kinds, _taken(lambda lane, lanes: by)),
        Case("shuffle", ("up", width, by), width, kinds, _taken(lambda lane, lanes: lane - by)),
        Case("shuffle", ("down", width, by), width, kinds, _taken(lambda lane, lanes: lane + by)),
        Case("shuffle", ("xor", width, by), width, kinds, _taken(lambda lane, lanes: lane ^ by)),
    ]


def _numbers(width: int) -> list[Case]:
    return [
        Case("warp_reduce", ("sum", width), width, SUMS, _same(lambda v: numpy.sum(v, dtype=v.dtype))),
        Case("warp_reduce", ("max", width), width, SUMS, _same(numpy.max)),
        Case("warp_reduce", ("min", width), width, SUMS, _same(numpy.min)),
        Case("warp_scan", ("inclusive", width), width, SUMS, lambda v: numpy.cumsum(v, dtype=v.dtype)),
        Case("warp_scan", ("exclusive", width), width, SUMS, _exclusive),
    ]


CASES = [
    *(case for width in WIDTHS for case in (*_shuffles(width), *_numbers(width))),
    Case("vote", ("any",), WARP, (BOOL,), _same(numpy.any)),
    Case("vote", ("all",), WARP, (BOOL,), _same(numpy.all)),
    Case("ballot", (), WARP, (BOOL,), _same(_bits), U32),
]


def expected(case: Case, values: Any) -> Any:
    """The results of all threads of a block."""
    parts = [
        case.of_part(warp[start : start + case.width])
        for warp in numpy.split(values, range(WARP, len(values), WARP))
        for start in range(0, len(warp), case.width)
    ]
    return numpy.concatenate(parts)


def operand(kind: Any, count: int, seed: int = 0) -> Any:
    """Numbers whose sums are exact; of bools, mostly true ones in some warps and mostly false in others."""
    random = numpy.random.default_rng(seed)
    if kind == numpy.bool_:
        return random.random(count) < numpy.repeat([0.0, 1.0, 0.5, 0.02], WARP * 8)[:count]
    low = 0 if kind.kind == "u" else -50
    return random.integers(low, 50, count).astype(kind)
