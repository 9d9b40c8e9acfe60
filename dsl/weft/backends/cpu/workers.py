"""Run a range of blocks on all processors: the caller's thread and a pool that sleeps between launches.

Blocks are dealt in pieces. The caller takes pieces as the workers do, so that a launch never waits for a pool that
is busy with other launches, and a launch from inside another one cannot block.
"""

import os
from collections.abc import Callable
from ctypes import addressof, c_int64
from functools import cache
from queue import SimpleQueue
from threading import Lock, Thread
from time import perf_counter_ns

# Given the address of a counter, a number of blocks and the block to stop at: takes so many blocks at a time off the
# counter, and runs them, until none is left. Python is not asked between two pieces, whose threads would wait for it.
RunBlocks = Callable[[int, int, int], None]

# Waking a helper and waiting for it was measured at 25 to 55 µs: what is shorter than this is faster on the caller's
# thread.
SHARED_WORK_NS = 120_000
# A call of native code takes about 3 µs by itself: shorter measurements tell nothing of the work.
MEASURABLE_NS = 12_000
# Below this many threads in all, nothing is measured.
SMALL_THREADS = 4096
# From this many threads on, even the least work is worth sharing.
MANY_THREADS = 1 << 18
# A piece of fewer threads may take less time than handing it out.
_PIECE_THREADS = 1 << 15
_PIECES_PER_WORKER = 16


def run_blocks(run: RunBlocks, blocks: int, threads_per_block: int) -> None:
    """Run all `blocks`, each once.

    How long a block takes is not known before: the caller runs a few first, and shares the rest if that would take long.
    """
    workers = _workers()
    if workers < 2 or blocks * threads_per_block <= SMALL_THREADS:
        _run_alone(run, 0, blocks)
        return
    if blocks * threads_per_block >= MANY_THREADS:
        _share(run, 0, blocks, workers, -(-_PIECE_THREADS // threads_per_block))
        return
    done, rest_ns = _try(run, blocks, max(1, min(SMALL_THREADS // threads_per_block, blocks // 16)))
    if done == blocks:
        return
    if rest_ns >= SHARED_WORK_NS:
        _share(run, done, blocks, workers, 1)
    else:
        _run_alone(run, done, blocks)


def _run_alone(run: RunBlocks, first: int, last: int) -> None:
    dealt = c_int64(first)
    run(addressof(dealt), last - first, last)


def _try(run: RunBlocks, blocks: int, size: int) -> tuple[int, int]:
    """Run more and more blocks until their time can be measured: the blocks done, and about how long the others take."""
    done = 0
    while done < blocks:
        last = min(done + size, blocks)
        start_ns = perf_counter_ns()
        _run_alone(run, done, last)
        taken_ns = perf_counter_ns() - start_ns
        rest_ns = taken_ns * (blocks - last) // (last - done)
        done, size = last, size * 4
        if taken_ns >= MEASURABLE_NS or rest_ns < SHARED_WORK_NS:
            return done, rest_ns
    return done, 0


@cache
def _workers() -> int:
    return os.cpu_count() or 1


def _share(run: RunBlocks, first: int, last: int, workers: int, least: int) -> None:
    """least: the blocks of the smallest piece that is worth handing out."""
    size = max(least, -(-(last - first) // (workers * _PIECES_PER_WORKER)))
    dealt = c_int64(first)

    def work() -> None:
        run(addressof(dealt), size, last)

    helpers = min(workers, -(-(last - first) // size)) - 1
    jobs = [_Job(work) for _ in range(helpers)]
    for job in jobs:
        _queue().put(job)
    try:
        work()
    finally:
        for job in jobs:
            job.finish()


class _Job:
    """Work for one helper, which begins it at most once."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._unclaimed = Lock()
        self._outcome: SimpleQueue[BaseException | None] = SimpleQueue()

    def run(self) -> None:
        if not self._unclaimed.acquire(blocking=False):
            return
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the launch waits
            self._outcome.put(error)
        else:
            self._outcome.put(None)

    def finish(self) -> None:
        """Wait for a helper that has begun; one that has not would find no piece left."""
        if self._unclaimed.acquire(blocking=False):
            return
        error = self._outcome.get()
        if error is not None:
            raise error


# A queue wakes a thread in 25 to 55 µs here, a ThreadPoolExecutor in 50 to 140 (medians, two virtual processors).
@cache
def _queue() -> "SimpleQueue[_Job]":
    """Where the helpers take their jobs; the first use starts them."""
    queue: SimpleQueue[_Job] = SimpleQueue()
    for number in range(max(1, _workers() - 1)):
        Thread(target=_help, args=(queue,), name=f"weft-{number}", daemon=True).start()
    return queue


def _help(queue: "SimpleQueue[_Job]") -> None:
    while True:
        queue.get().run()


# A forked child has none of its parent's threads: it starts its own pool.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_queue.cache_clear)
