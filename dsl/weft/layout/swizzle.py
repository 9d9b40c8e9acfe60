"""Swizzles, and layouts whose indices are swizzled."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from weft.layout.errors import LayoutError, check_integer_in, described
from weft.layout.inttuple import MAX_INT, IntTuple
from weft.layout.layout import Layout, require_layout
from weft.records import record


@record
class Swizzle:
    """A permutation of indices that xors `bits` bits, `shift` places apart, into the bits above `base`.

    bits: how many bits change. base: how many lowest bits stay. shift: where the mask is read, to the left of the
    bits that change; a negative shift reads to the right. `abs(shift)` is at least `bits`.

    Law: `swizzle(swizzle(i)) == i`, and the swizzle permutes `range(swizzle.size())`.
    Source: CuTe, `swizzle.hpp`.
    """

    bits: int
    base: int
    shift: int

    def __post_init__(self) -> None:
        check_integer_in(self.bits, 0, 32, "Swizzle: bits")
        check_integer_in(self.base, 0, 32, "Swizzle: base")
        check_integer_in(self.shift, -32, 32, "Swizzle: shift")
        if abs(self.shift) < self.bits:
            raise LayoutError(f"{self} reads the bits that it changes; use a shift of at least {self.bits}")

    def __call__(self, index: int) -> int:
        """The swizzled index."""
        check_integer_in(index, -MAX_INT, MAX_INT, "Swizzle: index")
        mask = ((1 << self.bits) - 1) << (self.base + max(0, self.shift))
        read = index & mask
        return index ^ (read >> self.shift if self.shift > 0 else read << -self.shift)

    def __str__(self) -> str:
        return f"Sw<{self.bits},{self.base},{self.shift}>"

    def size(self) -> int:
        """The number of indices after which the pattern repeats."""
        return 1 << (self.bits + self.base + abs(self.shift))


@record
class ComposedLayout:
    """A layout whose indices are swizzled: `composed(c) == outer(offset + inner(c))`."""

    outer: Swizzle
    offset: int
    inner: Layout

    def __post_init__(self) -> None:
        _require_swizzle(self.outer)
        check_integer_in(self.offset, -MAX_INT, MAX_INT, "ComposedLayout: offset")
        require_layout(self.inner, "ComposedLayout: inner")

    def __call__(self, *coord: IntTuple) -> int:
        """The swizzled index of a coordinate: one integer, or one coordinate for each mode."""
        return self.outer(self.offset + self.inner(*coord))

    def __getitem__(self, mode: int) -> "ComposedLayout":
        """The swizzled layout of one mode."""
        return ComposedLayout(self.outer, self.offset, self.inner[mode])

    def __iter__(self) -> Iterator["ComposedLayout"]:
        """The swizzled layouts of the modes, from left to right."""
        return map(self.__getitem__, range(self.rank))

    def __len__(self) -> int:
        """The number of modes."""
        return self.rank

    def __bool__(self) -> bool:
        """True, also for a layout without modes."""
        return True

    def __str__(self) -> str:
        return f"{self.outer} o {self.offset} o {self.inner}"

    @property
    def shape(self) -> IntTuple:
        """The shape of the inner layout."""
        return self.inner.shape

    @property
    def rank(self) -> int:
        """The number of modes."""
        return self.inner.rank

    @property
    def depth(self) -> int:
        """How deep the shape is nested."""
        return self.inner.depth

    def size(self) -> int:
        """The number of coordinates."""
        return self.inner.size()

    def cosize(self) -> int:
        """A bound that no index reaches: the end of the last pattern of the swizzle that the indices touch."""
        period = self.outer.size()
        return -(-(self.offset + self.inner.cosize()) // period) * period


AnyLayout = TypeVar("AnyLayout", Layout, ComposedLayout)


def on_inner(layout: AnyLayout, operation: str, change: Callable[[Layout], Layout]) -> AnyLayout:
    """Change a layout, or the inner layout of a swizzled one: the swizzle sees only indices."""
    if isinstance(layout, ComposedLayout):
        return ComposedLayout(layout.outer, layout.offset, change(layout.inner))
    return change(require_layout(layout, operation))


def _require_swizzle(value: object) -> None:
    if not isinstance(value, Swizzle):
        raise LayoutError(f"ComposedLayout: outer is {described(value)}; use a Swizzle")
