"""Time inside a kernel."""

from weft.ops.operation import only_in_kernels


def clock() -> int:
    """A count of cycles that only grows: the difference of two is the time that one thread took between them.

    Counts of different multiprocessors, and of the CPU, cannot be compared. Source: PTX ISA, `%clock64`; CUDA's
    `clock64()`.
    """
    raise only_in_kernels("clock")
