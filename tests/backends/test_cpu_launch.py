"""The CPU back end as the launch uses it: scalars, blocks, workers, loops around threads."""

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy
import pytest
from building import (
    BARRIER,
    HERE,
    bx,
    dim,
    domain,
    dx,
    index,
    kernel,
    let,
    lit,
    load,
    loop,
    op,
    run,
    shared,
    store,
    tensor,
    total,
    tx,
    when,
)
from weft.backends import cpu
from weft.backends.cpu import workers
from weft.backends.cpu.emitting import emit_blocks
from weft.backends.cpu.prelude import prelude
from weft.backends.lowering import prelude_names
from weft.model.dtypes import ALL, BF16, BOOL, F16, F32, I32, DType
from weft.model.ir import Break, Expr, Kernel, Op, Param, ScalarParameter, Stmt, Var
from weft.model.specialization import Specialization

N, M, I, J, K = dim("N"), dim("M"), index("i"), index("j"), index("k")
# On the CPU a block's shared arrays lie in scratch memory, and a barrier is where a loop ends.
FOR_GPUS = {"barrier", "cluster_barrier", "range", *(f"shared_{dtype}" for dtype in ALL)}


def test_the_prelude_is_whole():
    assert {name for name in prelude_names() if prelude(name) is None} == FOR_GPUS


@pytest.mark.parametrize(
    ("dtype", "given", "seen"),
    [
        (BOOL, True, 1.0),
        (BOOL, False, 0.0),
        (F16, 0.1, float(numpy.float16(0.1))),
        (BF16, 1.001, 1.0),
        (I32, -5, -5.0),
    ],
    ids=str,
)
def test_scalars(dtype: DType, given: float, seen: float):
    y = tensor("y", F32, N)
    body = store(y, I, value=Op("cast", (Param("s", dtype),), F32))
    arguments = {"s": given, "y": numpy.zeros(3, "f4")}
    run(kernel("fill", [ScalarParameter("s", dtype, HERE), y], domain({"i": N}, body)), arguments)
    assert arguments["y"].tolist() == [seen] * 3


def grid_kernel(rank: int, *body: Stmt, block: tuple[int, ...] | None = None) -> Kernel:
    dims = {f"i{axis}": dim(f"N{axis}") for axis in range(rank)}
    return kernel("k", [], domain(dims, *body, block=block))


@pytest.mark.parametrize(
    ("what", "block"),
    [
        (grid_kernel(1), (1024, 1, 1)),
        (grid_kernel(2), (256, 4, 1)),
        (grid_kernel(3), (128, 4, 2)),
        (grid_kernel(2, block=(4, 16)), (16, 4, 1)),
        (grid_kernel(1, let(J, tx)), (256, 1, 1)),
        (grid_kernel(2, let(J, tx)), (32, 8, 1)),
        (kernel("k", []), (256, 1, 1)),
    ],
)
def test_block(what: Kernel, block: tuple[int, int, int]):
    assert cpu.choose_block(what) == block


LONG = 1 << 40


@pytest.fixture
def four_workers(monkeypatch: pytest.MonkeyPatch):
    """A pool of its own, with workers also on a machine of one processor."""
    monkeypatch.setattr(workers, "processors", lambda: 4)
    workers._pool.forget()
    workers.start()
    yield
    workers._pool().stop()
    workers._pool.forget()


def entry(run: Callable[[int, int], None]):
    """What compiled code does: take pieces off the counter at an address until none is left."""
    lock = threading.Lock()

    def deal(address: int, piece: int, last: int, scratch: int, slots: int) -> None:
        dealt = ctypes.c_int64.from_address(address)
        while True:
            with lock:
                first, dealt.value = dealt.value, dealt.value + piece
            if first >= last:
                return
            run(first, min(first + piece, last))

    return ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)(deal)


def run_pool(run: Callable[[int, int], None], blocks: int, cost: int = LONG) -> None:
    function, remembered = entry(run), ctypes.c_int64(cost)
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address
    workers.run_blocks(address, 0, blocks, 0, ctypes.addressof(remembered))


@pytest.mark.parametrize("blocks", [1, 2, 3, 63, 64, 1000, 1001])
@pytest.mark.parametrize("cost", [0, 1, LONG], ids=["unknown", "short", "long"])
def test_every_block_runs_once(blocks: int, cost: int, four_workers: None):
    ran: list[int] = []
    for _ in range(3):
        ran.clear()
        run_pool(lambda first, last: ran.extend(range(first, last)), blocks, cost)
        assert sorted(ran) == list(range(blocks))


def test_without_posix_threads_blocks_run_one_after_another(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "HAS_POOL", False)
    ran: list[int] = []
    run_pool(lambda first, last: ran.extend(range(first, last)), 100)
    assert ran == list(range(100))


def test_long_work_is_shared(four_workers: None):
    """No block ends before another one has begun on another thread."""
    both = threading.Barrier(2, timeout=60)

    def meet(first: int, last: int) -> None:
        if first in (0, 2):
            both.wait()

    run_pool(meet, 4)


def test_a_launch_from_inside_of_one_runs_alone(four_workers: None):
    ran: list[int] = []
    run_pool(lambda first, last: run_pool(lambda a, b: ran.extend(range(a, b)), 10), 8)
    assert sorted(ran) == sorted([*range(10)] * 8)


def test_launches_of_many_threads(four_workers: None):
    counts: list[list[int]] = [[] for _ in range(8)]

    def launch(number: int) -> None:
        def count(first: int, last: int) -> None:
            counts[number].append(last - first)

        for _ in range(20):
            run_pool(count, 100)

    threads = [threading.Thread(target=launch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sum(count) for count in counts] == [2000] * 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_workers_of_its_own(four_workers: None):
    done: list[int] = []
    run_pool(lambda first, last: done.append(last - first), 1000)
    child = os.fork()
    if child == 0:
        done.clear()
        workers.start()
        run_pool(lambda first, last: done.append(last - first), 1000)
        os._exit(0 if sum(done) == 1000 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_process_ends_while_its_workers_wait():
    code = (
        "from weft.backends.cpu import workers\n"
        "workers.processors = lambda: 4\n"
        "workers.start()\n"
        "print(len(workers._pool()._threads))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "3\n", "")


def summing(*more: Stmt, offset: Expr, length: Expr = M) -> Kernel:
    """Each thread sums over `k`, reading `x` at `offset`."""
    x, y, acc = tensor("x", F32, N, M), tensor("y", F32, N), Var("acc", F32)
    read = load(x.array, offset)
    body = (
        let(acc, lit(0.0, F32)),
        loop(K, length, *more, let(acc, op("add", acc, read))),
        store(y, I, value=acc),
    )
    return kernel("summing", [x, y], domain({"i": N}, *body))


@pytest.mark.parametrize(
    ("what", "around"),
    [
        (summing(offset=total(op("mul", K, N), I)), True),
        (summing(offset=total(op("mul", K, N), op("mul", I, lit(2)))), False),
        (summing(offset=total(op("mul", I, M), K)), False),
        (summing(offset=total(op("mul", K, N), I), length=I), False),
        (summing(offset=total(op("mul", K, N), I), length=lit(8)), False),
        (summing(when(op("gt", K, lit(3)), Break(HERE)), offset=total(op("mul", K, N), I)), False),
    ],
    ids=["neighbours", "every second", "own rows", "own lengths", "short", "break"],
)
def test_loops_around_threads(what: Kernel, around: bool):
    text = emit_blocks(what, Specialization(contiguous=frozenset("xy"))).code.text
    assert (text.index("for k in") < text.rindex("for thread_x in")) == around
    assert ("acc_values" in text) == around


@pytest.mark.parametrize("length", [0, 1, 50])
def test_a_loop_around_threads_gives_the_same(length: int):
    x = numpy.random.default_rng(0).random((70, length), "f4")
    given = {"x": x, "y": numpy.ones(70, "f4")}
    run(summing(offset=total(op("mul", K, N), I)), given)
    wanted = x.reshape(-1)[: 70 * length].reshape(length, 70).sum(axis=0)
    numpy.testing.assert_allclose(given["y"], wanted, rtol=1e-5)


def test_blocks_have_their_own_shared_memory(four_workers: None):
    """Many blocks at once, each filling shared memory and reading it after a barrier."""
    y, tile = tensor("y", I32, N), shared("tile", I32, 64)
    place = index("place")
    body = (
        let(place, op("add", op("mul", bx, dx), tx)),
        store(tile, tx, value=Op("cast", (place,), I32)),
        BARRIER,
        store(y, place, value=load(tile, op("sub", lit(63), tx))),
    )
    given = {"y": numpy.zeros(64 * 2000, "i4")}
    run(kernel("mirror", [y], *body, arrays=[tile]), given, grid=2000, block=64)
    wanted = numpy.arange(64 * 2000).reshape(2000, 64)[:, ::-1].reshape(-1)
    numpy.testing.assert_array_equal(given["y"], wanted)
