"""Occupancy: the numbers that NVIDIA's own calculator gives (`cuda_occupancy.h` of CUDA 13.5)."""

import pytest
from weft.model.occupancy import MULTIPROCESSORS, Occupancy, occupancy


def of(capability: tuple[int, int], threads: int, registers: int, shared_bytes: int) -> tuple[int, int, str]:
    found = occupancy(capability, threads, registers, shared_bytes)
    assert found is not None
    return found.blocks_per_sm, found.warps, found.limit


@pytest.mark.parametrize(
    ("capability", "threads", "registers", "shared_bytes", "expected"),
    [
        # Nothing but the warps themselves.
        ((9, 0), 256, 32, 0, (8, 64, "warps")),
        ((8, 6), 256, 32, 0, (6, 48, "warps")),
        ((7, 5), 256, 32, 0, (4, 32, "warps")),
        # Small blocks run out of places.
        ((9, 0), 32, 16, 0, (32, 32, "blocks")),
        ((8, 6), 32, 16, 0, (16, 16, "blocks")),
        # 33 registers are 40: 65536 / 4 / 1280 = 12 warps in each quarter, 48 in all.
        ((9, 0), 256, 33, 0, (6, 48, "registers")),
        ((9, 0), 1024, 64, 0, (1, 32, "registers")),
        # 255 registers are 8192 a warp, two warps in each quarter.
        ((9, 0), 128, 255, 0, (2, 8, "registers")),
        # 1024 threads of 72 registers do not fit at all.
        ((9, 0), 1024, 72, 0, (0, 0, "registers")),
        # 48 KiB and the driver's 1 KiB: 228 // 49.
        ((9, 0), 128, 32, 48 * 1024, (4, 16, "shared memory")),
        # Turing keeps nothing for itself: 64 // 48.
        ((7, 5), 128, 32, 48 * 1024, (1, 4, "shared memory")),
        # A block of 33 threads takes two warps.
        ((9, 0), 33, 32, 0, (32, 64, "warps")),
    ],
)
def test_occupancy(
    capability: tuple[int, int],
    threads: int,
    registers: int,
    shared_bytes: int,
    expected: tuple[int, int, str],
):
    assert of(capability, threads, registers, shared_bytes) == expected


def test_an_unknown_gpu_has_none():
    assert occupancy((6, 0), 256, 32, 0) is None


@pytest.mark.parametrize("capability", MULTIPROCESSORS)
def test_more_of_anything_never_fits_better(capability: tuple[int, int]):
    for threads in (1, 32, 96, 256, 1024):
        for registers in range(16, 256, 8):
            here = occupancy(capability, threads, registers, 4096)
            assert isinstance(here, Occupancy)
            assert 0 <= here.warps <= here.max_warps
            for worse in (
                occupancy(capability, threads, registers + 8, 4096),
                occupancy(capability, threads, registers, 8192),
            ):
                assert worse is not None
                assert worse.blocks_per_sm <= here.blocks_per_sm
