"""How many blocks a multiprocessor holds at once, and what keeps it from holding more.

Source of the rules: `cuda_occupancy.h` of the CUDA toolkit. Source of the numbers: CUDA C++ Programming Guide, "Compute
Capabilities", which CCCL's `cuda/__device/arch_traits.h` repeats.
"""

from collections.abc import Mapping
from typing import Literal

from weft.records import record

WARP = 32

REGISTERS = 64 * 1024
_REGISTER_UNIT = 256  # a warp's registers are allocated in these
_PARTITIONS = 4  # a warp's registers all lie in one
THREAD_REGISTERS = 255

Limit = Literal["warps", "blocks", "registers", "shared memory"]


@record
class Multiprocessor:
    """What one multiprocessor holds at once."""

    warps: int
    blocks: int
    shared_bytes: int
    # What the driver takes for itself of each block, and what an allocation is rounded up to.
    reserved_bytes: int = 1024
    unit_bytes: int = 128


MULTIPROCESSORS: Mapping[tuple[int, int], Multiprocessor] = {
    (7, 5): Multiprocessor(32, 16, 64 * 1024, reserved_bytes=0, unit_bytes=256),
    (8, 0): Multiprocessor(64, 32, 164 * 1024),
    (8, 6): Multiprocessor(48, 16, 100 * 1024),
    (8, 7): Multiprocessor(48, 16, 164 * 1024),
    (8, 9): Multiprocessor(48, 24, 100 * 1024),
    (9, 0): Multiprocessor(64, 32, 228 * 1024),
    (10, 0): Multiprocessor(64, 32, 228 * 1024),
    (10, 3): Multiprocessor(64, 32, 228 * 1024),
    (11, 0): Multiprocessor(48, 24, 228 * 1024),
    (12, 0): Multiprocessor(48, 24, 100 * 1024),
    (12, 1): Multiprocessor(48, 24, 100 * 1024),
}


@record
class Occupancy:
    """`blocks_per_sm` blocks of `block_threads` threads, which are `warps` of at most `max_warps`; 0 where not even one
    block fits. `limit`: what would have to grow, or be used less, for one more block."""

    block_threads: int
    blocks_per_sm: int
    warps: int
    max_warps: int
    limit: Limit


def occupancy(
    capability: tuple[int, int], block_threads: int, registers: int, shared_bytes: int
) -> Occupancy | None:
    """Of a kernel that uses `registers` a thread and `shared_bytes` a block; None for a GPU that is not in the table."""
    processor = MULTIPROCESSORS.get(capability)
    if processor is None:
        return None
    warps = -(-block_threads // WARP)
    fitting: dict[Limit, int] = {
        "warps": processor.warps // warps,
        "blocks": processor.blocks,
        "registers": _by_registers(warps, registers),
        "shared memory": _by_shared(processor, shared_bytes),
    }
    limit = min(fitting, key=lambda name: fitting[name])
    blocks = fitting[limit]
    return Occupancy(block_threads, blocks, blocks * warps, processor.warps, limit)


def _by_registers(warps: int, registers: int) -> int:
    if registers > THREAD_REGISTERS:
        return 0
    each = _rounded_up(max(registers, 1) * WARP, _REGISTER_UNIT)
    if each * _rounded_up(warps, _PARTITIONS) > REGISTERS:
        return 0
    return REGISTERS // _PARTITIONS // each * _PARTITIONS // warps


def _by_shared(processor: Multiprocessor, shared_bytes: int) -> int:
    each = _rounded_up(shared_bytes + processor.reserved_bytes, processor.unit_bytes)
    return processor.shared_bytes // each if each else processor.blocks


def _rounded_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit
