"""What a launch may ask of a device, and the words for asking too much.

Source: CUDA C++ Programming Guide, "Compute Capabilities", table of technical specifications.
"""

from collections.abc import Iterator, Sequence
from math import gcd, prod

from weft.model.ir import Array
from weft.model.occupancy import MULTIPROCESSORS
from weft.records import record

AXES = "xyz"


@record
class Limits:
    """The hardware limits of a launch. shared_bytes: of a block that asks for more than `STATIC_SHARED_BYTES`."""

    name: str
    block_threads: int = 1024
    block: tuple[int, int, int] = (1024, 1024, 64)
    grid: tuple[int, int, int] = (2**31 - 1, 65535, 65535)
    shared_bytes: int = 227 * 1024


# The limits that hold on every GPU since compute capability 3.5, for when no target is named; of shared memory, what the
# GPUs that have most of it have.
ANY_GPU = Limits("any CUDA GPU")

# What a block has on every GPU. For more, a kernel asks at its launch, and keeps its arrays in one piece.
STATIC_SHARED_BYTES = 48 * 1024
_SHARED_ALIGNMENT_BYTES = 16
# What the swizzled tiles of `warpgroup_mma` need. Source: PTX ISA, "Shared Memory Matrix Layout".
MOST_SHARED_ALIGNMENT_BYTES = 1024


# Of a cluster, on every GPU that has them. Source: CUDA C++ Programming Guide, "Thread Block Clusters".
MOST_CLUSTER_BLOCKS = 8

# A processor has no limit on the blocks that it runs one after another.
HOST = Limits("the CPU", grid=(2**63 - 1, 2**63 - 1, 2**63 - 1))


@record
class Geometry:
    """A grid of blocks and a block of threads, each along x, y, z."""

    grid: tuple[int, int, int]
    block: tuple[int, int, int]

    @property
    def threads_per_block(self) -> int:
        return prod(self.block)

    @property
    def blocks(self) -> int:
        return prod(self.grid)


@record
class Problem:
    """A code and its words, before a caller adds the place. `about` names what is at fault: an argument's name,
    "grid", "block" or "call"."""

    code: str
    message: str
    about: str = "call"


# By the number of axes of a domain: the block that a launch chooses for a kernel that looks at its threads. Warps along x for
# coalesced rows; 256 threads fill a multiprocessor of every GPU and leave each thread its registers.
USUAL_BLOCKS = {0: (256, 1, 1), 1: (256, 1, 1), 2: (32, 8, 1), 3: (32, 4, 2)}


def triple(sizes: int | tuple[int, ...]) -> tuple[int, int, int]:
    """`8` or `(8,)` or `(8, 4)` as x, y, z."""
    given = (sizes,) if isinstance(sizes, int) else sizes
    x, y, z = (*given, 1, 1, 1)[:3]
    return (x, y, z)


def block_problems(block: tuple[int, int, int], limits: Limits = ANY_GPU) -> Iterator[Problem]:
    yield from _not_positive("block", block)
    threads = prod(block)
    if threads > limits.block_threads:
        yield Problem(
            "launch-threads",
            f"a block of {_times(block)}{threads} threads is over the limit of {limits.block_threads} threads per block "
            f"of {limits.name}: use a smaller block and more blocks",
            "block",
        )
        return
    yield from _too_long("block", block, limits.block, limits)


def grid_problems(grid: tuple[int, int, int], limits: Limits = ANY_GPU) -> Iterator[Problem]:
    yield from _not_positive("grid", grid)
    yield from _too_long("grid", grid, limits.grid, limits)


def limits_of(arch: str) -> Limits:
    """Those of an architecture: `sm_90`."""
    digits = "".join(letter for letter in arch if letter.isdigit())
    known = MULTIPROCESSORS.get((int(digits[:-1]), int(digits[-1]))) if len(digits) > 1 else None
    return Limits(arch, shared_bytes=known.shared_bytes - known.reserved_bytes) if known else ANY_GPU


def capabilities(targets: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The compute capabilities of targets such as `sm_90`, of those that are known; without targets, all of them."""
    named = tuple(one for one in MULTIPROCESSORS if f"sm_{one[0]}{one[1]}" in targets)
    return named or tuple(MULTIPROCESSORS)


def strictest(targets: Sequence[str]) -> Limits:
    """What a launch may ask of each of the targets: without any, what the GPU with the most memory has."""
    return min(map(limits_of, targets), key=lambda one: one.shared_bytes, default=ANY_GPU)


def cluster_problems(shape: Sequence[int]) -> Iterator[Problem]:
    """What is wrong with the blocks of a cluster along each axis."""
    if len(shape) > len(AXES):
        yield Problem(
            "cluster", f"the cluster has {len(shape)} axes and a grid has at most {len(AXES)}: name three"
        )
    elif prod(shape) > MOST_CLUSTER_BLOCKS:
        yield Problem(
            "cluster",
            f"a cluster of {_times(shape)}{prod(shape)} blocks is over the limit of {MOST_CLUSTER_BLOCKS} blocks that every GPU "
            "with clusters has: use a smaller one",
        )


def whole_clusters(grid: tuple[int, int, int], cluster: tuple[int, int, int]) -> Iterator[Problem]:
    """Whether a grid has whole clusters."""
    for axis, blocks, size in zip(AXES, grid, cluster, strict=True):
        if blocks % size:
            yield Problem(
                "launch-cluster",
                f"grid.{axis} is {blocks:,}, no multiple of the {size} blocks that a cluster of the kernel has along {axis}: use "
                f"{-(-blocks // size) * size:,}, or leave the geometry to Weft",
                "grid",
            )


def shared_offsets(sizes_bytes: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Where arrays of these sizes lie in one piece of shared memory, and how large it is."""
    offsets = [0] * len(sizes_bytes)
    end = 0
    # Those that need most come first, so that nothing is left between them.
    for at in sorted(range(len(sizes_bytes)), key=lambda at: -shared_alignment_bytes(sizes_bytes[at])):
        offsets[at] = end
        end += -(-sizes_bytes[at] // _SHARED_ALIGNMENT_BYTES) * _SHARED_ALIGNMENT_BYTES
    return tuple(offsets), end


def shared_alignment_bytes(size_bytes: int) -> int:
    """What the address of a shared array of this size is a multiple of: the power of two in its size, within limits."""
    return max(_SHARED_ALIGNMENT_BYTES, gcd(size_bytes, MOST_SHARED_ALIGNMENT_BYTES))


def shared_problems(arrays: Sequence[Array], limits: Limits = ANY_GPU) -> Iterator[Problem]:
    """arrays: the shared arrays of a kernel, of which those count whose sizes are known."""
    total = sum(array.size_bytes for array in arrays)
    if total > limits.shared_bytes:
        parts = ", ".join(f"`{array.name}` {array.size_bytes:,}" for array in arrays)
        device = "the largest CUDA GPU" if limits is ANY_GPU else limits.name
        yield Problem(
            "shared-memory",
            f"the kernel uses {total:,} bytes of shared memory ({parts}); a block of {device} has "
            f"{limits.shared_bytes:,}: use smaller tiles or a narrower dtype",
        )


def _not_positive(what: str, sizes: tuple[int, int, int]) -> Iterator[Problem]:
    for axis, size in zip(AXES, sizes, strict=True):
        if size < 1:
            yield Problem(
                "launch-geometry",
                f"{what}.{axis} is {size}; each size of a {what} is at least 1: "
                "skip the launch when there is nothing to do",
                what,
            )


def _too_long(
    what: str, sizes: tuple[int, int, int], most: tuple[int, int, int], limits: Limits
) -> Iterator[Problem]:
    for axis, size, limit in zip(AXES, sizes, most, strict=True):
        if size > limit:
            yield Problem(
                f"launch-{what}",
                f"{what}.{axis} is {size:,}, over the limit of {limit:,} of {limits.name}: "
                "put the longest axis on x, or give each thread more to do",
                what,
            )


def _times(block: Sequence[int]) -> str:
    sides = [str(side) for side in block if side != 1]
    return f"{' × '.join(sides)} = " if len(sides) > 1 else ""
