"""The sizes that a block is tried with: large ones that every usual tile divides, so that the block lies inside."""

from collections.abc import Iterator
from functools import lru_cache
from math import prod

from weft.model.ir import Const, Expr, Kernel, Param, ScalarParameter, TensorParameter, walk_expr
from weft.model.limits import USUAL_BLOCKS, triple
from weft.model.rewrite import rewrite
from weft.records import record, replace

# Distinct for each dimension, so that a size can be recognised in an address.
_UNIT = 1024
WARP = 32
_SMALL = 2**40

Triple = tuple[int, int, int]


@lru_cache(64)
def _places(block: Triple, axis: int) -> list[int]:
    """Where the threads of a block are along an axis; not to be changed."""
    before, size = prod(block[:axis]), block[axis]
    return [number // before % size for number in range(prod(block))]


@record
class Trial:
    """One block of one launch. sizes: of each Param that is known: dimensions, and strides of row-major tensors."""

    block: Triple
    grid: Triple
    block_idx: Triple
    sizes: dict[str, int]

    @property
    def threads(self) -> int:
        return prod(self.block)

    def special(self, name: str) -> int | list[int] | None:
        """`thread_idx.x` and the like, for all threads; None for one that no trial tells."""
        what, _, axis = name.partition(".")
        if what == "lane_id":
            return [number % WARP for number in range(self.threads)]
        if what == "warp_id":
            return [number // WARP for number in range(self.threads)]
        if axis not in ("x", "y", "z"):
            return None
        position = "xyz".index(axis)
        if what != "thread_idx":
            return {"block_idx": self.block_idx, "block_dim": self.block, "grid_dim": self.grid}[what][
                position
            ]
        return _places(self.block, position)

    def thread(self, number: int) -> Triple:
        x, y, _ = self.block
        return number % x, number // x % y, number // (x * y)

    def thread_words(self, number: int) -> str:
        """`thread 5`, or `thread (x 5, y 1)` in a block of more axes."""
        place = self.thread(number)
        if self.block[1:] == (1, 1):
            return f"thread {place[0]}"
        shown = [f"{axis} {at}" for axis, at, size in zip("xyz", place, self.block, strict=True) if size > 1]
        return f"thread ({', '.join(shown)})"


@record
class Launch:
    """The block of a launch that stands in the text, and its grid as far as the text tells."""

    block: Triple
    grid: Triple | None = None


def edge(kernel: Kernel, launch: Launch | None = None) -> Trial | None:
    """The last block of a launch whose sizes no block divides; None where the kernel has no domain. launch: as of `trial`."""
    if kernel.domain is None:
        return None
    sizes = _sizes(kernel, odd=True)
    found = trial(kernel, launch, sizes)
    if found is None:
        return None
    x, y, z = (count - 1 for count in found.grid)
    return replace(found, block_idx=(x, y, z))


def trial(kernel: Kernel, launch: Launch | None = None, sizes: dict[str, int] | None = None) -> Trial | None:
    """An inner block of a large launch of a kernel; None where its block is not known.

    launch: one of the text's, for a kernel that does not fix its own block.
    """
    sizes = sizes or _sizes(kernel)
    domain = kernel.domain
    block = launch.block if launch else None
    if domain is None:
        grid = launch.grid or (1, 1, 1) if launch else (1, 1, 1)
        first, second, third = (min(1, count - 1) for count in grid)
        return Trial(block, grid, (first, second, third), sizes) if block else None
    if domain.block is None and block is None and kernel.shared:
        return None  # what a thread's place in shared memory is depends on the block
    shape = triple(domain.block[::-1]) if domain.block else block or USUAL_BLOCKS[len(domain.extents)]
    extents = [_evaluated(extent, sizes) for extent in reversed(domain.extents)]
    if not all(isinstance(extent, int) and 0 < extent < _SMALL for extent in extents):
        return None
    whole = triple(tuple(extent for extent in extents if extent is not None))
    x, y, z = (-(-extent // side) for extent, side in zip(whole, shape, strict=True))
    first, second, third = (min(1, count - 1) for count in (x, y, z))
    return Trial(shape, (x, y, z), (first, second, third), sizes)


def neighbour(of: Trial) -> Trial | None:
    """The next block of the same launch, along the first axis that has one."""
    for axis in range(3):
        if of.grid[axis] > of.block_idx[axis] + 1:
            x, y, z = (at + (position == axis) for position, at in enumerate(of.block_idx))
            return Trial(of.block, of.grid, (x, y, z), of.sizes)
    return None


def _sizes(kernel: Kernel, *, odd: bool = False) -> dict[str, int]:
    names = sorted({extent.name for extent in _extents(kernel) if isinstance(extent, Param)})
    sizes = {name: _UNIT * (2 * number + 3) + (5 if odd else 0) for number, name in enumerate(names)}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter):
            step = 1
            for axis in reversed(range(len(parameter.shape))):
                sizes[parameter.strides[axis].name] = step
                step *= _evaluated(parameter.shape[axis], sizes) or 1
    return sizes


def _extents(kernel: Kernel) -> Iterator[Expr]:
    scalars = {parameter.name for parameter in kernel.parameters if isinstance(parameter, ScalarParameter)}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter):
            yield from parameter.shape
    for extent in kernel.domain.extents if kernel.domain else ():
        yield from (
            part for part in walk_expr(extent) if isinstance(part, Param) and part.name not in scalars
        )


def _evaluated(expr: Expr, sizes: dict[str, int]) -> int | None:
    known = rewrite(
        expr,
        lambda leaf: (
            Const(sizes[leaf.name], leaf.dtype) if isinstance(leaf, Param) and leaf.name in sizes else leaf
        ),
    )
    return int(known.value) if isinstance(known, Const) else None
