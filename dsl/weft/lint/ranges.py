"""Between which numbers a whole number of a kernel lies, where the text alone tells: from fixed extents, blocks and loops.

Nothing is taken from a launch: what is found here holds for each of them.
"""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from weft.model.dtypes import INDEX
from weft.model.ir import (
    WARP_SIZE,
    Assign,
    Const,
    Domain,
    Expr,
    For,
    Kernel,
    Op,
    Param,
    Special,
    Var,
)
from weft.model.launches import integer_range
from weft.model.limits import ANY_GPU, triple
from weft.records import record

_DEEPEST = 40
# More than any extent, so that one that is not known has a range too; sums of a few still fit an index.
_LARGEST = 2**62
_MOST_BLOCKS = 2**31 - 1


@record
class Range:
    """From `low` to `high`, both included."""

    low: int
    high: int


class Ranges:
    """The ranges of the expressions of one kernel, whose variables have a name for each life."""

    def __init__(self, kernel: Kernel) -> None:
        domain = kernel.domain
        self.block = triple(domain.block[::-1]) if domain and domain.block else None
        counts = kernel.times_assigned
        self._values: dict[str, Expr] = {}
        self._loops: dict[str, For] = {}
        for one in kernel.statements:
            match one:
                case Assign(target=target, value=value) if counts[target.name] == 1:
                    self._values[target.name] = value
                case For(variable=variable) if counts[variable.name] == 1:
                    self._loops[variable.name] = one
                case _:
                    pass
        self._indices = _indices(domain) if domain else {}
        self._is_inside = domain is not None and not domain.everyone

    def of(self, expr: Expr, depth: int = 0) -> Range | None:
        """None where a bound is not known, or where the number may wrap."""
        if depth > _DEEPEST:
            return None
        match expr:
            case Const(value=value) if not expr.dtype.is_float:
                return Range(int(value), int(value))
            case Special(name=name):
                return self._special(name)
            case Param(name=name) if expr.dtype == INDEX and ".stride[" not in name:
                return Range(0, _LARGEST)  # a dimension
            case Var(name=name) if name in self._values:
                return self.of(self._values[name], depth + 1)
            case Var(name=name) if name in self._loops:
                return self._loop(self._loops[name], depth + 1)
            case Var(name=name) if name in self._indices:
                return self._extent(self._indices[name], depth + 1)
            case Op() if not expr.dtype.is_float:
                found = self.unwrapped(expr, depth)
                return found if found and _fits(found, expr) else None
            case _:
                return None

    def unwrapped(self, op: Op, depth: int = 0) -> Range | None:
        """The range of an operation on whole numbers, as if its dtype held any."""
        if any(arg.dtype.is_float for arg in op.args):
            return None
        parts = [self.of(arg, depth + 1) for arg in op.args]
        match op.name, parts:
            case "mod", (_, Range(low=low, high=high)) if low > 0:
                return Range(0, high - 1)
            case "neg", (Range(low=low, high=high),):
                return Range(-high, -low)
            case "cast", (part,):
                return part
            case name, (Range() as left, Range() as right) if name in _BINARY:
                return _BINARY[name](left, right)
            case _:
                return None

    def decides(self, condition: Expr) -> bool | None:
        """Whether a condition is always true, or never; None where it is neither, or not known."""
        match condition:
            case Op(name="not", args=(a,)):
                inner = self.decides(a)
                return None if inner is None else not inner
            case Op(name="and" | "or" as name, args=args):
                parts = [self.decides(arg) for arg in args]
                decisive = name == "or"
                if decisive in parts:
                    return decisive
                return None if None in parts else not decisive
            case Op(name=name, args=(a, b)) if name in _COMPARE:
                return self._compare(name, a, b)
            case _:
                return None

    def _compare(self, name: str, a: Expr, b: Expr) -> bool | None:
        is_coordinate = self._is_inside and isinstance(a, Var) and self._indices.get(a.name) == b
        if name in ("lt", "ge") and is_coordinate:
            return name == "lt"  # it is below its extent
        left, right = self.of(a), self.of(b)
        return _COMPARE[name](left, right) if left and right else None

    def _special(self, name: str) -> Range | None:
        what, _, axis = name.partition(".")
        match what:
            case "lane_id":
                return Range(0, WARP_SIZE - 1)
            case "warp_id":
                return Range(0, (prod(self.block) - 1) // WARP_SIZE) if self.block else None
            case "thread_idx":
                most = self.block or ANY_GPU.block
                return Range(0, most["xyz".index(axis)] - 1)
            case "block_dim" if self.block:
                size = self.block["xyz".index(axis)]
                return Range(size, size)
            case "block_dim":
                return Range(1, ANY_GPU.block["xyz".index(axis)])
            case "block_idx":
                return Range(0, _MOST_BLOCKS - 1)
            case "grid_dim":
                return Range(1, _MOST_BLOCKS)
            case _:
                return None

    def _extent(self, extent: Expr, depth: int) -> Range | None:
        found = self.of(extent, depth)
        if found is None or found.high <= 0:
            return None
        return Range(0, found.high - 1 if self._is_inside else _LARGEST)

    def _loop(self, loop: For, depth: int) -> Range | None:
        start, stop = self.of(loop.start, depth), self.of(loop.stop, depth)
        if start is None or stop is None or not isinstance(loop.step, Const):
            return None
        if loop.step.value > 0 and stop.high > start.low:
            return Range(start.low, stop.high - 1)
        if loop.step.value < 0 and stop.low < start.high:
            return Range(stop.low + 1, start.high)
        return None


def _indices(domain: Domain) -> dict[str, Expr]:
    return {index.name: extent for index, extent in zip(domain.indices, domain.extents, strict=True)}


def _fits(found: Range, op: Op) -> bool:
    if op.dtype.kind == "bool":
        return True
    low, high = integer_range(op.dtype)
    return low <= found.low and found.high <= high


def _corners(compute: Callable[[int, int], int]) -> Callable[[Range, Range], Range]:
    def of(a: Range, b: Range) -> Range:
        found = [compute(left, right) for left in (a.low, a.high) for right in (b.low, b.high)]
        return Range(min(found), max(found))

    return of


def _floordiv(a: Range, b: Range) -> Range | None:
    if b.low <= 0:
        return None
    return _corners(lambda left, right: left // right)(a, b)


def _shift_left(a: Range, b: Range) -> Range | None:
    if b.low < 0 or b.high > 62:
        return None
    return _corners(lambda left, right: left << right)(a, b)


def _shift_right(a: Range, b: Range) -> Range | None:
    return _corners(lambda left, right: left >> right)(a, b) if b.low >= 0 else None


def _add(a: Range, b: Range) -> Range:
    return Range(a.low + b.low, a.high + b.high)


def _sub(a: Range, b: Range) -> Range:
    return Range(a.low - b.high, a.high - b.low)


def _min(a: Range, b: Range) -> Range:
    return Range(min(a.low, b.low), min(a.high, b.high))


def _max(a: Range, b: Range) -> Range:
    return Range(max(a.low, b.low), max(a.high, b.high))


_BINARY: Mapping[str, Callable[[Range, Range], Range | None]] = MappingProxyType(
    {
        "add": _add,
        "sub": _sub,
        "mul": _corners(lambda left, right: left * right),
        "floordiv": _floordiv,
        "min": _min,
        "max": _max,
        "shift_left": _shift_left,
        "shift_right": _shift_right,
    }
)


def _lt(a: Range, b: Range) -> bool | None:
    if a.high < b.low:
        return True
    return False if a.low >= b.high else None


def _eq(a: Range, b: Range) -> bool | None:
    if a.high < b.low or b.high < a.low:
        return False
    return True if a.low == a.high == b.low == b.high else None


def _opposite(found: bool | None) -> bool | None:
    return None if found is None else not found


_COMPARE: Mapping[str, Callable[[Range, Range], bool | None]] = MappingProxyType(
    {
        "lt": _lt,
        "gt": lambda a, b: _lt(b, a),
        "ge": lambda a, b: _opposite(_lt(a, b)),
        "le": lambda a, b: _opposite(_lt(b, a)),
        "eq": _eq,
        "ne": lambda a, b: _opposite(_eq(a, b)),
    }
)
