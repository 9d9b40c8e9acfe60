"""Run the blocks of a kernel on all processors: the caller's thread, and workers that wait in machine code.

The pool holds one job at a time. Who finds it taken (two Python threads that launch at once, a launch from inside of
one) runs its own blocks alone, so that no launch ever waits for another.

Each worker has its own range of the blocks, the same in each launch, so that it meets the elements that its cache has;
who is through with its range takes pieces of the others'.
"""

from weft.backends.native.words import (
    atomic_add,
    atomic_load,
    atomic_store,
    atomic_swap,
    call,
    load,
    pause,
    stack,
    store,
)

# The places in the pool's memory. What different threads write lies on cache lines of their own.
STATE = 0  # (number of the job) << 17 | (whether workers may join it) << 16 | (workers in it)
TAKEN = 8
SLEEPERS = 16
STOP = 24
LAST_NS = 32  # when the last job ended
WORKERS = 40  # with the caller
LOCK, UNLOCK, WAIT, SIGNAL, ALLOCATE, FREE, CLOCK, YIELD = 41, 42, 43, 44, 45, 46, 47, 48  # C functions
ENTRY, SLOTS, PIECE, SCRATCH_BYTES = 56, 57, 58, 59  # the job
MUTEX, CONDITION = 64, 72
RANGES = 80  # for each worker a cache line: the next block that nobody has, and the one to stop at
RANGE_WORDS = 8

OPEN = 1 << 16
JOB = 1 << 17

# A worker that is awake begins within a microsecond; waking one takes 25 to 55 (two virtual processors).
SHARED_NS = 6_000
WAKING_NS = 60_000
# Launches that follow each other this closely keep the workers awake, also if each by itself would not wake them.
CLOSE_NS = 150_000
# How long a worker looks for the next job before it sleeps.
AWAKE_NS = 120_000
# The least work that is worth taking at a time.
PIECE_NS = 2_000
# Blocks are tried until this much time has passed: shorter measurements tell nothing.
MEASURABLE_NS = 1_500
# How often the caller looks for the last worker before it lets other threads run.
MOST_SPINS = 2_000
_CLOCK_MONOTONIC = 1
_ALIGNMENT_BYTES = 64


def now_ns(pool: int) -> int:
    time = stack(2)
    call(load(pool, CLOCK), _CLOCK_MONOTONIC, time)
    return load(time, 0) * 1_000_000_000 + load(time, 1)


def run_ranges(pool: int, me: int) -> None:
    """Take part in the open job, with the own range first."""
    entry, slots, piece = load(pool, ENTRY), load(pool, SLOTS), load(pool, PIECE)
    size_bytes, workers = load(pool, SCRATCH_BYTES), load(pool, WORKERS)
    memory = 0
    if size_bytes > 0:
        memory = call(load(pool, ALLOCATE), size_bytes + _ALIGNMENT_BYTES)
    scratch = (memory + _ALIGNMENT_BYTES - 1) & -_ALIGNMENT_BYTES
    for step in range(workers):
        which = me + step
        if which >= workers:
            which -= workers
        line = pool + (RANGES + which * RANGE_WORDS) * 8
        # Looking leaves the line in everybody's cache; taking a piece of nothing would not.
        if atomic_load(line, 0) < load(line, 1):
            call(entry, line, piece, load(line, 1), scratch, slots)
    if memory != 0:
        call(load(pool, FREE), memory)


def wake_one(pool: int) -> None:
    if atomic_load(pool, SLEEPERS) > 0:
        call(load(pool, LOCK), pool + MUTEX * 8)
        call(load(pool, SIGNAL), pool + CONDITION * 8)
        call(load(pool, UNLOCK), pool + MUTEX * 8)


def is_new(state: int, seen: int) -> bool:
    return state & OPEN != 0 and state // JOB != seen


def wait_for_job(pool: int, seen: int) -> int:
    """Look for a job for a while, then sleep; whether this thread slept."""
    start, spins = now_ns(pool), 0
    while not is_new(atomic_load(pool, STATE), seen) and atomic_load(pool, STOP) == 0:
        pause()
        spins += 1
        if spins & 63 == 0 and now_ns(pool) - start > AWAKE_NS:
            sleep(pool, seen)
            return 1
    return 0


def sleep(pool: int, seen: int) -> None:
    call(load(pool, LOCK), pool + MUTEX * 8)
    atomic_add(pool, SLEEPERS, 1)
    while not is_new(atomic_load(pool, STATE), seen) and atomic_load(pool, STOP) == 0:
        call(load(pool, WAIT), pool + CONDITION * 8, pool + MUTEX * 8)
    atomic_add(pool, SLEEPERS, -1)
    call(load(pool, UNLOCK), pool + MUTEX * 8)


def work(pool: int, me: int) -> None:
    """The life of a worker. me: from 1 on; the caller of a launch is 0."""
    seen = -1
    while True:
        slept = wait_for_job(pool, seen)
        if atomic_load(pool, STOP) != 0:
            return
        state = atomic_load(pool, STATE)
        if not is_new(state, seen):
            continue
        if atomic_swap(pool, STATE, state, state + 1):
            seen = state // JOB
            if slept == 1:
                # Each wakes two more: the caller has better things to do.
                wake_one(pool)
                wake_one(pool)
            run_ranges(pool, me)
            atomic_add(pool, STATE, -1)


def share(pool: int, first: int, last: int, least: int, is_long: bool) -> None:
    """Run blocks with the workers that come. The job's entry is set. least: the blocks of the smallest piece."""
    workers = load(pool, WORKERS)
    each = (last - first + workers - 1) // workers
    for which in range(workers):
        begin = min(first + which * each, last)
        line = RANGES + which * RANGE_WORDS
        store(pool, line, begin)
        store(pool, line + 1, min(begin + each, last))
    store(pool, PIECE, max(1, max(least, each // 8)))
    job = atomic_load(pool, STATE) // JOB + 1
    atomic_store(pool, STATE, job * JOB + OPEN)
    if is_long:
        wake_one(pool)
        wake_one(pool)
    run_ranges(pool, 0)
    atomic_add(pool, STATE, -OPEN)
    spins = 0
    while atomic_load(pool, STATE) & (OPEN - 1) != 0:
        pause()
        spins += 1
        if spins > MOST_SPINS:
            # The worker has lost its processor, perhaps to this very loop.
            call(load(pool, YIELD))


def run_alone(pool: int, entry: int, slots: int, scratch_bytes: int, first: int, last: int) -> None:
    line, memory = stack(2), 0
    if scratch_bytes > 0:
        memory = call(load(pool, ALLOCATE), scratch_bytes + _ALIGNMENT_BYTES)
    store(line, 0, first)
    call(entry, line, last - first, last, (memory + _ALIGNMENT_BYTES - 1) & -_ALIGNMENT_BYTES, slots)
    if memory != 0:
        call(load(pool, FREE), memory)


def run(pool: int, entry: int, slots: int, blocks: int, scratch_bytes: int, cost: int) -> None:
    """Run all blocks. cost: the address of the time that 1024 blocks take, in ns, 0 where it is not known yet."""
    start, done = now_ns(pool), 0
    known, workers = load(cost, 0), load(pool, WORKERS)
    if known == 0:
        size = max(1, blocks // 64)
        spent = 0
        while done < blocks and spent < MEASURABLE_NS:
            last = min(done + size, blocks)
            run_alone(pool, entry, slots, scratch_bytes, done, last)
            done, size = last, size * 2
            spent = now_ns(pool) - start
        known = max(1, spent * 1024 // max(1, done))
        store(cost, 0, known)
    rest_ns = (blocks - done) * known // 1024
    is_close = start - load(pool, LAST_NS) < CLOSE_NS
    awake = workers - 1 - atomic_load(pool, SLEEPERS)
    is_shared = rest_ns >= SHARED_NS and (awake > 0 or is_close or rest_ns >= WAKING_NS)
    if workers > 1 and is_shared and blocks - done > 1 and atomic_swap(pool, TAKEN, 0, 1):
        store(pool, ENTRY, entry)
        store(pool, SLOTS, slots)
        store(pool, SCRATCH_BYTES, scratch_bytes)
        began = now_ns(pool)
        share(pool, done, blocks, PIECE_NS * 1024 // known, is_close or rest_ns >= WAKING_NS)
        end = now_ns(pool)
        # All workers together took at most this; the first guess may be far above, with cold caches.
        store(cost, 0, max(1, min(known, (end - began) * workers * 1024 // (blocks - done))))
        store(pool, LAST_NS, end)
        atomic_store(pool, TAKEN, 0)
        return
    if done < blocks:
        began = now_ns(pool)
        run_alone(pool, entry, slots, scratch_bytes, done, blocks)
        end = now_ns(pool)
        store(cost, 0, max(1, (known + (end - began) * 1024 // (blocks - done)) // 2))
        store(pool, LAST_NS, end)


def stop(pool: int) -> None:
    """Let all workers return."""
    atomic_store(pool, STOP, 1)
    for _ in range(load(pool, WORKERS)):
        wake_one(pool)
