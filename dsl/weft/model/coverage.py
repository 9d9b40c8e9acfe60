"""Whether a grid that is written in a launch covers what the kernel works on: elements left over, blocks with nothing to do."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from weft.model import fold
from weft.model.arguments import Fact, dims_told
from weft.model.diagnostic import Certainty, Diagnostic, Span
from weft.model.ir import (
    Const,
    Do,
    Expr,
    For,
    Kernel,
    Special,
    Stmt,
    Store,
    TensorParameter,
    While,
    children,
    walk,
)
from weft.model.limits import Geometry
from weft.model.multiples import definitions
from weft.model.prove import Known, difference
from weft.model.rewrite import substitute


def coverage_findings(
    kernel: Kernel, geometry: Geometry, facts: Sequence[Fact], place: Span
) -> Iterator[Diagnostic]:
    """What a geometry leaves over, where the text tells how large the arguments are."""
    sizes = {name: fold.const(size) for name, size in dims_told(kernel.parameters, facts).items()}
    for what, extents, certainty in _covered(kernel):
        known = [_value(extent, sizes) for extent in extents]
        for axis, extent in zip("xyz", known, strict=False):
            if extent is not None and extent > 0:
                yield from _along(what, axis, extent, geometry, place, certainty)


def _along(
    what: str, axis: str, extent: int, geometry: Geometry, place: Span, certainty: Certainty
) -> Iterator[Diagnostic]:
    at = "xyz".index(axis)
    blocks, side = geometry.grid[at], geometry.block[at]
    threads, wanted = blocks * side, -(-extent // side)
    use = f"use {wanted:,} {'block' if wanted == 1 else 'blocks'} of {side:,}"
    if threads < extent:
        yield Diagnostic(
            "uncovered-elements",
            f"{blocks:,} × {side:,} = {threads:,} threads along {axis} are fewer than the {extent:,} of {what}: the last "
            f"{extent - threads:,} are left out; {use}",
            place,
            "warning",
            certainty=certainty,
        )
    elif blocks > wanted:
        yield Diagnostic(
            "idle-blocks",
            f"{what} has {extent:,} along {axis}, so {blocks - wanted:,} of {blocks:,} blocks have nothing to do: {use}",
            place,
            "information",
            certainty=certainty,
        )


def _covered(kernel: Kernel) -> Iterator[tuple[str, tuple[Expr, ...], Certainty]]:
    """What has one thread for each element: its words, and its extents along x, y and z."""
    if kernel.domain is not None:
        yield "the domain", kernel.domain.extents[::-1], "proved"
        return
    known = Known(definitions(kernel.body))
    in_loops = {id(one) for one in _in_loops(kernel.body)}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter) and 0 < len(parameter.shape) <= len("xyz"):
            stores = _stores(kernel, parameter)
            axes = _axes(parameter, stores, known) if stores else None
            if axes is not None and not any(id(store) in in_loops for store in stores):
                extents = dict(zip(axes, parameter.shape, strict=True))
                yield f"`{parameter.name}`", tuple(extents[axis] for axis in sorted(extents)), "likely"


def _stores(kernel: Kernel, tensor: TensorParameter) -> list[Store]:
    """The writes to a tensor; none where something else writes it too."""
    for one in kernel.statements:
        if isinstance(one, Do) and any(place.array == tensor.array for place in one.places):
            return []
    return [one for one in kernel.statements if isinstance(one, Store) and one.array == tensor.array]


def _axes(tensor: TensorParameter, stores: Sequence[Store], known: Known) -> tuple[str, ...] | None:
    """Along which axis of the grid each axis of a tensor lies, if every write is to the thread's own element."""
    rank = len(tensor.shape)
    for axes in permutations("xyz"[:rank]):
        own: Expr = fold.const(0)
        for axis, stride in zip(axes, tensor.strides, strict=True):
            own = fold.add(own, fold.mul(_coordinate(axis), stride))
        if all(difference((store.offset, known), (own, Known())) == 0 for store in stores):
            return axes
    return None


def _coordinate(axis: str) -> Expr:
    block, size = Special(f"block_idx.{axis}"), Special(f"block_dim.{axis}")
    return fold.add(fold.mul(block, size), Special(f"thread_idx.{axis}"))


def _in_loops(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    for one in body:
        if isinstance(one, (For, While)):
            yield from walk(one.body)
        else:
            for block in children(one):
                yield from _in_loops(block)


def _value(extent: Expr, sizes: Mapping[str, Expr]) -> int | None:
    known = substitute(extent, sizes)
    return int(known.value) if isinstance(known, Const) else None
