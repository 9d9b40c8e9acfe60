"""Atomics on global and shared memory on the CPU, against NumPy: the cases that every back end must pass."""

from collections.abc import Callable
from typing import Any

import numpy
import pytest
from building import (
    BARRIER,
    HERE,
    NUMPY,
    dim,
    index,
    kernel,
    lit,
    load,
    loop,
    op,
    run,
    shared,
    store,
    tensor,
    tx,
    when,
)
from weft.model import fold
from weft.model.atomics import ATOMICS
from weft.model.dtypes import BF16, F16, F32, F64, I32, INDEX, U32, DType
from weft.model.ir import Array, Do, Expr, Place, Special, Stmt, TensorParameter, Var

N, I = dim("N"), index("i")
COUNT, PLACES, BLOCK = 4096, 7, 128

# What NumPy makes of all values that meet in one element.
REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "atomic_add": numpy.add.reduce,
    "atomic_min": numpy.minimum.reduce,
    "atomic_max": numpy.maximum.reduce,
    "atomic_and": numpy.bitwise_and.reduce,
    "atomic_or": numpy.bitwise_or.reduce,
    "atomic_xor": numpy.bitwise_xor.reduce,
}
CASES = [(name, dtype) for name, dtypes in ATOMICS.items() for dtype in dtypes]
REDUCED = [(name, dtype) for name, dtype in CASES if name in REDUCTIONS]


def do(name: str, of: TensorParameter | Array, at: Expr, *args: Expr, guard: Expr | None = None) -> Do:
    array = of if isinstance(of, Array) else of.array
    return Do(name, (Var("before", array.dtype),), args, (Place(array, at),), (), guard, HERE)


def place() -> Expr:
    return op("mod", I, lit(PLACES))


def each(*body: Stmt) -> list[Stmt]:
    """`body` for each of N elements."""
    where = op("add", op("mul", Special("block_idx.x"), Special("block_dim.x")), tx)
    return [when(op("lt", where, N), loop(I, op("add", where, lit(1)), *body, start=where))]


def values(dtype: DType) -> Any:
    """Small whole numbers, whose sums are exact in any order."""
    kind = NUMPY[dtype.name]
    random = numpy.random.default_rng(5)
    if dtype in (F16, BF16):
        return random.integers(0, 2, COUNT // 16).astype(kind)
    if dtype.is_float:
        return random.integers(-50, 50, COUNT).astype(kind)
    limits = numpy.iinfo(kind)
    return random.integers(limits.min, limits.max, COUNT, dtype=kind, endpoint=True)


def start(name: str, dtype: DType) -> Any:
    return numpy.full(PLACES, -1 if name == "atomic_and" else 0).astype(NUMPY[dtype.name])


def reduced(name: str, x: Any, y: Any) -> Any:
    with numpy.errstate(over="ignore"):
        groups = [numpy.append(x[at::PLACES], y[at]) for at in range(PLACES)]
        return numpy.array([REDUCTIONS[name](group) for group in groups]).astype(x.dtype)


def grid_of(x: Any) -> int:
    return -(-len(x) // BLOCK)


@pytest.mark.parametrize(("name", "dtype"), REDUCED, ids=str)
def test_global(name: str, dtype: DType):
    x, y = tensor("x", dtype, N), tensor("y", dtype, dim("P"))
    given = {"x": values(dtype), "y": start(name, dtype)}
    wanted = reduced(name, given["x"], given["y"])
    body = each(do(name, y, place(), load(x, I)))
    run(kernel("reduce", [x, y], *body), given, grid=grid_of(given["x"]), block=BLOCK)
    numpy.testing.assert_array_equal(given["y"], wanted)


@pytest.mark.parametrize(("name", "dtype"), REDUCED, ids=str)
def test_shared(name: str, dtype: DType):
    """Each block reduces into shared memory, and that into global memory."""
    x, y, parts = tensor("x", dtype, N), tensor("y", dtype, dim("P")), shared("parts", dtype, PLACES)
    given = {"x": values(dtype), "y": start(name, dtype)}
    wanted = reduced(name, given["x"], given["y"])
    first = lit(-1 if name == "atomic_and" else 0, dtype)
    body = [
        when(op("lt", tx, lit(PLACES)), store(parts, tx, value=first)),
        BARRIER,
        *each(do(name, parts, place(), load(x, I))),
        BARRIER,
        when(op("lt", tx, lit(PLACES)), do(name, y, tx, load(parts, tx))),
    ]
    run(kernel("reduce", [x, y], *body, arrays=[parts]), given, grid=grid_of(given["x"]), block=BLOCK)
    numpy.testing.assert_array_equal(given["y"], wanted)


@pytest.mark.parametrize("dtype", ATOMICS["atomic_exchange"], ids=str)
@pytest.mark.parametrize("space", ["global", "shared"])
def test_exchange(dtype: DType, space: str):
    """One block passes values through one element: each comes out once, and the last stays."""
    y, cell, z = tensor("y", dtype, N), tensor("cell", dtype, lit(1)), tensor("z", dtype, N)
    own = shared("own", dtype, 1)
    where = own if space == "shared" else cell
    body = [
        when(op("eq", tx, lit(0)), store(own, lit(0), value=lit(0, dtype))),
        BARRIER,
        do("atomic_exchange", where, lit(0), load(y, tx)),
        store(z, tx, value=Var("before", dtype)),
        BARRIER,
        when(op("eq", tx, lit(0)), store(cell, lit(0), value=load(where, lit(0)))),
    ]
    kind = NUMPY[dtype.name]
    given = {"y": numpy.arange(1, 65).astype(kind), "cell": numpy.zeros(1, kind), "z": numpy.zeros(64, kind)}
    run(kernel("pass_on", [y, cell, z], *body, arrays=[own]), given, grid=1, block=64)
    assert sorted([*given["z"].tolist(), *given["cell"].tolist()]) == list(range(65))


@pytest.mark.parametrize("dtype", ATOMICS["atomic_compare_exchange"], ids=str)
@pytest.mark.parametrize("space", ["global", "shared"])
def test_compare_exchange(dtype: DType, space: str):
    """Of all threads one finds 0, and its value stays."""
    cell, z, own = tensor("cell", dtype, lit(1)), tensor("z", dtype, N), shared("own", dtype, 1)
    where = own if space == "shared" else cell
    body = [
        when(op("eq", tx, lit(0)), store(own, lit(0), value=lit(0, dtype))),
        BARRIER,
        do("atomic_compare_exchange", where, lit(0), lit(0, dtype), load(z, tx)),
        store(z, tx, value=Var("before", dtype)),
        BARRIER,
        when(op("eq", tx, lit(0)), store(cell, lit(0), value=load(where, lit(0)))),
    ]
    kind = NUMPY[dtype.name]
    given = {"cell": numpy.zeros(1, kind), "z": numpy.arange(1, 65).astype(kind)}
    run(kernel("claim", [cell, z], *body, arrays=[own]), given, grid=1, block=64)
    winner = given["cell"][0]
    assert 1 <= winner <= 64
    assert given["z"].tolist().count(0) == 1
    assert given["z"][int(winner) - 1] == 0
    assert set(given["z"].tolist()) <= {0, winner}


@pytest.mark.parametrize(("name", "dtype"), [(n, d) for n, d in REDUCED if d in (I32, U32)], ids=str)
def test_gives_what_was_there(name: str, dtype: DType):
    x, y, z = tensor("x", dtype, N), tensor("y", dtype, lit(1)), tensor("z", dtype, N)
    given = {
        "x": values(dtype)[:1],
        "y": numpy.array([9], NUMPY[dtype.name]),
        "z": numpy.zeros(1, NUMPY[dtype.name]),
    }
    body = [do(name, y, lit(0), load(x, lit(0))), store(z, lit(0), value=Var("before", dtype))]
    run(kernel("before", [x, y, z], *body), given, grid=1, block=1)
    assert given["z"].tolist() == [9]


def test_a_guarded_atomic_does_nothing_and_gives_zero():
    y, z = tensor("y", F32, N), tensor("z", F32, N)
    far = op("mul", tx, lit(1 << 40))
    body = [
        do("atomic_add", y, far, lit(1.0, F32), guard=op("lt", tx, lit(1))),
        store(z, tx, value=Var("before", F32)),
    ]
    given = {"y": numpy.full(8, 5, "f4"), "z": numpy.full(8, 7, "f4")}
    run(kernel("guarded", [y, z], *body), given, grid=1, block=8)
    assert given["y"].tolist() == [6.0] + [5.0] * 7
    assert given["z"].tolist() == [5.0] + [0.0] * 7


@pytest.mark.parametrize("dtype", [F32, F64], ids=str)
def test_extremes_of_floats_of_both_signs(dtype: DType):
    kind = NUMPY[dtype.name]
    pairs = [(a, b) for a in (-2.5, -0.5, 0.5, 2.5) for b in (-3.0, -1.0, 1.0, 3.0)]
    infinities = [(1.0, numpy.inf), (1.0, -numpy.inf), (-1.0, numpy.nan), (1.0, numpy.nan)]
    there, new = (numpy.array(part, kind) for part in zip(*pairs, *infinities, strict=True))
    low, high, x = (tensor(name, dtype, N) for name in ("low", "high", "x"))
    body = [do("atomic_min", low, tx, load(x, tx)), do("atomic_max", high, tx, load(x, tx))]
    given = {"low": there.copy(), "high": there.copy(), "x": new}
    run(kernel("extremes", [low, high, x], *body), given, grid=1, block=len(new))
    numpy.testing.assert_array_equal(given["low"], numpy.fmin(there, new))
    numpy.testing.assert_array_equal(given["high"], numpy.fmax(there, new))


def test_an_index_that_an_atomic_gave():
    """Threads take places in a list: a permutation of what they write."""
    count, z = tensor("count", I32, lit(1)), tensor("z", I32, N)
    body = [
        do("atomic_add", count, lit(0), lit(1, I32)),
        store(z, fold.convert(Var("before", I32), INDEX), value=fold.convert(tx, I32)),
    ]
    given = {"count": numpy.zeros(1, "i4"), "z": numpy.full(64, -1, "i4")}
    run(kernel("compact", [count, z], *body), given, grid=1, block=64)
    assert given["count"].tolist() == [64]
    assert sorted(given["z"].tolist()) == list(range(64))
