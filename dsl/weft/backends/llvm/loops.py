"""Loops in definitions."""

from collections.abc import Generator
from contextlib import contextmanager

from weft.backends.llvm.definitions import Builder, Value


@contextmanager
def for_range(builder: Builder, count: int, kind: Value) -> Generator[Value]:
    """What is written inside is done `count` times, at least once: the number of the round, of an LLVM integer type."""
    before = builder.block
    body, end = builder.append_basic_block("round"), builder.append_basic_block("rounds")
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(kind)
    index.add_incoming(kind(0), before)
    yield index
    following = builder.add(index, kind(1), flags=["nsw"])
    index.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, kind(count)), body, end)
    builder.position_at_end(end)
