"""The pool of workers, whose work is machine code (see `weft.backends.native.pool`), and its threads.

The workers are Python's threads, so that debuggers know them, but they never ask for Python's lock: a launch with many
threads begins on all of them within microseconds. They start with the first launch that may need them.
"""

import atexit
import os
from collections.abc import Callable
from ctypes import CDLL, CFUNCTYPE, addressof, c_char, c_int64, c_void_p, cast
from functools import cache
from threading import Thread

from weft.backends.native import launch, pool
from weft.backends.native.library import address_of
from weft.backends.native.runtime import words
from weft.once import Once

# The names of C functions, by their places in the pool's memory.
_C_FUNCTIONS = {
    pool.LOCK: "pthread_mutex_lock",
    pool.UNLOCK: "pthread_mutex_unlock",
    pool.WAIT: "pthread_cond_wait",
    pool.SIGNAL: "pthread_cond_signal",
    pool.ALLOCATE: "malloc",
    pool.FREE: "free",
    pool.CLOCK: "clock_gettime",
    pool.YIELD: "sched_yield",
}
# Where there are no POSIX threads, blocks run one after another.
HAS_POOL = os.name == "posix"
_LINE_BYTES = 64
_EXIT_SECONDS = 1.0
# Below this many threads of a kernel in all, no work is long enough to be shared.
SMALL_THREADS = 4096


def run_blocks(entry: int, slots: int, blocks: int, scratch_bytes: int, cost: int) -> None:
    """Run all `blocks`, each once. entry: the address of a kernel. slots: the address of its arguments. cost: the
    address of what `pool.run` remembers of the kernel. Other Python threads run meanwhile."""
    if HAS_POOL:
        _run()(memory(), entry, slots, blocks, scratch_bytes, cost)
    else:
        _run_alone(entry, slots, blocks, scratch_bytes)


def _run_alone(entry: int, slots: int, blocks: int, scratch_bytes: int) -> None:
    dealt, scratch = c_int64(0), (c_char * (scratch_bytes + _LINE_BYTES))()
    aligned = -(-addressof(scratch) // _LINE_BYTES) * _LINE_BYTES
    CFUNCTYPE(None, *[c_int64] * 5)(entry)(addressof(dealt), blocks, blocks, aligned, slots)


def memory() -> int:
    """The address of the pool."""
    return _pool().address


def start() -> None:
    """Start the workers, if they are not there and there are processors for them."""
    if HAS_POOL:
        _pool().start()


class _Pool:
    """The memory that all threads share, and the workers' threads."""

    def __init__(self, workers: int) -> None:
        size_bytes = (pool.RANGES + workers * pool.RANGE_WORDS) * 8
        self._memory = (c_char * (size_bytes + _LINE_BYTES))()
        self.address = -(-addressof(self._memory) // _LINE_BYTES) * _LINE_BYTES
        self._threads: list[Thread] = []
        self._wanted = workers
        words = (c_int64 * pool.RANGES).from_address(self.address)
        words[pool.WORKERS] = 1
        for place, name in _C_FUNCTIONS.items():
            words[place] = cast(getattr(_c(), name), c_void_p).value or 0
        _c().pthread_mutex_init(c_void_p(self.address + pool.MUTEX * 8), None)
        _c().pthread_cond_init(c_void_p(self.address + pool.CONDITION * 8), None)

    def start(self) -> None:
        if self._threads or self._wanted < 2:
            return
        work = _function("weft_work", 2)
        self._threads = [
            Thread(target=work, args=(self.address, number), name=f"weft-{number}", daemon=True)
            for number in range(1, self._wanted)
        ]
        for thread in self._threads:
            thread.start()
        c_int64.from_address(self.address + pool.WORKERS * 8).value = self._wanted

    def stop(self) -> None:
        """Let the workers return, for machine code must not run while the interpreter goes away. One that is in a
        kernel, which another thread that nobody waits for launched, is given a second."""
        if self._threads:
            _function("weft_stop", 1)(self.address)
        for thread in self._threads:
            thread.join(_EXIT_SECONDS)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Pools are never freed: a thread may look at one as long as the process lives.
_POOLS: list[_Pool] = []


@Once
def _pool() -> _Pool:
    if not _POOLS:
        atexit.register(lambda: _pool().stop())
    _POOLS.append(_Pool(processors()))
    words()[launch.POOL] = _POOLS[-1].address
    return _POOLS[-1]


@cache
def _c() -> CDLL:
    return CDLL(None)


@Once
def _run() -> Callable[..., None]:
    return _function("weft_run", 6)


def _function(name: str, count: int) -> Callable[..., None]:
    return CFUNCTYPE(None, *[c_int64] * count)(address_of(name))


# A forked child has none of its parent's threads, and a copy of the pool as it stood: it starts its own.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)
