"""The runs that rules look at: an inner block of a large launch, and the block beside it."""

from functools import lru_cache

from weft.lint.block.edges import has_edge
from weft.lint.block.program import Program
from weft.lint.block.run import Ran, run
from weft.lint.block.trial import Launch, edge, neighbour, trial
from weft.lint.ranges import Ranges
from weft.model.ir import Kernel
from weft.model.kernel import Analysis
from weft.model.lives import by_lives
from weft.model.uniformity import Varying

# All rules look at one kernel before they look at the next.
_MOST_RUNS = 8


@lru_cache(_MOST_RUNS)
def lives(kernel: Analysis) -> Kernel | None:
    """The kernel with a name for each life of a variable; None if it has faults."""
    return by_lives(kernel.ir) if kernel.ir else None


@lru_cache(_MOST_RUNS)
def _program(kernel: Analysis) -> Program | None:
    ir = lives(kernel)
    return Program(ir) if ir else None


def ranges_of(kernel: Analysis) -> Ranges:
    """The ranges of the expressions of `lives`, which there are."""
    program = _program(kernel)
    assert program is not None
    return program.ranges


def varying(kernel: Analysis) -> Varying:
    """The variables of `lives` that may differ between the threads of a block."""
    program = _program(kernel)
    return program.varying if program else frozenset()


@lru_cache(_MOST_RUNS)
def inner_block(kernel: Analysis) -> Ran | None:
    """What an inner block does; None if the kernel has faults, or its block is not known."""
    program = _program(kernel)
    if program is None:
        return None
    sizes = trial(program.kernel, _launch(kernel))
    return run(program, sizes) if sizes else None


def _launch(kernel: Analysis) -> Launch | None:
    return Launch(*kernel.launched_as) if kernel.launched_as else None


@lru_cache(_MOST_RUNS)
def next_block(kernel: Analysis) -> Ran | None:
    """What the block beside the inner one writes to tensors; None if there is none."""
    ran = inner_block(kernel)
    program, beside = _program(kernel), neighbour(ran.trial) if ran else None
    return run(program, beside, "writes") if program and beside else None


@lru_cache(_MOST_RUNS)
def edge_block(kernel: Analysis) -> Ran | None:
    """What the last block reads before it is written, where no block divides the domain; None for a kernel without shared
    memory or a domain, or where it does what an inner block does."""
    program = _program(kernel)
    is_other = program is not None and bool(program.kernel.shared) and has_edge(program.kernel)
    sizes = edge(program.kernel, _launch(kernel)) if program and is_other else None
    return run(program, sizes, "initialisation") if program and sizes else None
