"""`break` and `continue` in loops with barriers, where all threads of a block take them together."""

import numpy as np
import pytest
import weft
from weft import Tensor, f32, i32
from weft.dims import N

SIZE = 32


@weft.kernel
def to_a_limit(x: Tensor[f32, N], y: Tensor[f32, N], limit: i32):
    i = weft.tile_index(y, SIZE)
    tile = weft.shared(f32, SIZE)
    t = weft.thread_idx.x
    total = f32(0)
    for step in range(10):
        tile[t] = x[i] * step
        weft.barrier()
        total += tile[SIZE - 1 - t]
        weft.barrier()
        if step == limit:
            break
        if step % 2 == 1:
            continue
        total += 100
        weft.barrier()
    y[i] = total


@weft.kernel
def until_one_says_so(x: Tensor[f32, N], y: Tensor[f32, N], limit: i32):
    i = weft.tile_index(y, SIZE)
    flag = weft.shared(i32, 1)
    t = weft.thread_idx.x
    rounds = 0
    while True:
        weft.barrier()
        if t == 0:
            flag[0] = 1 if rounds + weft.block_idx.x >= limit else 0
        weft.barrier()
        if flag[0] == 1:
            break
        rounds += 1
    y[i] = x[i] + rounds


@weft.kernel
def by_sums(x: Tensor[f32, N], y: Tensor[f32, N], limit: i32):
    i = weft.index(y, block=SIZE)
    value = x[i]
    while True:
        if weft.block_sum(value) < limit:
            break
        value = value / 2
    y[i] = value


def _limit(x: np.ndarray, limit: int) -> np.ndarray:
    taken = [step for step in range(10) if step <= limit]
    rounds = sum(step % 2 == 0 and step != limit for step in taken)
    return x.reshape(-1, SIZE)[:, ::-1].reshape(-1) * sum(taken) + 100 * rounds


def _sums(x: np.ndarray, limit: int) -> np.ndarray:
    blocks = x.reshape(-1, SIZE).copy()
    for block in blocks:
        while block.sum() >= limit:
            block /= 2
    return blocks.reshape(-1)


CASES = {
    to_a_limit: _limit,
    until_one_says_so: lambda x, limit: x + np.maximum(limit - np.arange(len(x)) // SIZE, 0),
    by_sums: _sums,
}


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
@pytest.mark.parametrize("limit", [3, 4, 20])
def test_all_threads_leave_together(kernel: weft.Kernel, limit: int):
    x = np.random.default_rng(0).random(4 * SIZE, dtype=np.float32)
    y = np.full_like(x, -1)
    kernel(x, y, limit)
    np.testing.assert_allclose(y, CASES[kernel](x, limit), rtol=1e-5)


@pytest.mark.parametrize("kernel", CASES, ids=lambda kernel: kernel.__name__)
def test_a_gpu_compiles_them(kernel: weft.Kernel):
    x = np.zeros(SIZE, np.float32)
    assert "bar.sync" in kernel.inspect(x, x.copy(), 1, target="sm_90")["ptx"].text
