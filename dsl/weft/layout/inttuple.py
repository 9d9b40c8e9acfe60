"""Integers in nested tuples: the shapes, strides and coordinates of layouts."""

from collections.abc import Iterator
from typing import TypeAlias

from weft.layout.errors import LayoutError, described, is_integer_in, shown

IntTuple: TypeAlias = int | tuple["IntTuple", ...]

MAX_DEPTH = 32
MAX_NODES = 4096
MAX_INT = 2**63 - 1


def crd2idx(coord: IntTuple, shape: IntTuple, stride: IntTuple | None = None) -> int:
    """The index that a coordinate has in a shape and a stride.

    coord: an integer (the leftmost mode runs fastest), or a tuple with one coordinate for each mode of `shape`.
    stride: congruent to `shape`; left out, the column-major one.

    A coordinate past the end continues in the last mode, as in CuTe.
    Law: `crd2idx(idx2crd(i, shape), shape) == i` for every `i` below `size(shape)`.
    Source: CuTe, "Layouts", coordinate mapping.
    """
    check_shape_and_stride(shape, stride)
    return index_of(coord, shape, column_major(shape) if stride is None else stride)


def idx2crd(index: IntTuple, shape: IntTuple, stride: IntTuple | None = None) -> IntTuple:
    """The coordinate of an index: one integer for each leaf of the shape.

    index: an integer, or a tuple with one index for each mode of `shape`.
    stride: congruent to `shape`; left out, the column-major one. A mode of stride 0 has coordinate 0.

    Law: `crd2idx(idx2crd(i, shape), shape) == i` for every `i` below `size(shape)`.
    Source: CuTe, "Layouts", coordinate mapping.
    """
    check_shape_and_stride(shape, stride)
    return _coordinate_of(index, shape, column_major(shape) if stride is None else stride)


def check_int_tuple(value: object, name: str) -> None:
    """Refuse what is not integers in nested tuples, too deep or too many; `name` is its name in the message."""
    for count, (node, depth) in enumerate(nodes(value, 0)):
        if depth + isinstance(node, tuple) > MAX_DEPTH:
            raise LayoutError(f"{name} is nested deeper than {MAX_DEPTH} levels; use fewer")
        if count == MAX_NODES:
            raise LayoutError(f"{name} has more than {MAX_NODES} parts; use fewer modes")
        if not isinstance(node, tuple):
            _check_leaf(node, name)


def check_shape_and_stride(shape: object, stride: object) -> None:
    """Refuse a shape with an extent below 1 or beyond 64 bits in all, and a stride of another form."""
    check_int_tuple(shape, "shape")
    _check_extents(shape)
    if stride is not None:
        check_int_tuple(stride, "stride")
        _check_congruent(shape, stride)


def leaves(value: IntTuple) -> tuple[int, ...]:
    """The integers of a nested tuple, from left to right."""
    if not isinstance(value, tuple):
        return (value,)
    return tuple(leaf for item in value for leaf in leaves(item))


def product(value: IntTuple) -> int:
    """The product of all integers of a nested tuple, 1 for an empty one."""
    result = 1
    for leaf in leaves(value):
        result *= leaf
    return result


def depth_of(value: IntTuple) -> int:
    """How deep tuples are nested: 0 for an integer, 1 for a flat tuple."""
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, tuple) else 0


def modes_of(value: IntTuple) -> tuple[IntTuple, ...]:
    """The top-level entries; an integer is its own only entry."""
    return value if isinstance(value, tuple) else (value,)


def same_profile(left: object, right: object) -> bool:
    """Whether two nested tuples have tuples at the same places, of the same lengths."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same_profile, left, right))
    return not isinstance(left, tuple) and not isinstance(right, tuple)


def column_major(shape: IntTuple, step: int = 1) -> IntTuple:
    """The compact stride of a shape whose leftmost mode runs fastest, beginning with `step`."""
    if not isinstance(shape, tuple):
        return step
    result: list[IntTuple] = []
    for mode in shape:
        result.append(column_major(mode, step))
        step *= product(mode)
    return tuple(result)


def row_major(shape: IntTuple, step: int = 1) -> IntTuple:
    """The compact stride of a shape whose rightmost mode runs fastest, beginning with `step`."""
    if not isinstance(shape, tuple):
        return step
    result: list[IntTuple] = []
    for mode in reversed(shape):
        result.append(row_major(mode, step))
        step *= product(mode)
    return tuple(reversed(result))


def index_of(coord: object, shape: IntTuple, stride: IntTuple) -> int:
    """The index of a coordinate that may be wrong, in a shape and a stride that are right."""
    if isinstance(coord, tuple):
        entries = _entries(coord, shape, "coordinate")
        return sum(map(index_of, entries, modes_of(shape), modes_of(stride)))
    return _index_of_integer(_check_leaf(coord, "coordinate"), shape, stride)


def _index_of_integer(coord: int, shape: IntTuple, stride: IntTuple) -> int:
    result = 0
    steps = leaves(stride)
    for position, (extent, step) in enumerate(zip(leaves(shape), steps, strict=True)):
        last = position == len(steps) - 1
        result += (coord if last else coord % extent) * step
        coord //= extent
    return result


def _coordinate_of(index: object, shape: IntTuple, stride: IntTuple) -> IntTuple:
    if isinstance(index, tuple):
        entries = _entries(index, shape, "index")
        return tuple(map(_coordinate_of, entries, modes_of(shape), modes_of(stride)))
    if isinstance(shape, tuple):
        return tuple(_coordinate_of(index, s, d) for s, d in zip(shape, modes_of(stride), strict=True))
    return _check_leaf(index, "index") // stride % shape if isinstance(stride, int) and stride else 0


def _entries(entries: tuple[object, ...], shape: IntTuple, name: str) -> tuple[object, ...]:
    expected = len(shape) if isinstance(shape, tuple) else None
    if expected != len(entries):
        wanted = "is one integer" if expected is None else f"has {expected} modes"
        raise LayoutError(
            f"{name} has {len(entries)} entries and the shape {shown(shape)} {wanted}; "
            "give one entry for each mode, or one integer for the whole shape"
        )
    return entries


def nodes(value: object, depth: int) -> Iterator[tuple[object, int]]:
    """A value and all that its tuples hold, each with its depth; lazy, so that a caller can stop."""
    yield value, depth
    if isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from nodes(item, depth + 1)  # pyright: ignore[reportUnknownArgumentType]


def _check_leaf(leaf: object, name: str) -> int:
    if isinstance(leaf, int) and is_integer_in(leaf, -MAX_INT, MAX_INT):
        return leaf
    raise LayoutError(f"{name} contains {described(leaf)}; use integers of 64 bits and tuples of them")


def _check_extents(shape: object) -> None:
    size = 1
    for extent, _ in nodes(shape, 0):
        if isinstance(extent, int):
            if extent < 1:
                raise LayoutError(f"shape {shown(shape)} contains {extent}; extents must be 1 or more")
            size *= extent
        if size > MAX_INT:
            raise LayoutError(
                f"the size of shape {shown(shape)} does not fit in 64 bits; use smaller extents"
            )


def _check_congruent(shape: object, stride: object) -> None:
    if not same_profile(shape, stride):
        raise LayoutError(
            f"shape {shown(shape)} and stride {shown(stride)} are not congruent; "
            "give the stride one integer for each integer of the shape, nested in the same way"
        )
