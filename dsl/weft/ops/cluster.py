"""Blocks that run together and reach each other's shared memory."""

from typing import cast

from weft.ops.geometry import Place
from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Sizes

cluster_rank: int = cast("int", Place("cluster_rank"))
"""Which block of its cluster this is, counted from 0 along x, then y, then z. The same for a whole block; 0 without a cluster."""

cluster_size: int = cast("int", Place("cluster_size"))
"""How many blocks a cluster has; 1 without one."""


def cluster(shape: Sizes) -> None:
    """Run the kernel's blocks in clusters: the blocks of one are on the GPU at the same time, and can wait for each other.

    shape: how many blocks along each axis, the last one along x, known at compile time; 8 in all at most.

    A grid that Weft chooses has whole clusters, so it may have blocks beyond the domain: of `weft.tile_index` all their threads
    take part. Not every GPU has room for clusters of more than 8 blocks, and Weft makes none.
    Wrong: more than 8 blocks, a domain of which they do not divide a known number of blocks, below the domain, twice, in a branch, a
    loop or a function [cluster]; a grid that is given and has no whole clusters [launch-cluster].
    Needs compute capability 9.0. Source: CUDA C++ Programming Guide, "Thread Block Clusters".
    """
    raise only_in_kernels("cluster")


def cluster_barrier() -> None:
    """Wait until every thread of all blocks of the cluster is here; what was written to their shared memory before is visible
    after.

    Wrong: without a cluster [cluster], where only some threads come [barrier-in-divergent-branch].
    Needs compute capability 9.0. Source: PTX ISA, `barrier.cluster`.
    """
    raise only_in_kernels("cluster_barrier")
