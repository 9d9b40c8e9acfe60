"""What the linter's cost rules are worth: each kernel that one of them finds beside the kernel that its page says to write instead.

Rounds alternate between the two, timed with CUDA events; the median of the ratios is printed: above 1, what the rule says
is so many times as fast. Results are compared first. Needs a GPU and PyTorch; exits with 2 where there is none.

    python benchmarks/costs.py [--rounds 15] [--only bank] [--output FILE]

tests/test_costs.py sees to it that the linter finds the first of each pair and not the second.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import weft
from gpu import milliseconds, torch_here
from weft import Layout, Tensor, f32, f64, i32
from weft.dims import K, M, N

WARP = 32
TILE = 32
BLOCK = 256
LARGE_BLOCK = 1024
SMALL_BLOCK = 64
HELD = 96
BINS = 16
STEPS = 32
PADDED = Layout((TILE, TILE), (TILE + 1, 1))


@weft.kernel
def by_columns(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.index(x)
    y[col, row] = x[row, col]


@weft.kernel
def turned_in_a_tile(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    tx, ty = weft.thread_idx.x, weft.thread_idx.y
    tile = weft.shared(f32, PADDED)
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y.tile((TILE, TILE), (weft.block_idx.x, weft.block_idx.y))[ty, tx] = tile[tx, ty]


@weft.kernel
def turned_in_banks(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    tx, ty = weft.thread_idx.x, weft.thread_idx.y
    tile = weft.shared(f32, (TILE, TILE))
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y.tile((TILE, TILE), (weft.block_idx.x, weft.block_idx.y))[ty, tx] = tile[tx, ty]


@weft.kernel
def one_at_a_time(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(N // 4)
    for k in range(4):
        y[4 * i + k] = alpha * x[4 * i + k]


@weft.kernel
def as_vectors(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(N // 4)
    y.vector(4)[i] = alpha * x.vector(4)[i]


@weft.kernel
def padded_by_one(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(N // 4, BLOCK)
    row, col = weft.thread_idx.x // 8, weft.thread_idx.x % 8
    tile = weft.shared(f32, (TILE, TILE + 1))
    tile[row, :TILE].vector(4)[col] = x.vector(4)[i]
    weft.barrier()
    total = x.vector(4)[i]
    for k in range(TILE):
        total = total * 0.5 + tile[(row + k) % TILE, :TILE].vector(4)[col]
    y.vector(4)[i] = total


@weft.kernel
def padded_by_four(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(N // 4, BLOCK)
    row, col = weft.thread_idx.x // 8, weft.thread_idx.x % 8
    tile = weft.shared(f32, (TILE, TILE + 4))
    tile[row, :TILE].vector(4)[col] = x.vector(4)[i]
    weft.barrier()
    total = x.vector(4)[i]
    for k in range(TILE):
        total = total * 0.5 + tile[(row + k) % TILE, :TILE].vector(4)[col]
    y.vector(4)[i] = total


@weft.kernel
def in_f64(alpha: f64, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = x[i] * alpha
    for _ in range(256):
        total = total * alpha + x[i]
    y[i] = total


@weft.kernel
def in_f32(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = x[i] * alpha
    for _ in range(256):
        total = total * alpha + x[i]
    y[i] = total


@weft.kernel
def divided(x: Tensor[f32, M, N], y: Tensor[f32, K]):
    i = weft.index(y)
    total = 0.0
    for k in range(M * N):
        total += x[k // N, k % N]
    y[i] = total


@weft.kernel
def in_two_loops(x: Tensor[f32, M, N], y: Tensor[f32, K]):
    i = weft.index(y)
    total = 0.0
    for row in range(M):
        for col in range(N):
            total += x[row, col]
    y[i] = total


@weft.kernel
def every_second(x: Tensor[f32, N], y: Tensor[f32, M]):
    i = weft.tile_index(x, BLOCK)
    thread = weft.thread_idx.x
    part = weft.shared(f32, BLOCK)
    part[thread] = x[i]
    weft.barrier()
    step = 1
    while step < BLOCK:
        if thread % (2 * step) == 0:
            part[thread] += part[thread + step]
        weft.barrier()
        step *= 2
    if thread == 0:
        y[weft.block_idx.x] = part[0]


@weft.kernel
def the_first_half(x: Tensor[f32, N], y: Tensor[f32, M]):
    i = weft.tile_index(x, BLOCK)
    thread = weft.thread_idx.x
    part = weft.shared(f32, BLOCK)
    part[thread] = x[i]
    weft.barrier()
    half = BLOCK // 2
    while half > 0:
        if thread < half:
            part[thread] += part[thread + half]
        weft.barrier()
        half //= 2
    if thread == 0:
        y[weft.block_idx.x] = part[0]


@weft.kernel
def held_by_many(x: Tensor[f32, N, HELD], y: Tensor[f32, N]):
    i = weft.tile_index(y, LARGE_BLOCK)
    held = weft.local(f32, HELD)
    highest = x[i, 0]
    for k in weft.static_range(HELD):
        held[k] = x[i, k]
        highest = max(highest, held[k])
    total = 0.0
    for k in weft.static_range(HELD):
        total += weft.exp(held[k] - highest)
    y[i] = total


@weft.kernel
def held_by_fewer(x: Tensor[f32, N, HELD], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    held = weft.local(f32, HELD)
    highest = x[i, 0]
    for k in weft.static_range(HELD):
        held[k] = x[i, k]
        highest = max(highest, held[k])
    total = 0.0
    for k in weft.static_range(HELD):
        total += weft.exp(held[k] - highest)
    y[i] = total


@weft.kernel
def all_at_one(x: Tensor[i32, N], total: Tensor[i32, 1]):
    i = weft.index(x)
    weft.atomic_add(total, 0, x[i])


@weft.kernel
def one_of_a_block(x: Tensor[i32, N], total: Tensor[i32, 1]):
    i = weft.index(x)
    of_block = weft.block_sum(x[i])
    if weft.thread_idx.x == 0:
        weft.atomic_add(total, 0, of_block)


@weft.kernel
def added_in_memory(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = 0.0
    for k in range(K):
        y[i] += x[k, i]


@weft.kernel
def added_in_a_variable(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = 0.0
    for k in range(K):
        total += x[k, i]
    y[i] = total


@weft.kernel
def weighed_anew(rate: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = 0.0
    for k in range(256):
        total = total * x[i] + weft.exp(-rate * k)
    y[i] = total


@weft.kernel
def weighed_in_steps(rate: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total, weight, factor = 0.0, 1.0, weft.exp(-rate)
    for _ in range(256):
        total = total * x[i] + weight
        weight *= factor
    y[i] = total


@weft.kernel
def few_warps(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, SMALL_BLOCK)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, (256, SMALL_BLOCK))
    tile[0, thread] = x[i]
    weft.barrier()
    y[i] = tile[0, SMALL_BLOCK - 1 - thread]


@weft.kernel
def many_warps(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, SMALL_BLOCK)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, SMALL_BLOCK)
    tile[thread] = x[i]
    weft.barrier()
    y[i] = tile[SMALL_BLOCK - 1 - thread]


@weft.kernel
def waiting(x: Tensor[f32, STEPS, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    thread = weft.thread_idx.x
    part = weft.shared(f32, BLOCK)
    total = 0.0
    for k in range(STEPS):
        part[thread] = x[k, i]
        weft.barrier()
        total += part[thread]
    y[i] = total


@weft.kernel
def not_waiting(x: Tensor[f32, STEPS, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    thread = weft.thread_idx.x
    part = weft.shared(f32, BLOCK)
    total = 0.0
    for k in range(STEPS):
        part[thread] = x[k, i]
        total += part[thread]
    y[i] = total


@weft.kernel
def counted_by_address(keys: Tensor[i32, K, N], most: Tensor[i32, N]):
    i = weft.index(most)
    counts = weft.local(i32, BINS)
    for bin in weft.static_range(BINS):
        counts[bin] = 0
    for k in range(K):
        counts[keys[k, i] % BINS] += 1
    highest = 0
    for bin in weft.static_range(BINS):
        highest = max(highest, counts[bin])
    most[i] = highest


@weft.kernel
def counted_by_comparison(keys: Tensor[i32, K, N], most: Tensor[i32, N]):
    i = weft.index(most)
    counts = weft.local(i32, BINS)
    for bin in weft.static_range(BINS):
        counts[bin] = 0
    for k in range(K):
        key = keys[k, i] % BINS
        for bin in weft.static_range(BINS):
            counts[bin] += 1 if key == bin else 0
    highest = 0
    for bin in weft.static_range(BINS):
        highest = max(highest, counts[bin])
    most[i] = highest


@weft.kernel
def in_blocks_of_48(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 48)
    total = x[i]
    for _ in range(64):
        total = weft.sin(total)
    y[i] = total


@weft.kernel
def in_blocks_of_64(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    total = x[i]
    for _ in range(64):
        total = weft.sin(total)
    y[i] = total


@dataclass(frozen=True)
class Pair:
    """costly: what the rule `code` finds; better: what its page says. arguments: for both, made anew; the last is the result.

    size: how much there is to do on a GPU, in the unit of `arguments`.
    """

    code: str
    costly: Any
    better: Any
    arguments: Callable[["Arrays", int], tuple[Any, ...]]
    size: int


@dataclass(frozen=True)
class Arrays:
    """Arrays of NumPy or PyTorch. numbers: a function from a shape to numbers from 0 to 1, as that library makes them."""

    numbers: Callable[[tuple[int, ...]], Any]
    zeros: Callable[[tuple[int, ...]], Any]
    whole: Callable[[tuple[int, ...]], Any]
    whole_zeros: Callable[[tuple[int, ...]], Any]


def _turned(arrays: Arrays, n: int) -> tuple[Any, ...]:
    return arrays.numbers((n, n)), arrays.zeros((n, n))


def _scaled(arrays: Arrays, n: int) -> tuple[Any, ...]:
    return 0.5, arrays.numbers((n,)), arrays.zeros((n,))


def _each(arrays: Arrays, n: int) -> tuple[Any, ...]:
    return arrays.numbers((n,)), arrays.zeros((n,))


def _columns(arrays: Arrays, n: int) -> tuple[Any, ...]:
    return arrays.numbers((STEPS, n)), arrays.zeros((n,))


PAIRS = (
    Pair("uncoalesced-access", by_columns, turned_in_a_tile, _turned, 8192),
    Pair("bank-conflict", turned_in_banks, turned_in_a_tile, _turned, 8192),
    Pair("missed-vector", one_at_a_time, as_vectors, _scaled, 2**26),
    Pair("misaligned-vector", padded_by_one, padded_by_four, _each, 2**24),
    Pair("double-precision", in_f64, in_f32, _scaled, 2**24),
    Pair("division-in-loop", divided, in_two_loops, lambda a, n: (a.numbers((33, 33)), a.zeros((n,))), 2**20),
    Pair(
        "divergent-warp",
        every_second,
        the_first_half,
        lambda a, n: (a.numbers((n,)), a.zeros((n // BLOCK,))),
        2**26,
    ),
    Pair(
        "spilled-local",
        held_by_many,
        held_by_fewer,
        lambda a, n: (a.numbers((n, HELD)), a.zeros((n,))),
        2**20,
    ),
    Pair(
        "contended-atomic",
        all_at_one,
        one_of_a_block,
        lambda a, n: (a.whole((n,)), a.whole_zeros((1,))),
        2**26,
    ),
    Pair("redundant-access", added_in_memory, added_in_a_variable, _columns, 2**20),
    Pair(
        "uniform-transcendental",
        weighed_anew,
        weighed_in_steps,
        lambda a, n: (0.01, *_each(a, n)),
        2**24,
    ),
    Pair("low-occupancy", few_warps, many_warps, _each, 2**26),
    Pair("unneeded-barrier", waiting, not_waiting, _columns, 2**20),
    Pair(
        "dynamic-local-index",
        counted_by_address,
        counted_by_comparison,
        lambda a, n: (a.whole((STEPS, n)), a.whole_zeros((n,))),
        2**20,
    ),
    Pair("partial-warp", in_blocks_of_48, in_blocks_of_64, _each, 2**24),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="What the linter's cost rules are worth on a GPU.")
    parser.add_argument("--rounds", type=int, default=15, help="pairs to time")
    parser.add_argument("--only", default="", help="only rules whose codes contain this")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    options = parser.parse_args()
    torch = torch_here()
    if isinstance(torch, str):
        print(f"no GPU to measure on: {torch}", file=sys.stderr)
        return 2
    lines = list(_lines(torch, [pair for pair in PAIRS if options.only in pair.code], options.rounds))
    print("\n".join(lines))
    if options.output:
        options.output.write_text("\n".join(lines) + "\n")
    return 0


def _lines(torch: Any, pairs: Sequence[Pair], rounds: int) -> Iterator[str]:
    yield f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Weft {weft.__version__}."
    yield ""
    yield "| rule | found, µs | instead, µs | times as fast |"
    yield "|---|---|---|---|"
    arrays = Arrays(
        lambda shape: torch.rand(shape, device="cuda"),
        lambda shape: torch.zeros(shape, device="cuda"),
        lambda shape: torch.randint(0, BINS, shape, device="cuda", dtype=torch.int32),
        lambda shape: torch.zeros(shape, device="cuda", dtype=torch.int32),
    )
    for pair in pairs:
        costly, better, ratio = _timed(torch, pair, arrays, rounds)
        yield f"| `{pair.code}` | {costly * 1e3:.1f} | {better * 1e3:.1f} | {ratio:.2f} |"


def _timed(torch: Any, pair: Pair, arrays: Arrays, rounds: int) -> tuple[float, float, float]:
    """The median milliseconds of each, and of the ratios. Raises AssertionError if the two do not compute the same."""
    arguments = pair.arguments(arrays, pair.size)
    results: list[Any] = []
    for kernel in (pair.costly, pair.better):
        arguments[-1].zero_()
        kernel(*arguments)
        results.append(arguments[-1].clone())
    torch.testing.assert_close(*results, rtol=1e-3, atol=1e-4)
    runs = [lambda: pair.costly(*arguments), lambda: pair.better(*arguments)]
    for run in runs * 3:
        milliseconds(torch, run)
    times = [(milliseconds(torch, runs[0]), milliseconds(torch, runs[1])) for _ in range(rounds)]
    costly, better = zip(*times, strict=True)
    return median(costly), median(better), median(one / other for one, other in times)


if __name__ == "__main__":
    sys.exit(main())
