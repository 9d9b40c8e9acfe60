"""Shared memory of more than every block has."""

import numpy as np
import pytest
import weft
from weft import LaunchError, Tensor, f32, i32
from weft.backends import cuda
from weft.dims import N
from weft.model.specialization import Specialization

BLOCK = 256
ROWS = 48
IN_32_BITS = Specialization(frozenset("xy"), (), 32)


@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, BLOCK)
    counts = weft.shared(i32, 3)
    kept = weft.shared(f32, (ROWS, BLOCK))
    tx = weft.thread_idx.x
    if tx == 0:
        counts[0] = ROWS
    for row in range(ROWS):
        kept[row, tx] = x[i] + row
    weft.barrier()
    total = 0.0
    for row in range(counts[0]):
        total += kept[row, BLOCK - 1 - tx]
    y[i] = total


def wanted(x: np.ndarray) -> np.ndarray:
    blocks = x.reshape(-1, BLOCK)[:, ::-1].astype(np.float64)
    return (blocks * ROWS + ROWS * (ROWS - 1) / 2).ravel()


def test_on_the_cpu():
    x = np.random.default_rng(0).random(4 * BLOCK, np.float32)
    turned(x, y := np.zeros_like(x))
    np.testing.assert_allclose(y, wanted(x), rtol=1e-5)


def test_it_is_one_piece_that_the_launch_asks_for():
    compiled = cuda.compile(turned.ir, IN_32_BITS, "sm_90")
    assert compiled.emitted.dynamic_shared_bytes == 16 + ROWS * BLOCK * 4
    assert compiled.shared_bytes == 16 + ROWS * BLOCK * 4
    assert ".extern .shared" in compiled.ptx
    assert compiled.linked.shared_bytes == 0


def test_too_much_for_the_gpu_at_hand():
    with pytest.raises(LaunchError) as raised:
        cuda.compile(
            _with_rows(100),
            IN_32_BITS,
            "sm_86",
        )
    assert raised.value.diagnostic.message == (
        "the kernel uses 102,400 bytes of shared memory (`kept` 102,400); a block of sm_86 has 101,376: use smaller "
        "tiles or a narrower dtype"
    )
    assert cuda.compile(_with_rows(99), IN_32_BITS, "sm_86").shared_bytes == 99 * 1024


def _with_rows(rows: int):
    @weft.kernel
    def large(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(x, BLOCK)
        kept = weft.shared(f32, (rows, BLOCK))
        kept[weft.thread_idx.x % rows, weft.thread_idx.x] = x[i]
        y[i] = kept[weft.thread_idx.x % rows, weft.thread_idx.x]

    return large.ir


@pytest.mark.gpu
def test_on_a_gpu():
    cupy = pytest.importorskip("cupy")
    x = np.random.default_rng(0).random(4 * BLOCK, np.float32)
    y = cupy.zeros(4 * BLOCK, np.float32)
    for _ in range(2):
        turned(cupy.asarray(x), y)
    np.testing.assert_allclose(y.get(), wanted(x), rtol=1e-5)
