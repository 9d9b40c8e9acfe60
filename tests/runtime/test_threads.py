"""Many threads that read, compile and launch kernels at once, also the first ones of a machine."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from weft.once import ForkedLock, Once

THREADS = 8
KERNELS = """
import weft
from weft import Tensor, f32
from weft.dims import N
"""
KERNEL = """
@weft.kernel
def kernel_{number}(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    value = x[i]
    for _ in range({number} % 5 + 1):
        value = value * 0.5 + {number}.0
    if value > 3.0:
        value = max(value, weft.exp(-value))
    y[i] = value
"""
PROGRAM = """
import sys, threading
sys.path.insert(0, sys.argv[1])
import numpy, weft, many
kernels = [value for value in vars(many).values() if isinstance(value, weft.kernel.__globals__["Kernel"])]
wrong = []

def expected(number, x):
    for _ in range(number % 5 + 1):
        x = x * numpy.float32(0.5) + numpy.float32(number)
    return numpy.where(x > 3, numpy.maximum(x, numpy.exp(-x)), x)

def work(me):
    together.wait()
    for step in range(len(kernels)):
        number = (step * 3 + me) % len(kernels)
        x = numpy.arange(me * 7000 + 1, dtype="f4")[:: 1 + me % 2]
        y = numpy.zeros_like(x)
        try:
            kernels[number](x, y)
            assert numpy.allclose(y, expected(number, x))
        except Exception as error:
            wrong.append(f"{number}: {error!r}")

together = threading.Barrier(int(sys.argv[2]))
threads = [threading.Thread(target=work, args=(me,)) for me in range(int(sys.argv[2]))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(kernels), wrong)
"""


def test_threads_read_and_compile_the_first_kernels_of_a_machine(tmp_path: Path):
    texts = [KERNEL.format(number=number) for number in range(16)]
    (tmp_path / "many.py").write_text(KERNELS + "".join(texts))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(THREADS)],
        env=os.environ | {"WEFT_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "16 []\n", "")


def test_a_value_is_made_once_however_many_threads_ask():
    made: list[object] = []
    asking = threading.Semaphore(0)

    @Once
    def value() -> object:
        # Not before all have asked.
        for _ in range(THREADS):
            asking.acquire()
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        asking.release()
        return value()

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == set(made)
    assert len(made) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="systems without fork have no forked children")
def test_a_child_finds_a_lock_free_that_another_thread_holds():
    lock, held, done = ForkedLock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    child = os.fork()
    if child == 0:
        with lock:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 7
