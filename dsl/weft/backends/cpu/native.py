"""A compiled kernel in memory. Needs llvmlite."""

from typing import Any

from weft.backends.native.machine import load_object
from weft.records import record

# The name of the one function that an object exports: `void (dealt, piece, last_block, scratch, slots)`, all of them
# integers of 64 bits. The slots hold the grid and the block along x, y, z, then the kernel's arguments.
ENTRY = "weft_kernel"
GEOMETRY_SLOTS = 6


@record
class NativeKernel:
    """A function in memory. engine: owns the memory."""

    address: int
    engine: Any


def load(code: bytes) -> NativeKernel:
    engine = load_object(code)
    return NativeKernel(engine.get_function_address(ENTRY), engine)
