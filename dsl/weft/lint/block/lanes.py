"""Values of all threads of a block at once."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import compress, repeat
from types import MappingProxyType
from typing import Any

# A whole number (a bool counts as 0 or 1) that all threads share, one for each thread, or unknown.
Lanes = int | list[int] | None
# Which threads take part: None for all.
Mask = list[bool] | None

_MOST_BITS = 64
_MOST_KNOWN = 2048


class Pattern:
    """Which elements threads touch: each thread of `mask` its own of `offsets`, or all the same one."""

    def __init__(self, offsets: int | list[int], mask: Mask) -> None:
        self.offsets = offsets
        self.mask = mask

    @cached_property
    def touched(self) -> frozenset[int]:
        """The elements that any thread touches."""
        if isinstance(self.offsets, int):
            return frozenset((self.offsets,))
        return frozenset(self.offsets if self.mask is None else compress(self.offsets, self.mask))

    @cached_property
    def owners(self) -> Mapping[int, int] | None:
        """For each element that is touched the thread that does; None if several do, as where all threads share it."""
        if isinstance(self.offsets, int):
            return None
        pairs = zip(self.offsets, range(len(self.offsets)), strict=True)
        found = dict(pairs if self.mask is None else compress(pairs, self.mask))
        count = len(self.offsets) if self.mask is None else sum(self.mask)
        return found if len(found) == count else None


class Calculator:
    """Operations on lanes. One that was computed of the very same lists is not computed again: loops, and the other runs of
    a kernel, come to the same indices of threads."""

    def __init__(self) -> None:
        # By the identity of lists, which are kept with what was found: they must stay alive for that to mean anything.
        self._known: dict[tuple[object, ...], tuple[Sequence[object], Lanes]] = {}
        self._masks: dict[tuple[int, int, bool], tuple[Sequence[object], list[bool]]] = {}
        self._patterns: dict[tuple[int, int], Pattern] = {}

    def apply(self, name: str, args: list[Lanes]) -> Lanes:
        """The primitive operation `name` on whole numbers; unknown if an operand is, or if it cannot be computed."""
        if None in args:
            return None
        key: list[object] = [name]
        for arg in args:
            if isinstance(arg, list):
                key.append(id(arg))
            else:
                key += (arg, None)
        if len(key) == 1 + 2 * len(args):
            return _of_numbers(name, args)
        place = tuple(key)
        found = self._known.get(place)
        if found is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            found = self._known[place] = args, _of_lists(name, args)
        return found[1]

    def narrowed(self, mask: Mask, condition: Sequence[int], *, to: bool = True) -> list[bool]:
        key = id(mask), id(condition), to
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) > _MOST_KNOWN:
                self._masks.clear()
            found = self._masks[key] = (mask, condition), narrowed(mask, condition, to=to)
        return found[1]

    def pattern(self, offsets: int | list[int], mask: Mask) -> Pattern:
        key = id(offsets), id(mask)
        found = self._patterns.get(key)
        if found is None:
            if len(self._patterns) > _MOST_KNOWN:
                self._patterns.clear()
            found = self._patterns[key] = Pattern(offsets, mask)
        return found


def _of_numbers(name: str, args: list[Lanes]) -> int | None:
    function = _FUNCTIONS.get(name)
    if function is None:
        return None
    try:
        value = int(function(*args))
    except (ArithmeticError, ValueError):
        return None
    return value if value.bit_length() <= _MOST_BITS else None


def _of_lists(name: str, args: list[Lanes]) -> list[int] | None:
    function = _FUNCTIONS.get(name)
    if function is None:
        return None
    first, last = args[0], args[-1]
    if name in _WITH_NUMBER and isinstance(first, list) and isinstance(last, int):
        return _WITH_NUMBER[name](first, last)
    if function in _SHIFTS and isinstance(last, int) and 0 <= last < _MOST_BITS:
        function = _SHIFTS[function]
    try:
        return list(map(function, *[arg if isinstance(arg, list) else repeat(arg) for arg in args]))
    except (ArithmeticError, ValueError):
        return None


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

# What most indices are made of, a third faster than the functions below.
_WITH_NUMBER: Mapping[str, Callable[[list[int], int], list[int]]] = MappingProxyType(
    {
        "add": lambda lanes, number: [lane + number for lane in lanes],
        "sub": lambda lanes, number: [lane - number for lane in lanes],
        "mul": lambda lanes, number: [lane * number for lane in lanes],
        "bit_and": lambda lanes, number: [lane & number for lane in lanes],
    }
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
