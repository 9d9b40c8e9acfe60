"""Values of all threads of a block at once."""

import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any

# A whole number (a bool counts as 0 or 1) that all threads share, one for each thread, or unknown.
Lanes = int | list[int] | None
# Which threads take part: None for all.
Mask = list[bool] | None

_MOST_BITS = 64
_MOST_KNOWN = 2048


def apply(name: str, args: list[Lanes]) -> Lanes:
    """The primitive operation `name` on whole numbers; unknown if an operand is, or if it cannot be computed."""
    function = _FUNCTIONS.get(name)
    if function is None or None in args:
        return None
    try:
        return _apply(function, args)
    except (ArithmeticError, ValueError):
        return None


def _apply(function: Callable[..., Any], args: list[Lanes]) -> Lanes:
    if list not in map(type, args):
        value = int(function(*args))
        return value if value.bit_length() <= _MOST_BITS else None
    if function in _SHIFTS and isinstance(args[1], int) and 0 <= args[1] < _MOST_BITS:
        function = _SHIFTS[function]
    return list(map(function, *(arg if isinstance(arg, list) else repeat(arg) for arg in args)))


class Calculator:
    """Operations on lanes. One that was computed of the very same lists is not computed again: loops, and the other runs of
    a kernel, come to the same indices of threads."""

    def __init__(self) -> None:
        # With the operands, which must stay alive for their identities to mean anything.
        self._known: dict[tuple[object, ...], tuple[Sequence[object], Lanes]] = {}
        self._masks: dict[tuple[int, int, bool], tuple[Sequence[object], list[bool]]] = {}

    def apply(self, name: str, args: list[Lanes]) -> Lanes:
        if None in args:
            return None
        kinds = tuple(map(type, args))
        if list not in kinds:
            return apply(name, args)
        key = (name, kinds, *[id(arg) if isinstance(arg, list) else arg for arg in args])
        found = self._known.get(key)
        if found is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = args, apply(name, args)
        return found[1]

    def narrowed(self, mask: Mask, condition: Sequence[int], *, to: bool = True) -> list[bool]:
        key = id(mask), id(condition), to
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) > _MOST_KNOWN:
                self._masks.clear()
            found = self._masks[key] = (mask, condition), narrowed(mask, condition, to=to)
        return found[1]


def choose(condition: Lanes, then: Lanes, otherwise: Lanes) -> Lanes:
    if isinstance(condition, int):
        return then if condition else otherwise
    if condition is None or then is None or otherwise is None:
        return None
    count = len(condition)
    pairs = zip(condition, spread(then, count), spread(otherwise, count), strict=True)
    return [a if truth else b for truth, a, b in pairs]


def spread(value: int | list[int], count: int) -> list[int]:
    return value if isinstance(value, list) else [value] * count


def narrowed(mask: Mask, condition: Sequence[int], *, to: bool = True) -> list[bool]:
    """The threads of `mask` whose `condition` is `to`."""
    wanted = map(bool if to else operator.not_, condition)
    return list(wanted if mask is None else map(operator.and_, mask, wanted))


def merged(mask: Mask, new: Lanes, old: Lanes, count: int) -> Lanes:
    """What a variable holds after the threads of `mask` set it."""
    if mask is None or new is None or old is None or new == old:
        return new if mask is None or new == old else None
    triples = zip(mask, spread(new, count), spread(old, count), strict=True)
    return [a if active else b for active, a, b in triples]


def _shift_left(a: int, b: int) -> int:
    if not 0 <= b < _MOST_BITS:
        raise ValueError
    return a << b


def _shift_right(a: int, b: int) -> int:
    if not 0 <= b < _MOST_BITS:
        raise ValueError
    return a >> b


# What does the same where the distance is a number that is right.
_SHIFTS: Mapping[Callable[..., Any], Callable[..., Any]] = MappingProxyType(
    {_shift_left: operator.lshift, _shift_right: operator.rshift}
)

_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "floordiv": operator.floordiv,
        "mod": operator.mod,
        "neg": operator.neg,
        "abs": abs,
        "min": min,
        "max": max,
        "eq": operator.eq,
        "ne": operator.ne,
        "lt": operator.lt,
        "le": operator.le,
        "gt": operator.gt,
        "ge": operator.ge,
        "not": operator.not_,
        "bit_and": operator.and_,
        "bit_or": operator.or_,
        "bit_xor": operator.xor,
        "bit_not": operator.invert,
        "shift_left": _shift_left,
        "shift_right": _shift_right,
    }
)
