import pickle
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from kernels import fill, saxpy
from weft import checking, reading
from weft.errors import KernelError, LaunchError, UnsupportedError, WeftError, finding
from weft.kernel import function, kernel
from weft.model import ir
from weft.model.diagnostic import Diagnostic, Span
from weft.model.limits import Geometry


@dataclass(frozen=True)
class Read:
    ir: ir.Kernel | None
    findings: tuple[Diagnostic, ...] = ()
    filename: str = "kernels.py"
    line_starts: tuple[int, ...] = (0, 10, 20)
    analysis: None = None
    block_start: int = 0
    observed: tuple[()] = ()


@pytest.fixture
def front_end(monkeypatch):
    """Stands for the front end: what it is told to read, and how often it was asked."""

    def answer(read: Read) -> list[object]:
        asked: list[object] = []
        monkeypatch.setattr(checking, "read_kernel", lambda function, dialect: asked.append(function) or read)
        monkeypatch.setattr(reading, "recall", lambda function: None)
        monkeypatch.setattr(checking, "remember", lambda function, kernel, observed: None)
        return asked

    return answer


def test_decorating_reads_nothing(front_end):
    asked = front_end(Read(saxpy()))

    @kernel
    def saxpy_(alpha, x, y):
        """Add."""

    assert (asked, saxpy_.__name__, saxpy_.__doc__) == ([], "saxpy_", "Add.")


def test_a_kernel_is_read_once(front_end, backend):
    asked = front_end(Read(saxpy()))
    read = kernel(lambda alpha, x, y: None)
    x = np.ones(10, np.float32)
    read(2.0, x, x)
    read(3.0, x, y=x)
    chosen = read.geometry(2.0, x, x)
    assert chosen is not None
    assert (chosen.grid, chosen.block) == ((1, 1, 1), (128, 1, 1))
    assert len(asked) == 1
    assert [arguments[0] for arguments, _ in backend.launched] == [2.0, 3.0]


def test_given_geometry(front_end, backend):
    front_end(Read(fill()))
    read = kernel(lambda x, n: None)
    x = np.ones(10, np.int32)
    read[1, 32](x, 3)
    read[(2, 3), (4, 5, 6)](x, n=4)
    assert [geometry for _, geometry in backend.launched] == [
        Geometry((1, 1, 1), (32, 1, 1)),
        Geometry((2, 3, 1), (4, 5, 6)),
    ]


def test_geometry_that_is_no_pair(front_end, backend):
    front_end(Read(fill()))

    @kernel
    def fill_(x, n): ...

    with pytest.raises(LaunchError) as caught:
        fill_[3]
    assert caught.value.diagnostic.message == (
        "`fill_[...]` takes a grid and a block, and possibly a stream: write `fill_[grid, block](...)`"
    )


def test_the_first_error_is_raised_and_all_are_listed(front_end):
    warning = Diagnostic("unused", "never read", Span(0, 1), "warning")
    first, second = Diagnostic("a", "wrong", Span(12, 13)), Diagnostic("b", "worse", Span(21, 22))
    front_end(Read(None, (warning, first, second)))
    read = kernel(lambda: None)
    with pytest.raises(KernelError) as caught:
        read()
    assert str(caught.value) == "kernels.py:2: a: wrong"
    assert caught.value.diagnostics == (first, second)


def test_a_launch_error_names_the_line_of_the_call(front_end, backend):
    front_end(Read(saxpy()))
    read = kernel(lambda: None)
    line = sys._getframe().f_lineno + 2
    with pytest.raises(LaunchError) as caught:
        read(2.0)
    assert str(caught.value) == (
        f"{__file__}:{line}: launch-arguments: `x` and `y` are missing; `saxpy(alpha, x, y)` takes 3 arguments: "
        "pass them"
    )


def test_a_function_is_the_python_function_outside_kernels():
    @function
    def double(x: int) -> int:
        return x + x

    assert double(3) == 6
    assert double.__name__ == "double"


def test_an_error_without_a_place():
    assert str(UnsupportedError(finding("no-driver", "none was found"))) == "no-driver: none was found"


def test_errors_survive_pickling():
    error = KernelError(finding("a", "b"), "k.py", 3, (finding("c", "d"),))
    again: WeftError = pickle.loads(pickle.dumps(error))
    assert (str(again), again.diagnostics) == (str(error), error.diagnostics)
