"""Weft's CPU back end beside hand-written numba and numba's CUDA simulator, in one run.

`python benchmarks/cpu.py` prints medians of interleaved rounds and ratios (peer's time / Weft's: above 1, Weft is
faster). The simulator runs small sizes, in a process of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
from numba import njit, prange

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

import weft
from matmul import matmul
from saxpy import saxpy

TILE = 16


@njit(parallel=True)
def saxpy_by_hand(alpha, x, y):
    for i in prange(x.size):
        y[i] = alpha * x[i] + y[i]


@njit(parallel=True)
def matmul_by_hand(a, b, c):
    """The same blocking, its barriers taken apart by hand."""
    m, k, n = a.shape[0], a.shape[1], b.shape[1]
    for block in prange((m // TILE) * (n // TILE)):
        row, col = block // (n // TILE) * TILE, block % (n // TILE) * TILE
        total = np.zeros((TILE, TILE), np.float32)
        a_tile = np.empty((TILE, TILE), np.float32)
        b_tile = np.empty((TILE, TILE), np.float32)
        for step in range(0, k, TILE):
            for ty in range(TILE):
                for tx in range(TILE):
                    a_tile[ty, tx] = a[row + ty, step + tx]
                    b_tile[ty, tx] = b[step + ty, col + tx]
            for ty in range(TILE):
                for p in range(TILE):
                    for tx in range(TILE):
                        total[ty, tx] += a_tile[ty, p] * b_tile[p, tx]
        for ty in range(TILE):
            for tx in range(TILE):
                c[row + ty, col + tx] = total[ty, tx]


def interleaved(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Median seconds of both, and the median ratio theirs / ours of neighbouring runs."""
    ours(), theirs()
    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    mine, peer = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return statistics.median(mine), statistics.median(peer), statistics.median(p / m for m, p in pairs)


# OpenMP's threads go on spinning for a while after a parallel loop, on the processors that the other side needs next.
PAUSE_SECONDS = 0.02
# Long enough for the threads of both sides to be awake in its later half, and on processors of their own: a system that wakes one on
# the caller's moves it some milliseconds later.
BATCH, BATCH_SECONDS = 40, 0.06


def timed(run: Callable[[], object]) -> float:
    """Median seconds of the later half of a few runs in a row, when caches and waiting threads are as they stay."""
    time.sleep(PAUSE_SECONDS)
    seconds: list[float] = []
    while len(seconds) < BATCH or sum(seconds) < BATCH_SECONDS:
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[len(seconds) // 2 :])


def report(what: str, peer: str, result: tuple[float, float, float]) -> None:
    ours, theirs, ratio = result
    print(f"{what:34} {ours * 1e3:12.3f} {theirs * 1e3:14.3f} {ratio:10.2f}  {peer}")


def beside_njit(rounds: int) -> None:
    rng = np.random.default_rng(0)
    for size in (10_000, 100_000, 1_000_000, 10_000_000):
        x, y = rng.random(size, dtype=np.float32), np.zeros(size, np.float32)
        alpha = np.float32(2)
        result = interleaved(lambda: saxpy(2.0, x, y), lambda: saxpy_by_hand(alpha, x, y), rounds)  # noqa: B023
        report(f"saxpy {size:,}", "njit(parallel=True)", result)
    a, b = rng.random((512, 512), dtype=np.float32), rng.random((512, 512), dtype=np.float32)
    c = np.zeros((512, 512), np.float32)
    result = interleaved(lambda: matmul(a, b, c), lambda: matmul_by_hand(a, b, c), rounds)
    report("tiled matmul 512 × 512", "njit(parallel=True), by hand", result)


SIMULATED = """
import time
import numpy as np
from numba import cuda, float32

@cuda.jit
def saxpy(alpha, x, y):
    i = cuda.grid(1)
    if i < y.size:
        y[i] = alpha * x[i] + y[i]

@cuda.jit
def matmul(a, b, c):
    a_tile = cuda.shared.array((16, 16), float32)
    b_tile = cuda.shared.array((16, 16), float32)
    col, row = cuda.grid(2)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for step in range(a.shape[1] // 16):
        a_tile[ty, tx] = a[row, step * 16 + tx]
        b_tile[ty, tx] = b[step * 16 + ty, col]
        cuda.syncthreads()
        for p in range(16):
            total += a_tile[ty, p] * b_tile[p, tx]
        cuda.syncthreads()
    c[row, col] = total

x, y = np.ones(SIZE, np.float32), np.ones(SIZE, np.float32)
start = time.perf_counter()
saxpy[(SIZE + 255) // 256, 256](np.float32(2), x, y)
print(time.perf_counter() - start)
a, b, c = (np.ones((SIDE, SIDE), np.float32) for _ in range(3))
start = time.perf_counter()
matmul[(SIDE // 16, SIDE // 16), (16, 16)](a, b, c)
print(time.perf_counter() - start)
"""


def beside_the_simulator(size: int, side: int, rounds: int) -> None:
    program = SIMULATED.replace("SIZE", str(size)).replace("SIDE", str(side))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"numba's CUDA simulator: not installed ({done.stderr.strip().splitlines()[-1]})")
        return
    simulated = [float(line) for line in done.stdout.split()]
    x, y = np.ones(size, np.float32), np.ones(size, np.float32)
    a, b, c = (np.ones((side, side), np.float32) for _ in range(3))
    ours = [
        statistics.median(timed(lambda: saxpy(2.0, x, y)) for _ in range(rounds)),
        statistics.median(timed(lambda: matmul(a, b, c)) for _ in range(rounds)),
    ]
    for what, mine, theirs in zip(
        (f"saxpy {size:,}", f"tiled matmul {side} × {side}"), ours, simulated, strict=True
    ):
        report(what, "numba's CUDA simulator (one run)", (mine, theirs, theirs / mine))


FIRST = """
import importlib, sys, time
import numpy as np
import weft
from saxpy import saxpy
for name in sys.argv[1:]:
    importlib.import_module(name)
known = set(sys.modules)
x, y = np.ones(1, np.float32), np.ones(1, np.float32)
start, used = time.perf_counter(), time.process_time()
saxpy(2.0, x, y)
print((time.perf_counter() - start) * 1e3, (time.process_time() - used) * 1e3)
print(*(name for name in sys.modules if name not in known and "." in name))
"""


def in_a_new_process(modules: list[str]) -> tuple[float, float, list[str]]:
    """Milliseconds of a first call, of the wall and of the processor, after these imports; the modules that it loads."""
    folders = [str(Path(__file__).parents[1] / "examples"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-c", FIRST, *modules],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))},
        capture_output=True,
        text=True,
        check=True,
    )
    times, loaded = done.stdout.splitlines()
    wall, used = map(float, times.split())
    return wall, used, loaded.split()


def calls(rounds: int) -> None:
    """A first call whose kernel is on the disk, with and without what it imports, and one call of many."""
    in_a_new_process([])
    _, _, modules = in_a_new_process([])
    for what, given in (("and its imports", []), ("beyond imports", modules)):
        runs = [in_a_new_process(given)[:2] for _ in range(rounds)]
        wall, used = (statistics.median(run[at] for run in runs) for at in (0, 1))
        least = min(run[1] for run in runs)
        print(
            f"first call {what:23} {wall:12.3f} {'':14} {'':10}  processor {used:.1f} ms, at least {least:.1f}"
        )
    x, y = np.ones(1, np.float32), np.ones(1, np.float32)
    seconds = statistics.median(timed(lambda: saxpy(2.0, x, y)) for _ in range(rounds))
    print(f"repeated call of one element       {seconds * 1e3:12.5f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument(
        "--no-simulator", action="store_true", help="leave out the simulator (about a minute)"
    )
    options = parser.parse_args()
    print(
        f"weft {weft.__version__}, numba {numba.__version__}, NumPy {np.__version__}, {os.cpu_count()} processors\n"
    )
    print(f"{'':34} {'weft, ms':>12} {'peer, ms':>14} {'peer/weft':>10}")
    calls(options.rounds)
    beside_njit(options.rounds)
    if not options.no_simulator:
        beside_the_simulator(10_000, 64, options.rounds)


if __name__ == "__main__":
    main()
