"""Recasts: the same memory counted in larger or smaller elements."""

from weft.layout.errors import LayoutError, check_integer_in, shown
from weft.layout.layout import Layout, from_modes, modes, nest, require_layout
from weft.layout.modes import Mode

MAX_COUNT = 2**16


def upcast(layout: Layout, count: int) -> Layout:
    """The layout of elements that each hold `count` of the old ones.

    Wrong: a stride that neither divides `count` nor is a multiple of it.
    Law: for an injective `L`, the indices of `upcast(L, n)` are `L(i) // n`.
    Source: CuTe, `layout.hpp`.
    """
    check_integer_in(count, 1, MAX_COUNT, "upcast: count")
    flat = modes(require_layout(layout, "upcast"))
    return nest(layout.shape, (from_modes([_upcast_mode(mode, count)]) for mode in flat))


def downcast(layout: Layout, count: int) -> Layout:
    """The layout of elements of which `count` make up an old one; the mode of stride 1 grows.

    Wrong: a layout without a mode of stride 1.
    Law: the indices of `downcast(L, n)` are `L(i) * n + k` with `k` below `n`.
    Source: CuTe, `layout.hpp`.
    """
    check_integer_in(count, 1, MAX_COUNT, "downcast: count")
    flat = modes(require_layout(layout, "downcast"))
    if count == 1:
        return layout
    grown = _unit_mode(layout, flat)
    scaled = [Mode(extent, stride * count) for extent, stride in flat]
    scaled[grown] = Mode(flat[grown].extent * count, flat[grown].stride)
    return nest(layout.shape, (from_modes([mode]) for mode in scaled))


def recast(layout: Layout, old_bits: int, new_bits: int) -> Layout:
    """The layout of elements of `new_bits` bits over the memory of elements of `old_bits` bits.

    Law: `recast(L, b, n * b)` is `upcast(L, n)`, and `recast(L, n * b, b)` is `downcast(L, n)`.
    Source: CuTe, `layout.hpp`, `recast_layout`.
    """
    check_integer_in(old_bits, 1, MAX_COUNT, "recast: old_bits")
    check_integer_in(new_bits, 1, MAX_COUNT, "recast: new_bits")
    if new_bits % old_bits == 0:
        return upcast(layout, new_bits // old_bits)
    if old_bits % new_bits == 0:
        return downcast(layout, old_bits // new_bits)
    raise LayoutError(
        f"recast: {old_bits} bits and {new_bits} bits; use widths of which one divides the other"
    )


def _upcast_mode(mode: Mode, count: int) -> Mode:
    extent, stride = mode
    if stride == 0:
        return mode
    if stride % count == 0:
        return Mode(extent, stride // count)
    if count % stride:
        raise LayoutError(
            f"upcast: the stride of mode {mode} neither divides {count} nor is a multiple of it; "
            "use a count that fits the strides"
        )
    merged = count // abs(stride)
    return Mode(-(-extent // merged), 1 if stride > 0 else -1)


def _unit_mode(layout: Layout, flat: list[Mode]) -> int:
    """The mode to grow: of stride 1 or -1, rather one that moves."""
    units = [number for number, mode in enumerate(flat) if abs(mode.stride) == 1]
    moving = [number for number in units if flat[number].extent > 1]
    if not units:
        raise LayoutError(
            f"downcast: no mode of {shown(layout)} has stride 1; elements must be adjacent to be split"
        )
    return (moving or units)[0]
