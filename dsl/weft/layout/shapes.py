"""What layouts and shapes are like: sizes, profiles, comparisons."""

from typing import TypeAlias, overload

from weft.layout.errors import LayoutError, shown
from weft.layout.inttuple import IntTuple, check_int_tuple, depth_of, leaves, modes_of, product, same_profile
from weft.layout.layout import Layout, concatenate, from_modes, modes, require_layout
from weft.layout.swizzle import AnyLayout, ComposedLayout, on_inner

Shaped: TypeAlias = Layout | ComposedLayout | IntTuple


def size(value: Shaped) -> int:
    """The number of coordinates of a layout or a shape: the product of all extents."""
    return product(shape_of(value, "size"))


def cosize(layout: Layout | ComposedLayout) -> int:
    """The length of the range of indices of a layout: the largest index less the smallest, plus 1.

    Of a swizzled layout: a bound that no index reaches.
    """
    if isinstance(layout, ComposedLayout):
        return layout.cosize()
    return require_layout(layout, "cosize").cosize()


def rank(value: Shaped) -> int:
    """The number of modes of a layout or a shape; an integer shape has one."""
    return len(modes_of(shape_of(value, "rank")))


def depth(value: Shaped) -> int:
    """How deep a layout or a shape is nested: 0 for an integer, 1 for a flat tuple."""
    return depth_of(shape_of(value, "depth"))


@overload
def flatten(value: Layout) -> Layout: ...
@overload
def flatten(value: IntTuple) -> tuple[int, ...]: ...
def flatten(value: Layout | IntTuple) -> Layout | tuple[int, ...]:
    """The same leaves without nesting; of an integer, the tuple of it alone.

    Law: `flatten(L)(i) == L(i)` for every `i` below `size(L)`.
    """
    if not isinstance(value, Layout):
        return leaves(shape_of(value, "flatten"))
    if not isinstance(value.shape, tuple):
        return value
    return concatenate(from_modes([mode]) for mode in modes(value))


def select(layout: AnyLayout, modes: tuple[int, ...]) -> AnyLayout:
    """The layout of some modes, in the order given.

    Law: `select(L, (1, 0))(i, j) == L(j, i)` for a layout of two modes.
    """
    return on_inner(layout, "select", lambda inner: concatenate(inner[mode] for mode in _mode_numbers(modes)))


def is_congruent(left: Shaped, right: Shaped) -> bool:
    """Whether two layouts or shapes are nested in the same way, whatever their extents.

    Law: it is reflexive, symmetric and transitive.
    """
    return same_profile(shape_of(left, "is_congruent"), shape_of(right, "is_congruent"))


def is_compatible(left: Shaped, right: Shaped) -> bool:
    """Whether every coordinate of the first shape is a coordinate of the second.

    Law: it is a partial order on shapes, and compatible shapes have the same size.
    Source: CuTe, "Layouts", layout compatibility.
    """
    return _is_compatible(shape_of(left, "is_compatible"), shape_of(right, "is_compatible"))


def shape_of(value: object, operation: str) -> IntTuple:
    """The shape of a layout, or the shape itself; anything else is refused."""
    if isinstance(value, Layout | ComposedLayout):
        return value.shape
    check_int_tuple(value, operation)
    return value  # pyright: ignore[reportReturnType]


def _is_compatible(left: IntTuple, right: IntTuple) -> bool:
    if not isinstance(left, tuple):
        return left == product(right)
    if not isinstance(right, tuple) or len(left) != len(right):
        return False
    return all(map(_is_compatible, left, right))


def _mode_numbers(modes: object) -> tuple[int, ...]:
    check_int_tuple(modes, "select")
    if not isinstance(modes, tuple) or depth_of(modes) > 1:
        raise LayoutError(
            f"select: the modes are {shown(modes)}; give a flat tuple of mode numbers, such as (1, 0)"
        )
    return leaves(modes)
