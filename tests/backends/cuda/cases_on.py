"""Run the cases of the CPU back end's tests in another way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import test_cpu_atomics
import test_cpu_blocks
import test_cpu_primitives
import test_cpu_warps

MODULES = (test_cpu_atomics, test_cpu_blocks, test_cpu_primitives, test_cpu_warps)


def shared_tests() -> dict[str, Callable[..., None]]:
    return {
        name: test for module in MODULES for name, test in vars(module).items() if name.startswith("test_")
    }


@contextmanager
def running_with(run: Callable[..., None]) -> Iterator[None]:
    """The cases call `run` in the place of the CPU's; what they remember of other runs is forgotten."""
    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            patch.setattr(module, "run", run)
        _forget()
        yield
    _forget()


def _forget() -> None:
    test_cpu_primitives._results.cache_clear()
    test_cpu_primitives._casts.cache_clear()
    test_cpu_warps._results.cache_clear()
