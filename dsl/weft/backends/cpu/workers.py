"""Run a range of blocks on all processors: the caller's thread and a pool that sleeps between launches.

Blocks are dealt in pieces. The caller takes pieces as the workers do, so that a launch never waits for a pool that
is busy with other launches, and a launch from inside another one cannot block.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from time import perf_counter_ns

RunBlocks = Callable[[int, int], None]

# Waking a worker and waiting for it takes about 30 µs on Linux: what is shorter than this is not worth sharing.
SHARED_WORK_NS = 60_000
# Below this many threads in all, not even the measurement of the first blocks is worth its time.
SMALL_THREADS = 4096
_PIECES_PER_WORKER = 4


def run_blocks(run: RunBlocks, blocks: int, threads_per_block: int) -> None:
    """Call `run(first, last)` for pieces that together are all `blocks`.

    How long a block takes is not known before: the caller runs a first few, and shares the rest if that would take long.
    """
    workers = os.cpu_count() or 1
    if blocks < 2 or workers < 2 or blocks * threads_per_block <= SMALL_THREADS:
        run(0, blocks)
        return
    first = max(1, blocks // 64)
    start = perf_counter_ns()
    run(0, first)
    rest_ns = (perf_counter_ns() - start) * (blocks - first) // first
    if rest_ns < SHARED_WORK_NS:
        run(first, blocks)
    else:
        _share(run, first, blocks, workers)


def _share(run: RunBlocks, first: int, last: int, workers: int) -> None:
    size = -(-(last - first) // (workers * _PIECES_PER_WORKER))
    # `next` of a range's iterator is one step of the interpreter: no two threads get the same piece.
    starts = iter(range(first, last, size))

    def work() -> None:
        _run_pieces(run, starts, size, last)

    helpers = min(workers, -(-(last - first) // size)) - 1
    futures = [_pool().submit(work) for _ in range(helpers)]
    try:
        work()
    finally:
        for future in futures:
            _finish(future)


def _run_pieces(run: RunBlocks, starts: Iterator[int], size: int, last: int) -> None:
    for start in starts:
        run(start, min(start + size, last))


def _finish(future: "Future[None]") -> None:
    """Wait for a helper that has begun; one that has not would find no piece left."""
    if not future.cancel():
        future.result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="weft")


# A forked child has none of its parent's threads: it starts its own pool.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)
