"""The runs that rules look at: an inner block of a large launch, and the block beside it."""

from functools import lru_cache

from weft.lint.block.run import Ran, run
from weft.lint.block.trial import Launch, edge, neighbour, trial
from weft.model.kernel import Analysis

_MOST_RUNS = 512


@lru_cache(_MOST_RUNS)
def inner_block(kernel: Analysis) -> Ran | None:
    """What an inner block does; None if the kernel has faults, or its block is not known."""
    if kernel.ir is None:
        return None
    sizes = trial(kernel.ir, Launch(*kernel.launched_as) if kernel.launched_as else None)
    return run(kernel.ir, sizes) if sizes else None


@lru_cache(_MOST_RUNS)
def next_block(kernel: Analysis) -> Ran | None:
    """What the block beside the inner one writes to tensors; None if there is none."""
    ran = inner_block(kernel)
    beside = neighbour(ran.trial) if ran else None
    return run(kernel.ir, beside, is_about_writes=True) if kernel.ir and beside else None


@lru_cache(_MOST_RUNS)
def edge_block(kernel: Analysis) -> Ran | None:
    """What the last block does where no block divides the domain; None for a kernel without shared memory or a domain."""
    if kernel.ir is None or not kernel.ir.shared:
        return None
    sizes = edge(kernel.ir)
    return run(kernel.ir, sizes) if sizes else None


def forget() -> None:
    """Let go of all runs: their kernels will not be asked about again."""
    inner_block.cache_clear()
    next_block.cache_clear()
    edge_block.cache_clear()
