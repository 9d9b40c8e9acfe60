"""The layout value: a shape and a stride, and the function that they are."""

from collections.abc import Iterable, Iterator

from weft.layout.errors import LayoutError, described, is_integer_in, shown
from weft.layout.inttuple import (
    IntTuple,
    check_shape_and_stride,
    column_major,
    depth_of,
    index_of,
    leaves,
    modes_of,
    product,
    row_major,
)
from weft.layout.modes import Mode, coalesce_modes
from weft.records import record


@record
class Layout:
    """A function from coordinates to indices, written as a shape and a stride.

    shape: an extent, or a tuple of shapes; extents are 1 or more.
    stride: congruent to `shape`, counted in elements; left out, the leftmost mode runs fastest.

    Wrong: a stride that is not congruent to the shape, anything but integers and tuples.
    Source: CuTe, "Layouts"; arXiv:2603.02298.
    """

    shape: IntTuple
    stride: IntTuple

    def __init__(self, shape: IntTuple, stride: IntTuple | None = None) -> None:
        check_shape_and_stride(shape, stride)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "stride", column_major(shape) if stride is None else stride)

    @classmethod
    def column_major(cls, shape: IntTuple) -> "Layout":
        """The compact layout whose leftmost mode runs fastest: `(4, 8):(1, 4)`."""
        return cls(shape)

    @classmethod
    def row_major(cls, shape: IntTuple) -> "Layout":
        """The compact layout whose rightmost mode runs fastest: `(4, 8):(8, 1)`."""
        check_shape_and_stride(shape, None)
        return cls(shape, row_major(shape))

    def __call__(self, *coord: IntTuple) -> int:
        """The index of a coordinate: one integer, one coordinate for each mode, or a tuple of them.

        Law: `layout(i) == layout(idx2crd(i, layout.shape))` for every `i` below `layout.size()`.
        """
        return index_of(coord[0] if len(coord) == 1 else coord, self.shape, self.stride)

    def __getitem__(self, mode: int) -> "Layout":
        """The layout of one mode; negative numbers count from the end."""
        if not is_integer_in(mode, -self.rank, self.rank - 1):
            found = f"mode {described(mode)} of the layout {shown(self)}"
            raise LayoutError(f"{found} does not exist; use one of its {self.rank} modes, counted from 0")
        return Layout(modes_of(self.shape)[mode], modes_of(self.stride)[mode])

    def __iter__(self) -> Iterator["Layout"]:
        """The layouts of the modes, from left to right."""
        return map(self.__getitem__, range(self.rank))

    def __len__(self) -> int:
        """The number of modes; a layout with an integer shape has one."""
        return self.rank

    def __bool__(self) -> bool:
        """True, also for a layout without modes."""
        return True

    def __str__(self) -> str:
        return f"{self.shape}:{self.stride}"

    def __repr__(self) -> str:
        return f"Layout({self.shape}, {self.stride})"

    @property
    def rank(self) -> int:
        """The number of modes; a layout with an integer shape has one."""
        return len(modes_of(self.shape))

    @property
    def depth(self) -> int:
        """How deep the shape is nested: 0 for an integer, 1 for a flat tuple."""
        return depth_of(self.shape)

    def size(self) -> int:
        """The number of coordinates."""
        return product(self.shape)

    def cosize(self) -> int:
        """The length of the range of indices: the largest less the smallest, plus 1."""
        return 1 + sum((mode.extent - 1) * abs(mode.stride) for mode in modes(self))

    def coalesce(self) -> "Layout":
        """The same function of integers in as few modes as possible; `weft.layout.coalesce` without a profile."""
        return from_modes(coalesce_modes(modes(self)))


def make_layout(*layouts: Layout) -> Layout:
    """The layout whose modes are the given layouts.

    Law: `make_layout(a, b)(i, j) == a(i) + b(j)`.
    Source: CuTe, "Layouts", concatenation.
    """
    return concatenate(layouts)


def concatenate(layouts: Iterable[Layout]) -> Layout:
    """`make_layout` of any iterable."""
    parts = [require_layout(layout, "make_layout") for layout in layouts]
    return Layout(tuple(part.shape for part in parts), tuple(part.stride for part in parts))


def modes(layout: Layout) -> list[Mode]:
    """The flat modes of a layout, from left to right."""
    return list(map(Mode, leaves(layout.shape), leaves(layout.stride)))


def from_modes(flat: list[Mode]) -> Layout:
    """The flat layout of modes; a single mode gets an integer shape."""
    if len(flat) == 1:
        return Layout(flat[0].extent, flat[0].stride)
    return Layout(tuple(mode.extent for mode in flat), tuple(mode.stride for mode in flat))


def nest(profile: IntTuple, parts: Iterator[Layout]) -> Layout:
    """The layouts of `parts`, one for each leaf, nested as the profile is."""
    if not isinstance(profile, tuple):
        return next(parts)
    return concatenate([nest(entry, parts) for entry in profile])


def require_layout(value: object, operation: str) -> Layout:
    """The value if it is a Layout; the error names the operation that needs one."""
    if not isinstance(value, Layout):
        raise LayoutError(f"{operation} needs a Layout and found {described(value)}")
    return value
