"""The algebra on flat modes: lists of (extent, stride), without the nesting that `Layout` keeps."""

from collections.abc import Iterable
from typing import NamedTuple

from weft.layout.errors import LayoutError


class Mode(NamedTuple):
    """One flat mode of a layout."""

    extent: int
    stride: int

    def __str__(self) -> str:
        return f"{self.extent}:{self.stride}"


class Piece(NamedTuple):
    """The part of an inner mode that walks inside one outer mode, `step` of its elements at a time."""

    position: int
    extent: int
    step: int


def coalesce_modes(modes: Iterable[Mode]) -> list[Mode]:
    """Drop modes of extent 1 and merge neighbours where the second continues the first."""
    result: list[Mode] = []
    for mode in modes:
        if mode.extent == 1:
            continue
        if result and result[-1].extent * result[-1].stride == mode.stride:
            result[-1] = Mode(result[-1].extent * mode.extent, result[-1].stride)
        else:
            result.append(mode)
    return result or [Mode(1, 0)]


def compose_mode(outer: list[Mode], inner: Mode) -> tuple[list[Mode], list[Piece]]:
    """The modes that follow `outer` at the indices of `inner`, and the pieces they come from."""
    if inner.extent == 1 or inner.stride == 0:
        return [Mode(inner.extent, _unit_stride(outer, inner.stride))], []
    pieces = _pieces(outer, inner)
    return [Mode(p.extent, p.step * outer[p.position].stride) for p in pieces], pieces


def check_no_carry(outer: list[Mode], pieces: Iterable[Piece]) -> None:
    """Refuse inner modes whose steps add up past the end of an outer mode.

    Composition works on each inner mode alone, which is right only if their sums never carry into the next outer
    mode. CuTe asks for an injective inner layout instead, which is neither needed nor enough.
    """
    reach = [0] * len(outer)
    for piece in pieces:
        reach[piece.position] += (piece.extent - 1) * piece.step
    for mode, end in zip(outer[:-1], reach, strict=False):
        if end >= mode.extent:
            raise LayoutError(
                f"composition: the modes of the inner layout together reach {end} inside the outer mode {mode}, "
                f"which ends at {mode.extent - 1}; use an inner layout whose modes stay inside it"
            )


def complement_modes(modes: Iterable[Mode], cotarget: int) -> list[Mode]:
    """The modes that repeat `modes`, in increasing order, until `cotarget` indices are covered."""
    result: list[Mode] = []
    covered = 1
    for mode in sorted(
        (m for m in modes if m.extent > 1 and m.stride), key=lambda mode: (mode.stride, mode.extent)
    ):
        check_apart(mode, covered, "complement")
        result.append(Mode(mode.stride // covered, covered))
        covered = mode.extent * mode.stride
    result.append(Mode(-(-cotarget // covered), covered))
    return coalesce_modes(result)


def check_apart(mode: Mode, covered: int, operation: str) -> None:
    """Refuse a mode whose stride is negative or below the indices that smaller strides have covered."""
    if mode.stride < 0:
        raise LayoutError(f"{operation}: the mode {mode} has a negative stride; use strides of 0 or more")
    if mode.stride < covered:
        raise LayoutError(
            f"{operation}: the stride of mode {mode} is below {covered}, the extent times the stride of the mode "
            "before it in order of strides; use a layout whose modes do not overlap"
        )


def _unit_stride(outer: list[Mode], stride: int) -> int:
    """The stride that CuTe gives to a mode that does not move; it only shows in print."""
    for mode in outer[:-1]:
        stride = -(-stride // mode.extent)
    return stride * outer[-1].stride


def _pieces(outer: list[Mode], inner: Mode) -> list[Piece]:
    if inner.stride < 0 and len(outer) > 1:
        raise LayoutError(
            f"composition: the inner mode {inner} has a negative stride and the outer layout has {len(outer)} modes "
            "after coalescing; use strides of 0 or more, or an outer layout that coalesces to one mode"
        )
    extent, step = inner
    pieces: list[Piece] = []
    for position, mode in enumerate(outer[:-1]):
        if extent == 1:
            return pieces
        if step % mode.extent == 0:
            step //= mode.extent
            continue
        pieces.append(Piece(position, _taken(extent, step, mode, inner), step))
        extent, step = extent // pieces[-1].extent, 1
    return pieces if extent == 1 else [*pieces, Piece(len(outer) - 1, extent, step)]


def _taken(extent: int, step: int, mode: Mode, inner: Mode) -> int:
    """How many of `extent` elements, `step` apart, the outer mode holds."""
    if (extent - 1) * step < mode.extent:
        return extent
    if mode.extent % step:
        raise LayoutError(
            f"composition: the stride of the inner mode {inner} leaves a step of {step} in the outer mode {mode}, "
            f"and neither of {step} and {mode.extent} divides the other; use a stride that divides, or a smaller extent"
        )
    held = mode.extent // step
    if extent % held:
        raise LayoutError(
            f"composition: the inner mode {inner} has {extent} elements to place and the outer mode {mode} holds "
            f"{held}, which does not divide {extent}; use an extent that is a multiple of {held}, or at most {held}"
        )
    return held
