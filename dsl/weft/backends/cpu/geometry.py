"""The block for a launch that does not give one."""

from weft.model.ir import Kernel, Special, expressions, walk_expr
from weft.model.limits import USUAL_BLOCKS

# By the number of axes. Long along x, where threads become vector lanes, and at most 1024 threads, as on a GPU.
_FREE = {0: (1, 1, 1), 1: (1024, 1, 1), 2: (256, 4, 1), 3: (128, 4, 2)}


def choose_block(kernel: Kernel) -> tuple[int, int, int]:
    """The block's shape along x, y and z: the one that the kernel fixes, else one that suits its domain."""
    domain = kernel.domain
    if domain is not None and domain.block is not None:
        x, y, z = (*reversed(domain.block), 1, 1, 1)[:3]
        return x, y, z
    rank = 0 if domain is None else min(3, len(domain.indices))
    return (USUAL_BLOCKS if domain is None or _looks_at_threads(kernel) else _FREE)[rank]


def _looks_at_threads(kernel: Kernel) -> bool:
    return any(
        isinstance(part, Special) and part.name.startswith(("thread_idx", "block_dim"))
        for statement in kernel.statements
        for expr in expressions(statement)
        for part in walk_expr(expr)
    )
