"""What the threads of a process do one after the other, and values of which a process has one."""

import os
from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


class ForkedLock:
    """A lock that its holder may take again. A forked child finds it free: the thread that held it is not there."""

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


class Once(Generic[T]):
    """A function without arguments that is run when it is first called, and never again.

    `functools.cache` lets two threads run it at once and frees one of the results, also where its address has been given
    away already.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._lock = ForkedLock()

    def __call__(self) -> T:
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    def forget(self) -> None:
        """Run it again at the next call."""
        self._made.clear()
