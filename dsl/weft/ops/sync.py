"""Threads of a block waiting for each other."""

from weft.ops.operation import only_in_kernels


def barrier() -> None:
    """Wait until every thread of the block is here; what was written to shared memory before is visible after.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    Source: PTX ISA, `bar.sync`; CUDA's `__syncthreads()`.
    """
    raise only_in_kernels("barrier")
