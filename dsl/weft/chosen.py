"""The geometry that Weft chose for a launch, and why."""

from collections.abc import Iterator, Sequence

from weft.model.limits import ANY_GPU, AXES
from weft.model.occupancy import Occupancy
from weft.records import record


@record
class ChosenGeometry:
    """The grid and the block, each along x, y, z. Print it to read why.

    device: `cpu`, or a GPU's architecture such as `sm_90`. extents: of the domain, in the order of its axes.
    elements_per_thread: neighbours along the last axis that a thread works on. grid_axes: along which axis of the grid
    the blocks along x, y and z of the kernel lie: "yxz" where its y, which is longer, takes the place of x.
    has_fixed_block: the kernel is written for this block. registers: of a thread; shared_bytes: of a block; occupancy: of
    a multiprocessor. None on the CPU. cluster: how many blocks along x, y and z run together; None without clusters.
    """

    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    device: str
    extents: tuple[int, ...]
    elements_per_thread: int = 1
    grid_axes: str = AXES
    has_fixed_block: bool = False
    registers: int | None = None
    shared_bytes: int | None = None
    occupancy: Occupancy | None = None
    cluster: tuple[int, int, int] | None = None

    def __str__(self) -> str:
        return "\n".join(
            [f"grid {_times(self.grid)}, block {_times(self.block)} on {self.device}", *self.reasons]
        )

    @property
    def reasons(self) -> list[str]:
        """Why, a sentence each."""
        return list(_reasons(self))


def _reasons(chosen: ChosenGeometry) -> Iterator[str]:
    each = chosen.elements_per_thread
    points = " × ".join(f"{extent:,}" for extent in chosen.extents)
    yield f"the domain has {points} points; its last axis runs along x, where neighbouring threads touch neighbours"
    if each > 1:
        yield f"a thread works on {each} neighbours, which are {each} elements of one wide load or store"
    if chosen.has_fixed_block:
        yield "the kernel fixes the block"
    if chosen.cluster is not None:
        yield f"the grid has whole clusters of {_times(chosen.cluster)} blocks"
    if chosen.grid_axes != AXES:
        longest = AXES[chosen.grid_axes.index("x")]
        limit = ANY_GPU.grid[AXES.index(longest)]
        yield (
            f"the blocks along {longest} lie on grid.x and those along x on grid.{longest}, which has at most {limit:,}; "
            "threads stay as they are"
        )
    found = chosen.occupancy
    if found is not None:
        yield (
            f"{chosen.registers} registers a thread and {chosen.shared_bytes:,} bytes of shared memory a block: a "
            f"multiprocessor holds {found.blocks_per_sm} blocks, {found.warps} of {found.max_warps} warps, limited by "
            f"{found.limit}"
        )


def _times(sizes: Sequence[int]) -> str:
    shown = list(sizes)
    while len(shown) > 1 and shown[-1] == 1:
        shown.pop()
    return " × ".join(f"{size:,}" for size in shown)
