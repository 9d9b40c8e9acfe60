"""Loops that the compiler writes out."""


def static_range(start: int, stop: int | None = None, step: int = 1, /) -> range:
    """`range` for a loop that is written out: its variable is a compile-time number.

    start, stop, step: as of `range`, known at compile time; at most 1024 steps.

    Wrong: bounds known only at launch [static-required].
    """
    return range(start) if stop is None else range(start, stop, step)
