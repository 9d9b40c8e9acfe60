"""What the lanes of a warp do together, in full and in part of it, under every flow that keeps them together."""

from functools import cache
from typing import Any

import numpy
import pytest
from building import (
    BARRIER,
    HERE,
    NUMPY,
    bx,
    dim,
    domain,
    dx,
    dy,
    dz,
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
from warp_cases import CASES, Case, expected, operand
from weft.model.dtypes import BOOL, I32, INDEX, U32, DType
from weft.model.ir import Break, Continue, Do, Expr, Kernel, Op, Special, Stmt, Var
from weft.model.ir import For as Loop

N = dim("N")
LANE, WARP = Special("lane_id"), Special("warp_id")
COUNT = op("mul", op("mul", dx, dy), dz)
THREAD = total(op("mul", total(op("mul", tz, dy), ty), dx), tx)


def effect(name: str, targets: tuple[Var, ...], *args: Expr, static: tuple[int | str, ...] = ()) -> Do:
    return Do(name, targets, args, (), static, None, HERE)


def warp_sum(target: Var, value: Expr) -> Do:
    return effect("warp_reduce", (target,), value, static=("sum", 32))


def number(name: str) -> Var:
    return Var(name, I32)


def to_i32(value: Expr) -> Expr:
    return Op("cast", (value,), I32)


@cache
def _results(dtype: DType, block: int | tuple[int, ...]) -> dict[str, Any]:
    """All effects on one operand, by one kernel."""
    count = int(numpy.prod(block))
    cases = [case for case in CASES if dtype in case.dtypes]
    x, i = tensor("x", dtype, N), index("i")
    outputs = {case: tensor(f"y{at}", case.gives or dtype, N) for at, case in enumerate(cases)}
    body: list[Stmt] = [let(i, total(op("mul", bx, COUNT), THREAD))]
    for at, case in enumerate(cases):
        target = Var(f"v{at}", case.gives or dtype)
        body.append(effect(case.effect, (target,), load(x, i), static=case.static))
        body.append(store(outputs[case], i, value=target))
    given: dict[str, Any] = {"x": operand(NUMPY[dtype.name], 2 * count)}
    given |= {of.name: numpy.zeros(2 * count, NUMPY[of.array.dtype.name]) for of in outputs.values()}
    run(kernel("effects", [x, *outputs.values()], *body), given, grid=2, block=block)
    return {"x": given["x"], **{case.name: given[of.name] for case, of in outputs.items()}}


@pytest.mark.parametrize("block", [256, 40, 1, (16, 5), (64, 2, 2), (8, 4, 3)], ids=str)
@pytest.mark.parametrize(
    ("case", "dtype"),
    [(case, dtype) for case in CASES for dtype in case.dtypes],
    ids=lambda one: getattr(one, "name", ""),
)
def test_effect(case: Case, dtype: DType, block: int | tuple[int, ...]):
    results = _results(dtype, block)
    wanted = numpy.concatenate([expected(case, values) for values in numpy.split(results["x"], 2)])
    numpy.testing.assert_array_equal(results[case.name], wanted)


def of_lanes(values: Any, mode: str, width: int, by: Any) -> Any:
    found = values.copy()
    for start in range(0, len(values), width):
        part = slice(start, min(start + width, len(values)))
        for lane in range(part.start, part.stop):
            step = int(by[lane])
            source = {
                "idx": start + step % width,
                "up": lane - step,
                "down": lane + step,
                "xor": lane ^ step,
            }[mode]
            if part.start <= source < part.stop:
                found[lane] = values[source]
    return found


@pytest.mark.parametrize("width", [32, 8])
@pytest.mark.parametrize("mode", ["idx", "up", "down", "xor"])
@pytest.mark.parametrize("dtype", [I32, BOOL, DType("f64", "float", 64)], ids=str)
def test_shuffle_by_a_distance_of_each_lane(mode: str, width: int, dtype: DType):
    x, by, y, got = tensor("x", dtype, N), tensor("by", I32, N), tensor("y", dtype, N), Var("got", dtype)
    body = (
        effect("shuffle", (got,), load(x, THREAD), load(by, THREAD), static=(mode, width)),
        store(y, THREAD, value=got),
    )
    distances = numpy.random.default_rng(1).integers(0, width, 24).astype("i4")
    given: dict[str, Any] = {
        "x": operand(NUMPY[dtype.name], 24),
        "by": distances,
        "y": numpy.zeros(24, NUMPY[dtype.name]),
    }
    run(kernel("shuffles", [x, by, y], *body), given, grid=1, block=24)
    numpy.testing.assert_array_equal(given["y"], of_lanes(given["x"], mode, width, distances))


def check(what: Kernel, wanted: Any, *, block: int | tuple[int, ...], grid: int = 1, **more: Any) -> None:
    """Run a kernel of `y` and compare."""
    given: dict[str, Any] = {"y": numpy.zeros(len(wanted), "i4"), **more}
    run(what, given, grid=grid, block=block)
    numpy.testing.assert_array_equal(given["y"], wanted)


Y = tensor("y", I32, N)
I = index("i")
ACC, GOT = number("acc"), number("got")


def warps_of(count: int) -> Any:
    """The numbers of the threads, each in the row of its warp."""
    return numpy.arange(count).reshape(-1, 32)


def test_one_warp_of_several():
    body = (
        let(ACC, to_i32(THREAD)),
        when(
            op("eq", WARP, lit(1)), warp_sum(GOT, ACC), let(ACC, GOT), otherwise=(let(ACC, op("neg", ACC)),)
        ),
        store(Y, THREAD, value=ACC),
    )
    rows = -warps_of(96)
    rows[1] = -rows[1].sum()
    check(kernel("one", [Y], *body), rows.ravel(), block=96)


@pytest.mark.parametrize("block", [96, (32, 3)], ids=str)
def test_a_loop_of_each_warp_its_own_length(block: Any):
    """Warp w adds its lanes' sum w times; the loop's variable is read after it, and set in it."""
    k = index("k")
    body = (
        let(ACC, to_i32(LANE)),
        let(k, lit(7)),
        loop(
            k,
            WARP,
            warp_sum(GOT, ACC),
            let(ACC, op("sub", GOT, op("mul", ACC, lit(31, I32)))),
            let(k, op("add", k, lit(10))),
        ),
        store(Y, THREAD, value=total(ACC, to_i32(k))),
    )
    rows = numpy.tile(numpy.arange(32, dtype="i4"), (3, 1))
    for warp in range(3):
        for _ in range(warp):
            rows[warp] = rows[warp].sum() - 31 * rows[warp]
        rows[warp] += 7 if warp == 0 else warp - 1 + 10
    check(kernel("loops", [Y], *body), rows.ravel(), block=block)


def test_a_loop_that_reads_its_variable():
    k = index("k")
    body = (
        let(ACC, lit(0, I32)),
        loop(k, lit(4), warp_sum(GOT, to_i32(op("add", k, LANE))), let(ACC, total(ACC, GOT, to_i32(k)))),
        store(Y, THREAD, value=ACC),
    )
    check(kernel("reads", [Y], *body), [sum(32 * k + 496 + k for k in range(4))] * 64, block=64)


def test_a_loop_until_all_lanes_agree():
    """Each lane halves its number until it is 0; the warp leaves when all have, counting its turns."""
    done, turns = Var("done", BOOL), number("turns")
    body = (
        let(ACC, to_i32(THREAD)),
        let(turns, lit(0, I32)),
        repeat(
            lit(True, BOOL),
            effect("vote", (done,), op("eq", ACC, lit(0, I32)), static=("all",)),
            when(done, Break(HERE)),
            let(ACC, op("floordiv", ACC, lit(2, I32))),
            let(turns, op("add", turns, lit(1, I32))),
        ),
        store(Y, THREAD, value=turns),
    )
    check(kernel("until", [Y], *body), [5] * 32 + [6] * 32 + [7] * 32, block=96)


def test_while_and_continue():
    steps = number("steps")
    body = (
        let(ACC, to_i32(LANE)),
        let(steps, lit(0, I32)),
        repeat(
            op("lt", steps, to_i32(op("add", WARP, lit(2)))),
            let(steps, op("add", steps, lit(1, I32))),
            when(op("eq", steps, lit(1, I32)), Continue(HERE)),
            effect("shuffle", (GOT,), ACC, static=("down", 32, 1)),
            let(ACC, op("add", GOT, lit(100, I32))),
        ),
        store(Y, THREAD, value=ACC),
    )
    rows = numpy.tile(numpy.arange(32), (2, 1))
    for warp in range(2):
        for _ in range(warp + 1):
            rows[warp] = numpy.append(rows[warp][1:], rows[warp][-1]) + 100
    check(kernel("goes_on", [Y], *body), rows.ravel(), block=64)


def test_divergent_work_between_effects():
    """Lanes go different ways between effects, with a loop of each lane's own length."""
    k = index("k")
    body = (
        let(ACC, lit(1, I32)),
        warp_sum(GOT, ACC),
        when(op("lt", LANE, lit(3)), loop(k, LANE, let(ACC, op("add", ACC, GOT)))),
        warp_sum(GOT, ACC),
        store(Y, THREAD, value=op("add", GOT, ACC)),
    )
    own = numpy.array([1, 33, 65] + [1] * 29)
    check(kernel("diverges", [Y], *body), numpy.tile(own + own.sum(), 2), block=64)


def block_sum(threads: int) -> Kernel:
    """Each block adds its numbers: in warps, through shared memory, and around in a loop with barriers."""
    x, partial, k = tensor("x", I32, N), shared("partial", I32, 32), index("k")
    warps = -(-threads // 32)
    body = (
        let(I, total(op("mul", bx, dx), tx)),
        let(ACC, load(x, I)),
        loop(
            k,
            lit(3),
            warp_sum(GOT, ACC),
            when(op("eq", LANE, lit(0)), store(partial, WARP, value=GOT)),
            BARRIER,
            when(
                op("eq", WARP, lit(0)),
                let(ACC, op("select", op("lt", LANE, lit(warps)), load(partial, LANE), lit(0, I32))),
                warp_sum(GOT, ACC),
                when(op("eq", LANE, lit(0)), store(partial, lit(0), value=GOT)),
            ),
            BARRIER,
            let(ACC, op("add", load(partial, lit(0)), load(x, I))),
            BARRIER,
        ),
        store(Y, I, value=ACC),
    )
    return kernel("block_sum", [x, Y], *body, arrays=[partial])


@pytest.mark.parametrize("threads", [32, 64, 200, 1024])
def test_barriers_and_effects_together(threads: int):
    x = operand(NUMPY["i32"], 2 * threads)
    wanted = []
    for part in numpy.split(x, 2):
        acc = part
        for _ in range(3):
            acc = acc.sum() + part
        wanted.append(acc)
    check(block_sum(threads), numpy.concatenate(wanted).astype("i4"), block=threads, grid=2, x=x)


def test_effects_in_a_domain_that_everyone_runs():
    x, y = tensor("x", I32, N), tensor("y", I32, N)
    inside = op("lt", I, N)
    body = domain(
        {"i": N},
        warp_sum(GOT, load(x, I, guard=inside)),
        store(y, I, value=GOT, guard=inside),
        everyone=True,
    )
    x_values = operand(NUMPY["i32"], 100)
    given: dict[str, Any] = {"x": x_values, "y": numpy.zeros(100, "i4")}
    run(kernel("domain_sum", [x, y], body), given, block=64)
    rows = numpy.pad(x_values, (0, 28)).reshape(-1, 32).sum(axis=1)
    numpy.testing.assert_array_equal(given["y"], numpy.repeat(rows, 32)[:100])


def test_an_effect_of_a_guard():
    do = Do("warp_reduce", (GOT,), (lit(1, I32),), (), ("sum", 32), op("eq", WARP, lit(1)), HERE)
    check(kernel("guarded", [Y], do, store(Y, THREAD, value=GOT)), [0] * 32 + [32] * 32 + [0] * 32, block=96)


def test_local_memory_lives_across_effects():
    held, k = local("held", I32, 2), index("k")
    body = (
        store(held, lit(0), value=to_i32(LANE)),
        store(held, lit(1), value=to_i32(WARP)),
        warp_sum(GOT, load(held, lit(0))),
        loop(
            k,
            Op("cast", (load(held, lit(1)),), INDEX),
            warp_sum(GOT, op("add", load(held, lit(0)), to_i32(k))),
        ),
        store(Y, THREAD, value=total(GOT, load(held, lit(0)))),
    )
    lanes = numpy.arange(32)
    wanted = [496 + lanes, 496 + lanes, 496 + 32 + lanes]
    check(kernel("locals", [Y], *body, arrays=[held]), numpy.concatenate(wanted), block=96)


def test_warp_barrier_orders_memory():
    """Each lane writes shared memory, and reads what its neighbour in the warp wrote."""
    tile = shared("tile", I32, 64)
    neighbour = total(op("mul", WARP, lit(32)), op("mod", op("add", LANE, lit(1)), lit(32)))
    body = (
        store(tile, THREAD, value=to_i32(THREAD)),
        effect("warp_barrier", ()),
        store(Y, THREAD, value=load(tile, neighbour)),
    )
    wanted = numpy.roll(warps_of(64), -1, axis=1).ravel()
    check(kernel("ordered", [Y], *body, arrays=[tile]), wanted, block=64)


def test_lane_and_warp_without_effects():
    body = store(Y, THREAD, value=to_i32(total(op("mul", WARP, lit(100)), LANE)))
    threads = numpy.arange(80)
    check(kernel("numbers", [Y], body), threads // 32 * 100 + threads % 32, block=(16, 5))


def test_a_name_of_generated_code_stays_the_users():
    lane, warp, first = number("lane"), number("warp"), number("first")
    body = (
        let(lane, to_i32(THREAD)),
        let(warp, lit(3, I32)),
        warp_sum(first, lane),
        store(Y, THREAD, value=total(first, lane, warp)),
    )
    check(kernel("names", [Y], *body), 496 + numpy.arange(32) + 3, block=32)


def test_ballot_counts_ones_of_two_loops_of_one_name():
    k, bits = index("k"), Var("bits", U32)

    def one(stop: int) -> Loop:
        return loop(
            k,
            lit(stop),
            effect("ballot", (bits,), op("lt", LANE, k)),
            let(ACC, op("add", ACC, Op("cast", (bits,), I32))),
        )

    body = (let(ACC, lit(0, I32)), one(3), one(2), store(Y, THREAD, value=ACC))
    check(kernel("twice", [Y], *body), [0 + 1 + 3 + 0 + 1] * 32, block=32)
