"""The threads of a block that share some work: how many they are, and which one this is."""

from weft.model import fold
from weft.model.ir import Expr, Special
from weft.model.limits import triple
from weft.model.trace.tracer import Tracer


def threads(t: Tracer) -> Expr:
    """How many threads the block has: a number where the kernel fixes its block."""
    x, y, z = _sizes(t)
    return fold.mul(fold.mul(x, y), z)


def thread(t: Tracer) -> Expr:
    """This thread's number in its block, x counting fastest."""
    x, y, _ = _sizes(t)
    number: Expr = Special("thread_idx.x")
    if not _is_one(t, 1):
        number = fold.add(number, fold.mul(x, Special("thread_idx.y")))
    if not _is_one(t, 2):
        number = fold.add(number, fold.mul(fold.mul(x, y), Special("thread_idx.z")))
    return number


def lane(t: Tracer) -> Expr:
    """This thread's number in its warp of 32."""
    return fold.mod(thread(t), fold.const(32))


def _sizes(t: Tracer) -> tuple[Expr, Expr, Expr]:
    block = t.domain.block if t.domain else None
    if block is None:
        return Special("block_dim.x"), Special("block_dim.y"), Special("block_dim.z")
    x, y, z = triple(block[::-1])
    return fold.const(x), fold.const(y), fold.const(z)


def _is_one(t: Tracer, axis: int) -> bool:
    """Whether the block surely has one thread along an axis (y is 1, z is 2)."""
    if t.domain is None:
        return False
    if t.domain.block is None:
        return axis >= len(t.domain.indices)
    return triple(t.domain.block[::-1])[axis] == 1
