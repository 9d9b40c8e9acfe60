"""What a launch needs of a compiled kernel. It is kept on disk, and needs nothing of what made it."""

from weft.backends.native.memory import Code
from weft.backends.parameters import FlatParameter
from weft.backends.speech import Speech
from weft.records import record

# The name of the one function that the code exports: `void (dealt, piece, last_block, scratch, slots)`, all of them
# integers of 64 bits. The slots hold the grid and the block along x, y, z, then the kernel's arguments.
ENTRY = "weft_kernel"
GEOMETRY_SLOTS = 6

# Memory that different threads write apart starts on cache lines.
ALIGNMENT_BYTES = 64


@record
class NativeKernel:
    """The code, its last parameters, what it says, and the scratch memory that it wants: `fixed_bytes`, and
    `thread_bytes` for each thread of a block, their number rounded up to a multiple of `ALIGNMENT_BYTES`. cluster_blocks: how
    many blocks are run together, each with such memory, and count as one."""

    code: Code
    parameters: tuple[FlatParameter, ...]
    speeches: tuple[Speech, ...]
    fixed_bytes: int
    thread_bytes: int
    cluster_blocks: int = 1

    def scratch_bytes(self, threads: int) -> int:
        return self.cluster_blocks * (self.fixed_bytes + self.thread_bytes * aligned(threads))


def aligned(size_bytes: int) -> int:
    return -(-size_bytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
