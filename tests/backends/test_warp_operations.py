# Kernels of any dtype, as only a test has them.
# pyright: reportInvalidTypeForm=false, reportUnnecessaryComparison=false
"""Operations of warps and blocks in kernels, at ragged edges, of every dtype: beside NumPy, on each back end."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import weft
from weft import Tensor, bf16, boolean, f16, f32, f64, i8, i32, i64, u8, u32
from weft.dims import N

DTYPES = {
    "i8": (i8, "i1"),
    "u8": (u8, "u1"),
    "i32": (i32, "i4"),
    "u32": (u32, "u4"),
    "i64": (i64, "i8"),
    "f16": (f16, "f2"),
    "bf16": (bf16, ml_dtypes.bfloat16),
    "f32": (f32, "f4"),
    "f64": (f64, "f8"),
    "bool": (boolean, "?"),
}
WIDE = {"i8": "i4", "u8": "u4", "f16": "f4", "bf16": "f4", "bool": "i4"}
# Blocks of 64 threads, the last of 17, in whose second warp nobody is inside of the domain.
COUNT, BLOCK = 145, 64

Run = Callable[..., None]


def on_cpu(kernel: weft.Kernel, *arrays: Any) -> None:
    kernel(*arrays)


def on_gpu(kernel: weft.Kernel, *arrays: Any) -> None:
    gpu_array = import_module("on_gpu").GpuArray
    held = [gpu_array(array) for array in arrays]
    kernel(*held)
    for array in held:
        array.copy_back()


@pytest.fixture(params=["cpu", pytest.param("gpu", marks=pytest.mark.gpu)])
def run(request: pytest.FixtureRequest) -> Run:
    return on_gpu if request.param == "gpu" else on_cpu


def parts(values: Any, size: int) -> list[Any]:
    """The warps, or the blocks, of a launch."""
    return [
        part
        for start in range(0, len(values), BLOCK)
        for part in np.split(values[start : start + BLOCK], range(size, BLOCK, size))
        if len(part)
    ]


def expected(values: Any, size: int, compute: Callable[[Any], Any]) -> Any:
    return np.concatenate([np.broadcast_to(compute(part), part.shape) for part in parts(values, size)])


def sample(kind: Any) -> Any:
    """Numbers below 0 where there are any, so that a 0 from outside of the domain would be the largest."""
    random = np.random.default_rng(3)
    low, high = (0, 2) if kind == "?" else (1, 4) if kind in ("u1", "u4") else (-4, 0)
    return random.integers(low, high, COUNT).astype(kind)


@pytest.mark.parametrize("name", DTYPES)
def test_reductions_and_scans(run: Run, name: str):
    dtype, kind = DTYPES[name]
    wide, sums = dtype_of_sums(name)

    @weft.kernel
    def reduce(
        x: Tensor[dtype, N],
        sum_: Tensor[wide, N],
        max_: Tensor[dtype, N],
        min_: Tensor[dtype, N],
        scan: Tensor[wide, N],
        before: Tensor[wide, N],
    ):
        i = weft.index(x, block=BLOCK)
        sum_[i] = wide(weft.block_sum(x[i]))
        max_[i] = dtype(weft.block_max(x[i]))
        min_[i] = weft.block_min(x[i])
        scan[i] = weft.block_scan(x[i])
        before[i] = weft.block_scan(x[i], exclusive=True)

    @weft.kernel
    def of_warps(
        x: Tensor[dtype, N],
        sum_: Tensor[wide, N],
        max_: Tensor[dtype, N],
        min_: Tensor[dtype, N],
        scan: Tensor[wide, N],
        before: Tensor[wide, N],
    ):
        i = weft.index(x, block=BLOCK)
        sum_[i] = wide(weft.warp_sum(x[i]))
        max_[i] = dtype(weft.warp_max(x[i]))
        min_[i] = weft.warp_min(x[i])
        scan[i] = weft.warp_scan(x[i])
        before[i] = weft.warp_scan(x[i], exclusive=True)

    x = sample(kind)
    for kernel, size in ((reduce, BLOCK), (of_warps, 32)):
        found = [np.zeros(COUNT, what) for what in (sums, kind, kind, sums, sums)]
        run(kernel, x, *found)
        running = expected(x, size, lambda part: np.cumsum(part, dtype=sums))
        wanted = [
            expected(x, size, lambda part: part.astype(sums).sum(dtype=sums)),
            expected(x, size, np.max),
            expected(x, size, np.min),
            running,
            running - x.astype(sums),
        ]
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one.astype("f8"), other.astype("f8"))


def dtype_of_sums(name: str) -> tuple[Any, Any]:
    sums = WIDE.get(name, DTYPES[name][1])
    return next(dtype for dtype, kind in DTYPES.values() if kind == sums), sums


def test_votes_and_broadcasts(run: Run):
    @weft.kernel
    def ask(x: Tensor[i32, N], y: Tensor[i32, N], bits: Tensor[u32, N]):
        i = weft.index(x, block=BLOCK)
        answer = 1 if weft.block_any(x[i] == -3) else 0
        answer += 2 if weft.block_all(x[i] < 0) else 0
        answer += 4 if weft.vote_any(x[i] == -3) else 0
        answer += 8 if weft.vote_all(x[i] < 0) else 0
        answer += 16 * weft.block_broadcast(x[i], 5)
        answer += 256 * weft.warp_broadcast(x[i])
        y[i] = answer
        bits[i] = weft.ballot(x[i] == -1)

    x = sample("i4")
    x[:64][x[:64] == -3] = -2
    y, bits = np.zeros(COUNT, "i4"), np.zeros(COUNT, "u4")
    run(ask, x, y, bits)

    def answer(size: int, of_any: int, of_all: int, broadcast: int, lane: int) -> Any:
        return expected(
            x,
            size,
            lambda v: of_any * (v == -3).any() + of_all * (v < 0).all() + broadcast * int(v[lane]),
        )

    np.testing.assert_array_equal(y, answer(BLOCK, 1, 2, 16, 5) + answer(32, 4, 8, 256, 0))
    wanted = expected(x, 32, lambda v: sum(1 << lane for lane, value in enumerate(v) if value == -1))
    np.testing.assert_array_equal(bits, wanted)


def test_a_tree_of_shuffles(run: Run):
    @weft.kernel
    def tree(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index(x, block=BLOCK)
        total = x[i]
        for step in weft.static_range(5):
            total += weft.shuffle_xor(total, 16 >> step)
        distance = 16
        folded = x[i]
        while distance > 0:
            folded += weft.shuffle_down(folded, distance)
            distance //= 2
        y[i] = total + 1000 * weft.warp_broadcast(folded)

    x = np.arange(128, dtype="f4")
    y = np.zeros_like(x)
    run(tree, x, y)
    np.testing.assert_array_equal(y, np.repeat(x.reshape(-1, 32).sum(axis=1) * 1001, 32))


def test_a_block_goes_on_while_anyone_wants(run: Run):
    @weft.kernel
    def halve(x: Tensor[i32, N], turns: Tensor[i32, N]):
        i = weft.index(x, block=BLOCK)
        value = x[i]
        count = 0
        while weft.block_any(value > 0):
            value //= 2
            count += 1
        turns[i] = count

    x = np.arange(COUNT, dtype="i4")
    turns = np.zeros(COUNT, "i4")
    run(halve, x, turns)
    np.testing.assert_array_equal(turns, expected(x, BLOCK, lambda part: int(part.max()).bit_length()))


def test_generic_functions_have_memory_of_any_dtype(run: Run):
    @weft.function
    def reversed_in_block(value: f64):
        held = weft.shared(weft.dtype_of(value), BLOCK)
        held[weft.thread_idx.x] = value
        weft.barrier()
        return held[BLOCK - 1 - weft.thread_idx.x]

    @weft.kernel
    def flip(x: Tensor[f64, N], y: Tensor[f64, N]):
        i = weft.tile_index(x, BLOCK)
        y[i] = reversed_in_block(x[i])

    x = np.arange(128, dtype="f8")
    y = np.zeros_like(x)
    run(flip, x, y)
    np.testing.assert_array_equal(y, x.reshape(-1, BLOCK)[:, ::-1].ravel())
