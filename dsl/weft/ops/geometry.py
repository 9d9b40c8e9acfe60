"""Where a thread is: the domain of a kernel, and CUDA's own indices."""

from typing import Any, SupportsIndex, cast, overload

from weft.ops.dtypes import DT
from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Sizes, Tensor, Vectors


@overload
def index(domain: "Tensor[DT, Any] | SupportsIndex", *, block: int | None = None) -> int: ...
@overload
def index(
    domain: "Tensor[DT, Any, Any] | tuple[SupportsIndex, SupportsIndex]",
    *,
    block: tuple[int, int] | None = None,
) -> tuple[int, int]: ...
@overload
def index(
    domain: "Tensor[DT, Any, Any, Any] | tuple[SupportsIndex, SupportsIndex, SupportsIndex]",
    *,
    block: tuple[int, int, int] | None = None,
) -> tuple[int, int, int]: ...
@overload
def index(domain: "Vectors[Any] | tuple[int, ...]", *, block: "Sizes | None" = None) -> Any: ...
def index(
    domain: "Tensor[DT, *tuple[Any, ...]] | Vectors[Any] | SupportsIndex | tuple[SupportsIndex, ...]",
    *,
    block: "Sizes | None" = None,
) -> Any:
    """This thread's coordinates in the kernel's domain: one thread for each element.

    domain: a tensor, or an extent, or a tuple of up to three of them; the last axis runs along x.
    Of one axis it is a number, which `(i,) = weft.index(x.shape)` takes too.
    block: the block's shape in the order of the axes, where the kernel needs a certain one; else it is chosen.

    A thread outside of the domain reads and writes nothing, and still reaches every barrier. For threads that work
    together on a tile use `weft.tile_index`.
    Wrong: in a branch, a loop or a function, or a second domain [domain-place]; more than three axes [domain-rank].
    """
    raise only_in_kernels("index")


@overload
def tile_index(domain: "Tensor[DT, Any] | SupportsIndex", tile: int) -> int: ...
@overload
def tile_index(
    domain: "Tensor[DT, Any, Any] | tuple[SupportsIndex, SupportsIndex]", tile: tuple[int, int]
) -> tuple[int, int]: ...
@overload
def tile_index(
    domain: "Tensor[DT, Any, Any, Any] | tuple[SupportsIndex, SupportsIndex, SupportsIndex]",
    tile: tuple[int, int, int],
) -> tuple[int, int, int]: ...
@overload
def tile_index(domain: tuple[int, ...], tile: "Sizes") -> Any: ...
def tile_index(
    domain: "Tensor[DT, *tuple[Any, ...]] | SupportsIndex | tuple[SupportsIndex, ...]", tile: Sizes
) -> Any:
    """This thread's coordinates in a domain cut into tiles: one block for each tile, one thread for each element.

    domain: a tensor, or an extent, or a tuple of up to three of them; the last axis runs along x.
    tile: the tile's shape in the order of the axes, known at compile time; it is the block's shape too.

    Every thread of every block takes part, also those past the edge, so that a block can fill shared memory together;
    an access outside of a tensor reads 0 and writes nothing. `thread_idx` is the place in the tile, `block_idx` the tile.
    Wrong: more than 1024 elements in a tile [launch-threads]; in a branch or a loop [domain-place].
    """
    raise only_in_kernels("tile_index")


def in_domain() -> bool:
    """Whether this thread is in the domain that `weft.index` names; True where there is none.

    Threads outside read and write nothing, but do take part in barriers and in what warps and blocks do together.
    """
    raise only_in_kernels("in_domain")


def ceil_div(a: SupportsIndex, b: SupportsIndex, /) -> int:
    """`a / b` rounded up: how many tiles of `b` cover `a`. Also works on the host."""
    return -(-a.__index__() // b.__index__())


class Axes:
    """Three integers: x, y and z."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def x(self) -> int:
        """Along x, the axis whose neighbours are neighbours in a warp."""
        raise only_in_kernels(f"{self.name}.x")

    @property
    def y(self) -> int:
        """Along y."""
        raise only_in_kernels(f"{self.name}.y")

    @property
    def z(self) -> int:
        """Along z."""
        raise only_in_kernels(f"{self.name}.z")

    def __repr__(self) -> str:
        return f"weft.{self.name}"


class Place:
    """A number that each thread, or each warp, has its own of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __index__(self) -> int:
        raise only_in_kernels(self.name)

    def __repr__(self) -> str:
        return f"weft.{self.name}"


thread_idx = Axes("thread_idx")
"""Where this thread is in its block: `thread_idx.x` counts from 0 to `block_dim.x - 1`."""

block_idx = Axes("block_idx")
"""Where this block is in the grid: `block_idx.x` counts from 0 to `grid_dim.x - 1`. The same for a whole block."""

block_dim = Axes("block_dim")
"""How many threads a block has along each axis. The same for all threads."""

grid_dim = Axes("grid_dim")
"""How many blocks the grid has along each axis. The same for all threads."""

# An integer to type checkers; a value only in a kernel.
lane_id: int = cast("int", Place("lane_id"))
"""Where this thread is in its warp: from 0 to 31. Warps are cut from the threads of a block along x, then y, then z."""

warp_id: int = cast("int", Place("warp_id"))
"""Where this thread's warp is in its block, counted from 0. The same for a whole warp."""

warp_size = 32
"""How many threads a warp has; the last warp of a block may have fewer."""
