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

# Waking a worker and waiting for it was measured at 30 µs on an idle machine and up to 200 µs on a virtual one with
# other work: what is shorter than this is faster on the caller's thread.
SHARED_WORK_NS = 300_000
# A call of native code takes about 3 µs by itself: shorter measurements tell nothing of the work.
MEASURABLE_NS = 12_000
# Below this many threads in all, nothing is measured.
SMALL_THREADS = 4096
_PIECES_PER_WORKER = 8


def run_blocks(run: RunBlocks, blocks: int, threads_per_block: int) -> None:
    """Call `run(first, last)` for pieces that together are all `blocks`.

    How long a block takes is not known before: the caller runs a few first, and shares the rest if that would take long.
    """
    workers = _workers()
    if workers < 2 or blocks * threads_per_block <= SMALL_THREADS:
        run(0, blocks)
        return
    done, rest_ns = _try(run, blocks, max(1, min(SMALL_THREADS // threads_per_block, blocks // 16)))
    if done == blocks:
        return
    if rest_ns >= SHARED_WORK_NS:
        _share(run, done, blocks, workers)
    else:
        run(done, blocks)


def _try(run: RunBlocks, blocks: int, size: int) -> tuple[int, int]:
    """Run more and more blocks until their time can be measured: the blocks done, and about how long the others take."""
    done = 0
    while done < blocks:
        last = min(done + size, blocks)
        start_ns = perf_counter_ns()
        run(done, last)
        taken_ns = perf_counter_ns() - start_ns
        rest_ns = taken_ns * (blocks - last) // (last - done)
        done, size = last, size * 4
        if taken_ns >= MEASURABLE_NS or rest_ns < SHARED_WORK_NS:
            return done, rest_ns
    return done, 0


@cache
def _workers() -> int:
    return os.cpu_count() or 1


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
    return ThreadPoolExecutor(max(1, _workers() - 1), thread_name_prefix="weft")


# A forked child has none of its parent's threads: it starts its own pool.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)
