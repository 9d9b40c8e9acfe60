"""The runs that rules look at: an inner block of a large launch, and the block beside it."""

from functools import lru_cache

from weft.lint.block.run import Ran, run
from weft.lint.block.trial import Launch, edge, neighbour, trial
from weft.model.ir import Kernel
from weft.model.kernel import Analysis
from weft.model.lives import by_lives

# All rules look at one kernel before they look at the next.
_MOST_RUNS = 8


@lru_cache(_MOST_RUNS)
def lives(kernel: Analysis) -> Kernel | None:
    """The kernel with a name for each life of a variable; None if it has faults."""
    return by_lives(kernel.ir) if kernel.ir else None


@lru_cache(_MOST_RUNS)
def inner_block(kernel: Analysis) -> Ran | None:
    """What an inner block does; None if the kernel has faults, or its block is not known."""
    ir = lives(kernel)
    sizes = ir and trial(ir, Launch(*kernel.launched_as) if kernel.launched_as else None)
    return run(ir, sizes) if ir and sizes else None


@lru_cache(_MOST_RUNS)
def next_block(kernel: Analysis) -> Ran | None:
    """What the block beside the inner one writes to tensors; None if there is none."""
    ran = inner_block(kernel)
    ir, beside = lives(kernel), neighbour(ran.trial) if ran else None
    return run(ir, beside, is_about_writes=True) if ir and beside else None


@lru_cache(_MOST_RUNS)
def edge_block(kernel: Analysis) -> Ran | None:
    """What the last block does where no block divides the domain; None for a kernel without shared memory or a domain."""
    ir = lives(kernel)
    sizes = edge(ir) if ir and ir.shared else None
    return run(ir, sizes) if ir and sizes else None
