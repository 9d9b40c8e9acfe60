"""Domains, barriers, and values that live across them, on the CPU against NumPy."""

from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from building import (
    BARRIER,
    HERE,
    NUMPY,
    bx,
    by,
    dim,
    domain,
    dx,
    index,
    kernel,
    let,
    lit,
    load,
    local,
    loop,
    op,
    repeat,
    run,
    shared,
    store,
    tensor,
    total,
    tx,
    ty,
    tz,
    when,
)
from primitive_cases import INTEGERS
from weft.model.dtypes import BF16, BOOL, F16, F32, I32
from weft.model.ir import Break, Continue, Expr, For, Kernel, Op, Param, ScalarParameter, Var
from weft.model.specialization import Specialization

N, M, K = dim("N"), dim("M"), dim("K")


def number(name: str) -> Var:
    return Var(name, I32)


def to_i32(value: Expr) -> Expr:
    return Op("cast", (value,), I32)


def zeros(*shape: int) -> numpy.ndarray:
    return numpy.zeros(shape, "i4")


def counting(*shape: int) -> numpy.ndarray:
    return numpy.arange(numpy.prod(shape), dtype="i4").reshape(shape)


SIZES = [(1,), (31,), (4096,), (5003,), (1, 1), (7, 13), (33, 300), (2, 3, 5), (3, 1, 130), (9, 5, 1)]


# A domain's block has no more axes than the domain.
SIZES_AND_BLOCKS = [
    (shape, block)
    for shape in SIZES
    for block in (None, 8, (4, 2), (3, 2, 2))
    if not isinstance(block, tuple) or len(block) <= len(shape)
]


@pytest.mark.parametrize(("shape", "block"), SIZES_AND_BLOCKS, ids=str)
def test_domain_is_clamped_to_the_extents(shape: tuple[int, ...], block):
    names = ("i", "j", "k")[: len(shape)]
    dims = tuple(map(dim, ("A", "B", "C")[: len(shape)]))
    x, y = tensor("x", I32, *dims), tensor("y", I32, *dims)
    here = tuple(map(index, names))
    body = store(y, *here, value=op("add", load(y, *here), load(x, *here)))
    what = kernel("accumulate", [x, y], domain(dict(zip(names, dims, strict=True)), body))
    given = {"x": counting(*shape), "y": numpy.ones(shape, "i4")}
    for _ in range(2):
        run(what, given, block=block)
    numpy.testing.assert_array_equal(given["y"], 1 + 2 * counting(*shape))


def test_strided_tensors():
    x, y = tensor("x", I32, N), tensor("y", I32, N)
    what = kernel("copy", [x, y], domain({"i": N}, store(y, index("i"), value=load(x, index("i")))))
    given = {"x": counting(40)[::-2], "y": zeros(60)[::3]}
    run(what, given)
    numpy.testing.assert_array_equal(given["y"], given["x"])
    contiguous = {"x": counting(20), "y": zeros(20)}
    run(what, contiguous, specialization=Specialization(contiguous=frozenset("xy"), constants=(("N", 20),)))
    numpy.testing.assert_array_equal(contiguous["y"], contiguous["x"])


def test_uniform_statements_before_a_domain():
    y = tensor("y", I32, N)
    half, i = index("half"), index("i")
    value = to_i32(op("add", half, i))
    body = domain({"i": half}, store(y, i, value=value))
    given = {"y": zeros(21)}
    run(kernel("lead", [y], let(half, op("floordiv", N, lit(2))), body), given, grid=2, block=8)
    numpy.testing.assert_array_equal(given["y"], [*range(10, 20), *[0] * 11])


def test_varying_statements_before_a_domain():
    y = tensor("y", I32, N)
    lane, i = index("lane"), index("i")
    body = domain({"i": op("sub", N, lit(1))}, store(y, i, value=to_i32(lane)))
    given = {"y": zeros(9)}
    run(kernel("lead", [y], let(lane, tx), body), given, grid=3, block=4)
    assert given["y"].tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0]


def reverse_in_blocks(size: int) -> Kernel:
    x, y, tile = tensor("x", I32, N), tensor("y", I32, N), shared("tile", I32, size)
    here, i = op("add", op("mul", bx, dx), tx), index("i")
    body = (
        let(i, here),
        store(tile, tx, value=load(x, i)),
        BARRIER,
        store(y, i, value=load(tile, op("sub", lit(size - 1), tx))),
    )
    return kernel("reverse", [x, y], *body, arrays=[tile])


@pytest.mark.parametrize("size", [1, 5, 64])
def test_reverse_through_shared_memory(size: int):
    given = {"x": counting(size * 7), "y": zeros(size * 7)}
    run(reverse_in_blocks(size), given, grid=7, block=size)
    numpy.testing.assert_array_equal(given["y"].reshape(7, size), given["x"].reshape(7, size)[:, ::-1])


def test_zero_blocks_do_nothing():
    given = {"x": counting(4), "y": zeros(4)}
    run(reverse_in_blocks(4), given, grid=0, block=4)
    assert not given["y"].any()


def tiled_matmul(tile: int) -> Kernel:
    a, b, c = tensor("a", F32, M, K), tensor("b", F32, K, N), tensor("c", F32, M, N)
    left, right = shared("left", F32, tile * tile), shared("right", F32, tile * tile)
    row, col, k0, k, acc = index("row"), index("col"), index("k0"), index("k"), Var("acc", F32)
    place = total(op("mul", ty, lit(tile)), tx)
    across, down = total(k0, tx), total(k0, ty)
    inside_a = op("and", op("lt", row, M), op("lt", across, K))
    inside_b = op("and", op("lt", down, K), op("lt", col, N))
    product = op(
        "mul", load(left, total(op("mul", ty, lit(tile)), k)), load(right, total(op("mul", k, lit(tile)), tx))
    )
    body = (
        let(acc, lit(0.0, F32)),
        loop(
            k0,
            K,
            store(left, place, value=load(a, row, across, guard=inside_a)),
            store(right, place, value=load(b, down, col, guard=inside_b)),
            BARRIER,
            loop(k, lit(tile), let(acc, op("add", acc, product))),
            BARRIER,
            step=lit(tile),
        ),
        store(c, row, col, value=acc, guard=op("and", op("lt", row, M), op("lt", col, N))),
    )
    work = domain({"row": M, "col": N}, *body, everyone=True, block=(tile, tile))
    return kernel("matmul", [a, b, c], work, arrays=[left, right])


@pytest.mark.parametrize("shape", [(16, 16, 16), (1, 1, 1), (37, 53, 29), (130, 70, 100)], ids=str)
@pytest.mark.parametrize("tile", [8, 16])
def test_tiled_matmul(shape: tuple[int, int, int], tile: int):
    rows, cols, inner = shape
    random = numpy.random.default_rng(0)
    a, b = random.random((rows, inner), "f4"), random.random((inner, cols), "f4")
    given = {"a": a, "b": b, "c": numpy.zeros((rows, cols), "f4")}
    run(tiled_matmul(tile), given)
    numpy.testing.assert_allclose(given["c"], a @ b, rtol=1e-5)


def test_naive_matmul():
    """A loop without barriers, whose accumulator is each thread's own."""
    a, b, c = tensor("a", F32, M, K), tensor("b", F32, K, N), tensor("c", F32, M, N)
    row, col, k, acc = index("row"), index("col"), index("k"), Var("acc", F32)
    body = (
        let(acc, lit(0.0, F32)),
        loop(k, K, let(acc, op("add", acc, op("mul", load(a, row, k), load(b, k, col))))),
        store(c, row, col, value=acc),
    )
    random = numpy.random.default_rng(0)
    left, right = random.random((33, 70), "f4"), random.random((70, 41), "f4")
    given = {"a": left, "b": right, "c": numpy.zeros((33, 41), "f4")}
    run(kernel("naive", [a, b, c], domain({"row": M, "col": N}, *body)), given)
    numpy.testing.assert_allclose(given["c"], left @ right, rtol=1e-5)


def tree_sum(size: int) -> Kernel:
    """A while loop with barriers, on a variable that all threads share: the sum of each block."""
    x, y, tile = tensor("x", I32, N), tensor("y", I32, M), shared("tile", I32, size)
    stride = index("stride")
    body = (
        store(tile, tx, value=load(x, op("add", op("mul", bx, dx), tx))),
        let(stride, op("floordiv", dx, lit(2))),
        repeat(
            op("gt", stride, lit(0)),
            BARRIER,
            when(
                op("lt", tx, stride),
                store(tile, tx, value=op("add", load(tile, tx), load(tile, op("add", tx, stride)))),
            ),
            let(stride, op("floordiv", stride, lit(2))),
            BARRIER,
        ),
        store(y, bx, value=load(tile, lit(0)), guard=op("eq", tx, lit(0))),
    )
    return kernel("tree_sum", [x, y], *body, arrays=[tile])


@pytest.mark.parametrize("size", [1, 2, 64])
def test_while_with_barriers(size: int):
    given = {"x": counting(size * 5), "y": zeros(5)}
    run(tree_sum(size), given, grid=5, block=size)
    numpy.testing.assert_array_equal(given["y"], given["x"].reshape(5, size).sum(axis=1))


def test_accumulators_run_once_per_thread_and_once_per_block():
    """`steps` decides a barrier's loop and is the block's; `mine` is each thread's, although it is uniform."""
    y, tile = tensor("y", I32, N), shared("tile", I32, 8)
    steps, mine, turn = number("steps"), number("mine"), index("turn")
    body = (
        let(steps, lit(0, I32)),
        let(mine, lit(0, I32)),
        store(tile, tx, value=lit(0, I32)),
        repeat(
            op("lt", steps, lit(3, I32)),
            let(steps, op("add", steps, lit(1, I32))),
            let(mine, op("add", mine, lit(10, I32))),
            BARRIER,
            store(tile, tx, value=op("add", load(tile, tx), load(tile, tx))),
            BARRIER,
            store(tile, tx, value=op("add", load(tile, tx), mine)),
        ),
        loop(turn, lit(2), BARRIER, let(mine, op("add", mine, to_i32(tx)))),
        store(y, tx, value=op("add", op("add", load(tile, tx), mine), steps)),
    )
    given = {"y": zeros(8)}
    run(kernel("count", [y], *body, arrays=[tile]), given, grid=1, block=8)
    assert given["y"].tolist() == [10 * 4 + 20 * 2 + 30 + 30 + 3 + 2 * lane for lane in range(8)]


def test_nested_loops_with_barriers_at_both_ends():
    y, tile = tensor("y", I32, N), shared("tile", I32, 4)
    i, j, acc, turned = index("i"), index("j"), number("acc"), op("mod", op("add", tx, lit(1)), lit(4))
    body = (
        BARRIER,
        BARRIER,
        let(acc, to_i32(tx)),
        loop(
            i,
            lit(3),
            BARRIER,
            loop(
                j,
                op("add", i, lit(1)),
                store(tile, tx, value=acc),
                BARRIER,
                let(acc, op("add", load(tile, turned), to_i32(op("add", i, j)))),
                BARRIER,
            ),
        ),
        store(y, tx, value=op("add", acc, to_i32(op("mul", i, lit(100))))),
        BARRIER,
    )
    given = {"y": zeros(4)}
    run(kernel("nested", [y], *body, arrays=[tile]), given, grid=1, block=4)
    added = sum(outer + inner for outer in range(3) for inner in range(outer + 1))
    assert given["y"].tolist() == [(lane + 6) % 4 + added + 200 for lane in range(4)]


@pytest.mark.parametrize("flag", [0, 1, 2])
def test_uniform_if_with_barriers(flag: int):
    y, tile = tensor("y", I32, N), shared("tile", I32, 4)
    mine, chosen = number("mine"), Param("flag", I32)
    swap = (store(tile, tx, value=mine), BARRIER, let(mine, load(tile, op("sub", lit(3), tx))))
    body = (
        let(mine, to_i32(tx)),
        when(op("eq", chosen, lit(1, I32)), *swap, otherwise=(BARRIER, let(mine, op("add", mine, chosen)))),
        store(y, tx, value=mine),
    )
    given = {"flag": flag, "y": zeros(4)}
    what = kernel("branch", [ScalarParameter("flag", I32, HERE), y], *body, arrays=[tile])
    run(what, given, grid=1, block=4)
    assert given["y"].tolist() == ([3, 2, 1, 0] if flag == 1 else [lane + flag for lane in range(4)])


def test_a_load_decides_a_loop_with_barriers():
    """All threads read the same element, again after each barrier."""
    y, left = tensor("y", I32, N), shared("left", I32, 1)
    rounds, mine = number("rounds"), number("mine")
    body = (
        store(left, lit(0), value=lit(3, I32), guard=op("eq", tx, lit(0))),
        let(mine, lit(0, I32)),
        BARRIER,
        let(rounds, load(left, lit(0))),
        repeat(
            op("gt", rounds, lit(0, I32)),
            let(mine, op("add", mine, to_i32(tx))),
            BARRIER,
            store(left, lit(0), value=op("sub", rounds, lit(1, I32)), guard=op("eq", tx, lit(0))),
            BARRIER,
            let(rounds, load(left, lit(0))),
        ),
        store(y, tx, value=mine),
    )
    given = {"y": zeros(4)}
    run(kernel("rounds", [y], *body, arrays=[left]), given, grid=1, block=4)
    assert given["y"].tolist() == [0, 3, 6, 9]


def test_control_of_a_barrier_comes_from_a_loop_with_a_break():
    y = tensor("y", I32, N)
    count, turn, mine = index("count"), index("turn"), number("mine")
    body = (
        let(count, lit(0)),
        let(mine, to_i32(tx)),
        repeat(
            op("lt", count, lit(100)),
            when(op("ge", count, N), Break(HERE)),
            let(count, op("add", count, lit(1))),
            when(op("lt", count, lit(3)), Continue(HERE)),
            let(mine, op("add", mine, lit(10, I32))),
        ),
        loop(turn, count, BARRIER, let(mine, op("add", mine, lit(1, I32)))),
        store(y, tx, value=mine),
    )
    given = {"y": zeros(5)}
    run(kernel("breaks", [y], *body), given, grid=1, block=5)
    assert given["y"].tolist() == [lane + 30 + 5 for lane in range(5)]


def test_break_and_continue_of_one_thread():
    y = tensor("y", I32, N)
    i, k, acc = index("i"), index("k"), number("acc")
    body = (
        let(acc, lit(0, I32)),
        loop(
            k,
            lit(10),
            when(op("eq", k, i), Continue(HERE)),
            when(op("gt", k, op("add", i, lit(3))), Break(HERE)),
            let(acc, op("add", acc, to_i32(k))),
        ),
        store(y, i, value=acc),
    )
    given = {"y": zeros(12)}
    run(kernel("skips", [y], domain({"i": N}, *body)), given)
    wanted = [sum(k for k in range(10) if k != i and k <= i + 3) for i in range(12)]
    assert given["y"].tolist() == wanted


@pytest.mark.parametrize("dtype", [F32, F16, BF16, BOOL, I32], ids=str)
def test_stored_values_keep_their_dtype(dtype):
    y, kept = tensor("y", dtype, N), Var("kept", dtype)
    body = (let(kept, Op("cast", (tx,), dtype)), BARRIER, store(y, tx, value=kept))
    given = {"y": zeros(7).astype(NUMPY[dtype.name])}
    run(kernel("keeps", [y], *body), given, grid=1, block=7)
    wanted = counting(7) != 0 if dtype == BOOL else counting(7)
    numpy.testing.assert_array_equal(given["y"].astype("f4"), wanted.astype("f4"))


def test_a_value_assigned_by_some_threads_keeps_the_others():
    y, kept = tensor("y", I32, N), number("kept")
    body = (
        let(kept, lit(1, I32)),
        BARRIER,
        when(op("lt", tx, lit(3)), let(kept, to_i32(tx))),
        BARRIER,
        store(y, tx, value=kept),
    )
    given = {"y": zeros(6)}
    run(kernel("some", [y], *body), given, grid=1, block=6)
    assert given["y"].tolist() == [0, 1, 2, 1, 1, 1]


def test_recomputed_values_are_those_of_their_iteration():
    """`mine` is read before it is assigned in the loop, so it must be kept; `next` can be computed again."""
    y = tensor("y", I32, N)
    i, mine, following, acc = index("i"), number("mine"), number("following"), number("acc")
    body = (
        let(mine, lit(0, I32)),
        let(acc, lit(0, I32)),
        loop(
            i,
            lit(3),
            let(acc, op("add", acc, mine)),
            let(mine, op("add", to_i32(i), to_i32(tx))),
            let(following, op("add", to_i32(i), lit(10, I32))),
            BARRIER,
            let(acc, op("add", acc, op("mul", following, mine))),
        ),
        store(y, tx, value=op("add", acc, following)),
    )
    given = {"y": zeros(4)}
    run(kernel("again", [y], *body), given, grid=1, block=4)
    wanted = [
        sum((0 if i == 0 else i - 1 + lane) + (i + 10) * (i + lane) for i in range(3)) + 12
        for lane in range(4)
    ]
    assert given["y"].tolist() == wanted


def test_local_arrays_belong_to_threads():
    y, mine = tensor("y", I32, N), local("mine", I32, 3)
    k = index("k")
    body = (
        loop(k, lit(3), store(mine, k, value=to_i32(op("add", op("mul", tx, lit(10)), k)))),
        BARRIER,
        store(mine, lit(0), value=op("add", load(mine, lit(1)), load(mine, lit(2)))),
        BARRIER,
        store(y, tx, value=load(mine, lit(0))),
    )
    given = {"y": zeros(5)}
    run(kernel("locals", [y], *body, arrays=[mine]), given, grid=1, block=5)
    assert given["y"].tolist() == [20 * lane + 3 for lane in range(5)]


def test_local_array_without_barriers():
    y, mine, i, k = tensor("y", I32, N), local("mine", I32, 4), index("i"), index("k")
    body = (
        loop(k, lit(4), store(mine, k, value=to_i32(op("mul", i, k)))),
        store(y, i, value=op("add", load(mine, lit(1)), load(mine, lit(3)))),
    )
    given = {"y": zeros(50)}
    run(kernel("locals", [y], domain({"i": N}, *body), arrays=[mine]), given)
    numpy.testing.assert_array_equal(given["y"], 4 * counting(50))


def test_threads_and_blocks_of_three_axes():
    y = tensor("y", I32, N)
    lane = total(tx, op("mul", ty, lit(3)), op("mul", tz, lit(6)))
    block = total(bx, op("mul", by, lit(2)))
    mine = number("mine")
    place = total(op("mul", block, lit(12)), lane)
    body = (let(mine, to_i32(place)), BARRIER, store(y, place, value=mine))
    given = {"y": zeros(72)}
    run(kernel("axes", [y], *body), given, grid=(2, 3), block=(3, 2, 2))
    numpy.testing.assert_array_equal(given["y"], counting(72))


def test_the_variable_of_a_loop_keeps_its_last_value():
    y, i, k = tensor("y", I32, N), index("i"), index("k")
    body = (loop(k, lit(-7), start=lit(10), step=lit(-4)), store(y, i, value=to_i32(k)))
    given = {"y": zeros(2)}
    run(kernel("last", [y], domain({"i": N}, *body)), given)
    assert given["y"].tolist() == [-6, -6]


def test_loops_in_every_dtype():
    y, i = tensor("y", I32, N), index("i")
    acc = number("acc")
    loops = [_adding_loop(Var(f"k_{dtype}", dtype), acc) for dtype in INTEGERS]
    given = {"y": zeros(3)}
    run(kernel("loops", [y], domain({"i": N}, let(acc, lit(0, I32)), *loops, store(y, i, value=acc))), given)
    assert given["y"].tolist() == [4 * len(INTEGERS)] * 3


def _adding_loop(k: Var, acc: Var) -> For:
    one, two, five = (lit(value, k.dtype) for value in (1, 2, 5))
    return loop(k, five, let(acc, op("add", acc, Op("cast", (k,), I32))), start=one, step=two)


def test_many_callers_at_once():
    """Launches from several threads share the pool; each sees its own shared memory."""

    def work(seed: int) -> bool:
        random = numpy.random.default_rng(seed)
        a, b = random.random((96, 64), "f4"), random.random((64, 80), "f4")
        given = {"a": a, "b": b, "c": numpy.zeros((96, 80), "f4")}
        run(tiled_matmul(16), given)
        return numpy.allclose(given["c"], a @ b, rtol=1e-5)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(12)))
