"""Launches that machine code does: which ones, with what result, and that all checks hold."""

import gc
import sys
import threading

import numpy as np
import pytest
from kernels import fill, saxpy, scale_2d
from weft.errors import LaunchError
from weft.launch import Launcher


def launched(launcher: Launcher, *args: object, geometry: tuple[object, object] | None = None) -> bool:
    """Whether machine code launches with these arguments."""
    return launcher.fast(geometry)(*args) is None


def ready(*args: object) -> Launcher:
    """A launcher of `saxpy` that has seen arguments like these."""
    launcher = Launcher(saxpy())
    launcher.launch(args)
    return launcher


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_a_second_launch_is_machine_code():
    x, y = floats(1, 2, 3), floats(1, 1, 1)
    launcher = Launcher(saxpy())
    assert not launched(launcher, 2.0, x, y)
    launcher.launch((2.0, x, y))
    assert launched(launcher, 3.0, x, y)
    np.testing.assert_array_equal(y, [6, 11, 16])


def test_scalars_are_converted():
    x, y = floats(1, 2), floats(0, 0)
    launcher = ready(2.0, x, y)
    launcher.launch((True, x, y))
    launcher.launch((2, x, y))
    launcher.launch((np.float32(1), x, y))
    y[:] = 0
    for alpha in (0.5, 2, True, np.float32(8)):
        assert launched(launcher, alpha, x, y)
    np.testing.assert_array_equal(y, [11.5, 23])


def test_integers_in_range():
    x = np.zeros(3, np.int32)
    launcher = Launcher(fill())
    launcher.launch((x, 3), None, (1, 1))
    assert launched(launcher, x, -7, geometry=(1, 1))
    assert x[0] == -7
    assert not launched(launcher, x, 2**31, geometry=(1, 1))
    assert not launched(launcher, x, 2**70, geometry=(1, 1))
    assert not launched(launcher, x, 1.0, geometry=(1, 1))
    assert not launched(launcher, x, 1, geometry=(1, 2))


@pytest.mark.parametrize(
    ("alpha", "x", "y"),
    [
        (2.0, floats(1, 2), floats(1, 2)),
        (2.0, floats(1, 2, 3), floats(1, 2)),
        (2.0, np.ones(3), floats(1, 2, 3)),
        (2.0, np.ones(3, np.int32), floats(1, 2, 3)),
        (2.0, np.ones(3, ">f4"), floats(1, 2, 3)),
        (2.0, np.ones((3, 1), np.float32), floats(1, 2, 3)),
        (2.0, np.ones(6, np.float32)[::2], floats(1, 2, 3)),
        (2.0, [1.0, 2.0, 3.0], floats(1, 2, 3)),
        ("a", floats(1, 2, 3), floats(1, 2, 3)),
        (None, floats(1, 2, 3), floats(1, 2, 3)),
        (np.ones(1), floats(1, 2, 3), floats(1, 2, 3)),
    ],
)
def test_other_arguments_are_not_taken(alpha: object, x: object, y: object):
    launcher = ready(2.0, floats(1, 2, 3), floats(1, 2, 3))
    assert not launched(launcher, alpha, x, y)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_another_number_of_arguments_is_not_taken(count: int):
    x = floats(1, 2, 3)
    launcher = ready(2.0, x, floats(1, 2, 3))
    assert not launched(launcher, *(2.0, x, floats(1, 2, 3), x)[:count])


def test_a_read_only_array_is_not_written():
    launcher = ready(2.0, floats(1, 2), floats(1, 2))
    x, y = floats(1, 2), floats(1, 2)
    x.flags.writeable = False
    assert launched(launcher, 2.0, x, y)
    y.flags.writeable = False
    assert not launched(launcher, 2.0, x, y)


def test_the_very_same_view_is_taken_and_another_one_is_not():
    memory = np.ones(64, np.float32)
    launcher = ready(2.0, memory[:16], memory[32:48])
    assert launched(launcher, 2.0, memory[:16], memory[:16])
    assert not launched(launcher, 2.0, memory[4:20], memory[:16])
    assert launched(launcher, 2.0, memory[16:32], memory[:16])


def test_a_misaligned_array_is_not_taken():
    memory = np.zeros(68, np.uint8)
    begin = -memory.ctypes.data % 16
    launcher = ready(2.0, memory[begin + 4 :][:8].view(np.float32), floats(1, 2))
    assert launched(launcher, 2.0, memory[begin + 8 :][:8].view(np.float32), floats(1, 2))
    assert not launched(launcher, 2.0, memory[begin + 5 :][:8].view(np.float32), floats(1, 2))


def test_sizes_take_turns():
    launcher = Launcher(saxpy())
    pairs = [(np.ones(n, np.float32), np.ones(n, np.float32)) for n in range(1, 8)]
    for x, y in pairs:
        launcher.launch((1.0, x, y))
    assert all(launched(launcher, 1.0, x, y) for x, y in pairs)
    assert [y[0] for _, y in pairs] == [3] * 7


def test_the_oldest_plan_is_forgotten():
    launcher = Launcher(saxpy())
    arrays = [np.ones(n, np.float32) for n in range(1, 12)]
    for array in arrays:
        launcher.launch((1.0, array, array))
    assert [launched(launcher, 1.0, array, array) for array in arrays] == [False] * 3 + [True] * 8


def test_empty_tensors():
    nothing = np.zeros(0, np.float32)
    launcher = ready(1.0, nothing, nothing)
    assert launched(launcher, 1.0, nothing, nothing)


def test_two_axes():
    x = np.arange(70 * 100, dtype=np.float32).reshape(70, 100)
    wanted = x * 4
    launcher = Launcher(scale_2d())
    launcher.launch((x,))
    assert launched(launcher, x)
    np.testing.assert_array_equal(x, wanted)
    assert not launched(launcher, x.T)


def test_nothing_is_kept_of_the_arguments():
    x, y = floats(1, 2), floats(1, 2)
    launcher = ready(2.0, x, y)
    before = [sys.getrefcount(value) for value in (x, y, None, NotImplemented, np.float32)]
    for _ in range(1000):
        launched(launcher, 2.0, x, y)
        launched(launcher, "2", x, y)
    after = [sys.getrefcount(value) for value in (x, y, None, NotImplemented, np.float32)]
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 50


def test_a_function_outlives_its_launcher():
    x, y = floats(1, 2), floats(0, 0)
    function = ready(2.0, x, y).fast()
    gc.collect()
    assert function(1.0, x, y) is None
    np.testing.assert_array_equal(y, [3, 6])


def test_many_threads():
    launcher = ready(1.0, np.ones(50_000, np.float32), np.zeros(50_000, np.float32))
    sums: list[float] = []

    def launch() -> None:
        x, y = np.ones(50_000, np.float32), np.zeros(50_000, np.float32)
        for _ in range(50):
            assert launched(launcher, 1.0, x, y)
        sums.append(float(y.min() + y.max()))

    threads = [threading.Thread(target=launch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [100.0] * 6


def words(*args: object) -> str:
    with pytest.raises(LaunchError) as caught:
        Launcher(saxpy()).launch(args)
    return "\n".join(f"{found.code}: {found.message}" for found in caught.value.diagnostics)


def test_views_that_overlap():
    memory = np.ones(10, np.float32)
    assert words(2.0, memory[1:], memory[:-1]) == (
        "launch-overlap: `y`, which the kernel writes to, shares memory with `x` and is another view of it, so the "
        "result would depend on the order of threads: pass the same view for both, or a copy"
    )


def test_views_between_each_other_are_apart():
    memory = np.ones(10, np.float32)
    Launcher(saxpy()).launch((2.0, memory[::2], memory[1::2]))
    np.testing.assert_array_equal(memory, [1, 3] * 5)


def test_a_misaligned_array():
    array = np.zeros(9, np.uint8)[1:].view(np.float32)
    assert words(2.0, array, floats(1, 2)) == (
        f"launch-alignment: `x` begins at address {array.ctypes.data:#x}, which is no multiple of the 4 bytes of an "
        "element: pass a copy"
    )


def test_a_broadcast_array_is_read_and_not_written():
    one = np.broadcast_to(floats(3), (4,))
    y = np.ones(4, np.float32)
    Launcher(saxpy()).launch((2.0, one, y))
    np.testing.assert_array_equal(y, [7] * 4)
    repeated = np.lib.stride_tricks.as_strided(floats(3), (4,), (0,))
    assert words(2.0, y, repeated) == (
        "launch-read-only: `y` is broadcast, so several of its elements are one in memory, and the kernel writes to it: "
        "pass a copy"
    )


def test_a_tensor_that_was_freed():
    class Tensor:
        def __init__(self) -> None:
            self.__array_interface__ = {"typestr": "<f4", "data": (0, False), "shape": (3,), "version": 3}

    assert words(2.0, Tensor(), floats(1, 2, 3)) == (
        "launch-memory: `x` has elements and no memory: it was freed, or its storage was resized; launch before that, or "
        "make it again"
    )
