"""The CPU back end as the launch uses it: scalars, blocks, workers, loops around threads."""

import ctypes
import os
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
from weft.backends.cpu.emit import emit_blocks
from weft.backends.cpu.prelude import prelude
from weft.backends.lowering import prelude_names
from weft.model.dtypes import ALL, BF16, BOOL, F16, F32, I32, DType
from weft.model.ir import Break, Expr, Kernel, Op, Param, ScalarParameter, Stmt, Var
from weft.model.specialize import Specialization

N, M, I, J, K = dim("N"), dim("M"), index("i"), index("j"), index("k")
# On the CPU a block's shared arrays lie in scratch memory, and a barrier is where a loop ends.
FOR_GPUS = {"barrier", "range", *(f"shared_{dtype}" for dtype in ALL)}


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


def share_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat any work as long, whatever its time, with workers also on a machine of one processor."""
    monkeypatch.setattr(workers, "SHARED_WORK_NS", 0)
    monkeypatch.setattr(workers, "MEASURABLE_NS", 0)
    monkeypatch.setattr(workers, "_workers", lambda: 4)


def dealing(run: Callable[[int, int], None]) -> Callable[[int, int, int], None]:
    """What compiled code does: take pieces off the counter at an address until none is left."""
    lock = threading.Lock()

    def deal(address: int, piece: int, last: int) -> None:
        dealt = ctypes.c_int64.from_address(address)
        while True:
            with lock:
                first, dealt.value = dealt.value, dealt.value + piece
            if first >= last:
                return
            run(first, min(first + piece, last))

    return deal


@pytest.mark.parametrize("blocks", [1, 2, 63, 64, 1000, 1001])
@pytest.mark.parametrize("threads", [1, 256, 5000])
@pytest.mark.parametrize("shared", [True, False])
def test_every_block_runs_once(blocks: int, threads: int, shared: bool, monkeypatch: pytest.MonkeyPatch):
    if shared:
        share_all(monkeypatch)
    ran: list[int] = []
    workers.run_blocks(dealing(lambda first, last: ran.extend(range(first, last))), blocks, threads)
    assert sorted(ran) == list(range(blocks))


def test_an_error_in_a_worker_reaches_the_caller(monkeypatch: pytest.MonkeyPatch):
    share_all(monkeypatch)

    def fail(first: int, last: int) -> None:
        if last == 1000:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        workers.run_blocks(dealing(fail), 1000, 256)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_workers_of_its_own(monkeypatch: pytest.MonkeyPatch):
    share_all(monkeypatch)
    done: list[int] = []
    workers.run_blocks(dealing(lambda first, last: done.append(last - first)), 1000, 256)
    child = os.fork()
    if child == 0:
        done.clear()
        workers.run_blocks(dealing(lambda first, last: done.append(last - first)), 1000, 256)
        os._exit(0 if sum(done) == 1000 else 1)
    assert os.waitpid(child, 0)[1] == 0


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


def test_blocks_have_their_own_shared_memory(monkeypatch: pytest.MonkeyPatch):
    """Many blocks at once, each filling shared memory and reading it after a barrier."""
    share_all(monkeypatch)
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
