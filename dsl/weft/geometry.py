"""Choose the grid and the block of a launch, or check those that the caller gives."""

from collections.abc import Iterator, Mapping
from typing import cast

from weft.model import fold, launches
from weft.model.ir import Const, Domain, Expr, Kernel, Param
from weft.model.limits import (
    ANY_GPU,
    Geometry,
    Limits,
    Problem,
    block_problems,
    grid_problems,
    whole_clusters,
)
from weft.model.rewrite import rewrite
from weft.model.warps import row_problems


class GeometryError(ValueError):
    """No geometry can be made; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def to_geometry(grid: object, block: object) -> Geometry:
    """The geometry that a caller wrote: each an integer or up to three. Raises GeometryError."""
    return Geometry(_sizes("grid", grid), _sizes("block", block))


def problems(geometry: Geometry, kernel: Kernel, limits: Limits = ANY_GPU) -> Iterator[Problem]:
    """What is wrong with a geometry, whoever chose it."""
    yield from block_problems(geometry.block, limits)
    yield from grid_problems(geometry.grid, limits)
    if kernel.domain is not None:
        yield from launches.domain_problems(kernel.name, kernel.domain, geometry)
    yield from row_problems(kernel, geometry)
    if kernel.cluster is not None:
        yield from whole_clusters(geometry.grid, kernel.cluster.shape)


def choose(
    kernel: Kernel, values: Mapping[str, int | float], block: tuple[int, int, int], each: int = 1
) -> Geometry | None:
    """Enough blocks for one thread per point of the kernel's domain, in whole clusters; None if it has no points. Raises
    GeometryError.

    values: of each Param that the extents name. block: along x, y, z; the domain's own, where it has one, wins.
    each: how many points along x a thread works on.
    """
    domain = kernel.domain
    assert domain is not None
    x, y, z = to_axes(extents(domain, values))
    x = -(-x // each)
    if not (x > 0 and y > 0 and z > 0):
        return None
    bx, by, bz = block if domain.block is None else to_axes(domain.block)
    cx, cy, cz = kernel.cluster.shape if kernel.cluster else (1, 1, 1)
    grid = tuple(
        -(-points // (side * many)) * many for points, side, many in ((x, bx, cx), (y, by, cy), (z, bz, cz))
    )
    return Geometry((grid[0], grid[1], grid[2]), (bx, by, bz))


def turned(geometry: Geometry, limits: Limits = ANY_GPU) -> tuple[Geometry, str]:
    """The geometry with the longest axis of its grid on x, where another one is over its limit, and along which axis of
    the grid the kernel's x, y and z lie (`Specialization.grid_axes`). Threads stay as they are."""
    grid = list(geometry.grid)
    if all(size <= limit for size, limit in zip(grid, limits.grid, strict=True)):
        return geometry, "xyz"
    longest = grid.index(max(grid))
    grid[0], grid[longest] = grid[longest], grid[0]
    axes = ["xyz", "yxz", "zyx"][longest]
    return Geometry((grid[0], grid[1], grid[2]), geometry.block), axes


def extents(domain: Domain, values: Mapping[str, int | float]) -> tuple[int, ...]:
    """The domain's extents for one launch, in the order of its axes. Raises GeometryError."""
    return tuple(_evaluate(extent, values, axis) for axis, extent in enumerate(domain.extents))


def to_axes(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    """Sizes in the order of a domain's axes, as x, y, z: the last axis is x."""
    x, y, z = (*reversed(sizes), 1, 1)[:3]
    return x, y, z


def _evaluate(extent: Expr, values: Mapping[str, int | float], axis: int) -> int:
    if isinstance(extent, Param):
        return int(values[extent.name])
    result = rewrite(
        extent,
        lambda leaf: fold.const(values[leaf.name], leaf.dtype) if isinstance(leaf, Param) else leaf,
    )
    # Folding leaves only a division by zero undone.
    if not isinstance(result, Const):
        raise GeometryError(launches.extent_unknown(axis))
    return int(result.value)


def _sizes(what: str, given: object) -> tuple[int, int, int]:
    # A tuple's items are objects to the type checker only after this.
    sizes = cast("tuple[object, ...]", given) if isinstance(given, tuple | list) else (given,)
    if not 1 <= len(sizes) <= 3:
        raise GeometryError(launches.geometry_rank(what, len(sizes)))
    x, y, z = (*(_size(what, size) for size in sizes), 1, 1)[:3]
    return x, y, z


def _size(what: str, size: object) -> int:
    # NumPy's integers are welcome, floats and strings are not.
    if isinstance(size, bool) or not hasattr(size, "__index__"):
        raise GeometryError(launches.geometry_type(what, type(size).__name__))
    return int(size)  # pyright: ignore[reportArgumentType] - it has __index__
