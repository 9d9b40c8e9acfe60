"""Where a thread is: the domain of a kernel, and CUDA's own indices."""

from typing import Any, SupportsIndex, overload

from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import Expr, Special, Var
from weft.model.limits import block_problems, triple
from weft.model.trace.call import Call
from weft.model.trace.tracer import DomainSite
from weft.model.values import UNKNOWN, Scalar, Tuple, Value
from weft.model.values import Tensor as TensorValue
from weft.ops.dtypes import DT
from weft.ops.operation import only_in_kernels, operation
from weft.ops.tensor import Tensor, index_exprs, static_sizes, value_of

_MOST_AXES = 3


def infer_index(call: Call) -> Value:
    """A domain with one point for each element; the compiler chooses the block unless it is given."""
    extents = _extents(call)
    block = static_sizes(call, "block") if call.given("block") else None
    if extents is None or (call.given("block") and block is None):
        return UNKNOWN
    return _open(call, extents, block, is_tiled=False)


def infer_tile_index(call: Call) -> Value:
    """A domain of whole tiles: one block for each tile, and every thread of it takes part."""
    extents, tile = _extents(call), static_sizes(call, "tile")
    return UNKNOWN if extents is None or tile is None else _open(call, extents, tile, is_tiled=True)


def infer_ceil_div(call: Call) -> Value:
    a, b = call.number("a", INDEX), call.number("b", INDEX)
    if a is None or b is None:
        return UNKNOWN
    return value_of(fold.floordiv(fold.sub(fold.add(a, b), fold.const(1)), b))


def _extents(call: Call) -> list[Expr] | None:
    value = call.value("domain")
    if isinstance(value, TensorValue):
        return [_product(axis.shape) for axis in value.axes]
    return index_exprs(call, "domain")


def _product(parts: tuple[Expr, ...]) -> Expr:
    size = parts[0]
    for part in parts[1:]:
        size = fold.mul(size, part)
    return size


def _open(call: Call, extents: list[Expr], block: tuple[int, ...] | None, *, is_tiled: bool) -> Value:
    t = call.tracer
    if not t.is_kernel or not _may_open(call, extents, block):
        return UNKNOWN
    names = (
        t.target if len(t.target) == len(extents) else tuple(f"index{axis}" for axis in range(len(extents)))
    )
    indices = tuple(t.variable(name, INDEX) for name in names)
    for index, extent in zip(indices, extents, strict=True):
        t.known.forget(index)
        t.known.assume_at_least(index, fold.const(0))
        if not is_tiled:
            t.known.assume_less(index, extent)
    if block is not None:
        _know_block(call, indices, block)
    t.domain = DomainSite(indices, tuple(extents), block, is_tiled, t.span(call.node), t.blocks[0])
    t.blocks[0] = []
    t.blocks[-1] = t.blocks[0]
    return Scalar(indices[0]) if len(indices) == 1 else Tuple(tuple(map(Scalar, indices)))


def _may_open(call: Call, extents: list[Expr], block: tuple[int, ...] | None) -> bool:
    t = call.tracer
    if t.depth > 0 or len(t.frames) > 1:
        call.report(
            "domain-place",
            f"`{call.name}` names the kernel's domain for every thread: call it at the top level of the kernel, not in a "
            "branch, a loop or a function",
        )
        return False
    if t.domain is not None:
        call.report(
            "domain-place",
            "the kernel has a domain already, and a kernel has one: use the first one's indices",
        )
        return False
    if len(extents) > _MOST_AXES:
        call.report(
            "domain-rank",
            f"the domain has {len(extents)} axes and a grid has at most {_MOST_AXES}: name three of them, and loop "
            "over the rest",
        )
        return False
    return block is None or _block_fits(call, extents, block)


def _block_fits(call: Call, extents: list[Expr], block: tuple[int, ...]) -> bool:
    name = "tile" if call.given("tile") else "block"
    if len(block) != len(extents):
        call.report(
            "domain-rank",
            f"the domain has {len(extents)} axes and `{name}` {len(block)}: give {len(extents)}",
            name,
        )
        return False
    problems = list(block_problems(triple(block[::-1])))
    for problem in problems:
        call.report(problem.code, problem.message, name)
    return not problems


def _know_block(call: Call, indices: tuple[Var, ...], block: tuple[int, ...]) -> None:
    """Inside a block of known shape, thread indices have known bounds."""
    known = call.tracer.known
    for axis, size in zip("xyz", triple(block[::-1]), strict=True):
        thread = Special(f"thread_idx.{axis}")
        known.assume_at_least(thread, fold.const(0))
        known.assume_less(thread, fold.const(size))


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
@operation(infer_index)
def index(domain: Any, *, block: Any = None) -> Any:
    """This thread's coordinates in the kernel's domain: one thread for each element.

    domain: a tensor, or an extent, or a tuple of up to three of them; the last axis runs along x.
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
@operation(infer_tile_index)
def tile_index(domain: Any, tile: Any) -> Any:
    """This thread's coordinates in a domain cut into tiles: one block for each tile, one thread for each element.

    domain: a tensor, or an extent, or a tuple of up to three of them; the last axis runs along x.
    tile: the tile's shape in the order of the axes, known at compile time; it is the block's shape too.

    Every thread of every block takes part, also those past the edge, so that a block can fill shared memory together;
    an access outside of a tensor reads 0 and writes nothing. `thread_idx` is the place in the tile, `block_idx` the tile.
    Wrong: more than 1024 elements in a tile [launch-threads]; in a branch or a loop [domain-place].
    """
    raise only_in_kernels("tile_index")


@operation(infer_ceil_div)
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


thread_idx = Axes("thread_idx")
"""Where this thread is in its block: `thread_idx.x` counts from 0 to `block_dim.x - 1`."""

block_idx = Axes("block_idx")
"""Where this block is in the grid: `block_idx.x` counts from 0 to `grid_dim.x - 1`. The same for a whole block."""

block_dim = Axes("block_dim")
"""How many threads a block has along each axis. The same for all threads."""

grid_dim = Axes("grid_dim")
"""How many blocks the grid has along each axis. The same for all threads."""
