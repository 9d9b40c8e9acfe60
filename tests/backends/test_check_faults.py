"""What the back end that checks finds, in kernels as people write them."""

from types import FunctionType
from typing import Any, cast

import numpy
import pytest
import weft
from weft import Tensor, f16, f32
from weft.backends.check import TooLong, interpret
from weft.dims import M, N
from weft.kernel import Kernel, ir_of
from weft.model.limits import Geometry
from weft.model.live import read_kernel
from weft.ops.dialect import DIALECT

ONE_BLOCK = Geometry((1, 1, 1), (64, 1, 1))


def faults(
    kernel: Kernel, geometry: Geometry = ONE_BLOCK, **arguments: Any
) -> list[tuple[str, str, tuple[int, ...]]]:
    # Read without the rules, which refuse most of these kernels.
    read = read_kernel(cast("FunctionType", kernel.python_function), DIALECT)
    assert read.ir is not None
    found = interpret(read.ir, arguments, geometry)
    return [(fault.kind, fault.message, fault.threads) for fault in found]


def zeros(*shape: int) -> Any:
    return numpy.zeros(shape, "f4")


@weft.kernel
def reverse_without_barrier(x: Tensor[f32, N], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[thread]
    y[thread] = tile[63 - thread]


@weft.kernel
def reverse(x: Tensor[f32, N], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[thread]
    weft.barrier()
    y[thread] = tile[63 - thread]


def test_race_in_shared_memory():
    assert faults(reverse_without_barrier, x=zeros(64), y=zeros(64)) == [
        ("race", "element 63 of `tile`", (0, 63))
    ]


def test_a_barrier_orders():
    x, y = numpy.arange(64, dtype="f4"), zeros(64)
    assert faults(reverse, x=x, y=y) == []
    assert y.tolist() == x[::-1].tolist()


@weft.kernel
def rotate_again(x: Tensor[f32, N], steps: weft.i32):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[thread]
    for _ in range(steps):
        weft.barrier()
        value = tile[(thread + 1) % 64]
        tile[thread] = value
    weft.barrier()
    x[thread] = tile[thread]


def test_race_of_one_turn_of_a_loop():
    found = faults(rotate_again, x=zeros(64), steps=3)
    assert [(kind, message) for kind, message, _ in found] == [("race", "element 0 of `tile`")]


@weft.kernel
def sum_into_one(x: Tensor[f32, N], y: Tensor[f32, 1]):
    i = weft.index(x)
    y[0] = y[0] + x[i]


def test_threads_and_blocks_that_write_one_element():
    found = faults(sum_into_one, Geometry((2, 1, 1), (32, 1, 1)), x=numpy.arange(64, dtype="f4"), y=zeros(1))
    assert ("race", "element 0 of `y`", (0, 1)) in found


@weft.kernel
def same_value(x: Tensor[f32, N], y: Tensor[f32, 1]):
    weft.index(x)
    y[0] = 1.0


def test_threads_of_one_statement_that_write_the_same_value():
    assert faults(same_value, Geometry((1, 1, 1), (64, 1, 1)), x=zeros(64), y=zeros(1)) == []


@weft.kernel
def undefined(x: Tensor[f32, N]):
    i = weft.index(x)
    total = weft.local(f32, 2)
    total[0] = 1.0
    x[i] = total[0] + total[1]


def test_read_of_memory_that_nothing_wrote():
    assert faults(undefined, x=zeros(64)) == [("undefined", "an element of `total` that nothing wrote", (0,))]


@weft.kernel
def lonely_barrier(x: Tensor[f32, N]):
    if weft.thread_idx.x < 16:
        weft.barrier()
    x[weft.thread_idx.x] = 1.0


def test_barrier_that_not_all_threads_reach():
    assert faults(lonely_barrier, x=zeros(64)) == [
        ("divergent", "barrier: thread 0 comes, thread 16 does not", (0, 16))
    ]


@weft.kernel
def for_ever(x: Tensor[f32, N]):
    i = weft.index(x)
    while x[i] < 1.0:
        x[i] = 0.0


def test_a_loop_that_does_not_end_is_given_up():
    with pytest.raises(TooLong):
        interpret(ir_of(for_ever), {"x": zeros(4)}, ONE_BLOCK, steps=1000)


@weft.kernel
def transpose(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.index(x)
    y[col, row] = x[row, col]


def test_views_with_gaps_and_negative_strides():
    whole = numpy.arange(48, dtype="f4").reshape(6, 8)
    x, y = whole[::-2, 1::3], zeros(3, 3)
    assert faults(transpose, Geometry((1, 1, 1), (4, 4, 1)), x=x, y=y) == []
    assert y.tolist() == x.T.tolist()


@weft.kernel
def add_left(x: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[thread]
    weft.barrier()
    left = tile[(thread + 63) % 64]
    tile[thread] = tile[thread] + left
    weft.barrier()
    x[thread] = tile[thread]


def test_a_reader_before_the_writer_itself_is_not_forgotten():
    found = faults(add_left, x=zeros(64))
    assert [(kind, message) for kind, message, _ in found] == [("race", "element 0 of `tile`")]


@weft.kernel
def copied(x: Tensor[f32, 64], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x, bytes_per_thread=4)
    weft.commit_async()
    weft.wait_async()
    weft.barrier()
    y[thread] = tile[63 - thread]


@weft.kernel
def copied_without_wait(x: Tensor[f32, 64], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x, bytes_per_thread=4)
    weft.commit_async()
    weft.barrier()
    y[thread] = tile[63 - thread]


@weft.kernel
def copied_without_barrier(x: Tensor[f32, 64], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x, bytes_per_thread=4)
    weft.commit_async()
    weft.wait_async()
    y[thread] = tile[63 - thread]


@weft.kernel
def one_copy_too_many_under_way(x: Tensor[f32, 2, 64], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    tile = weft.shared(f32, (2, 64))
    weft.copy_async(tile[0, :], x[0, :], bytes_per_thread=4)
    weft.commit_async()
    weft.copy_async(tile[1, :], x[1, :], bytes_per_thread=4)
    weft.commit_async()
    weft.wait_async(1)
    weft.barrier()
    y[thread] = tile[0, thread] + tile[1, thread]


def test_an_asynchronous_copy():
    x, y = numpy.arange(64, dtype="f4"), zeros(64)
    assert faults(copied, x=x, y=y) == []
    assert y.tolist() == x[::-1].tolist()


def test_an_asynchronous_copy_that_nobody_waits_for():
    assert faults(copied_without_wait, x=zeros(64), y=zeros(64)) == [
        ("undefined", "an element of `tile` that nothing wrote", (0,))
    ]


def test_an_asynchronous_copy_that_only_its_own_thread_waits_for():
    assert [kind for kind, _, _ in faults(copied_without_barrier, x=zeros(64), y=zeros(64))] == ["race"]


def test_the_latest_group_may_be_under_way():
    found = faults(one_copy_too_many_under_way, x=zeros(2, 64), y=zeros(64))
    assert found == [("undefined", "an element of `tile` that nothing wrote", (0,))]


@weft.kernel
def product(a: Tensor[f16, 16, 16], b: Tensor[f16, 16, 16], c: Tensor[f32, 16, 16]):
    left, right = weft.shared(f16, (16, 16)), weft.shared(f16, (16, 16))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.mma(weft.fragment_a(left), weft.fragment_b(right), weft.accumulator(16, 16))
    weft.store_fragment(c, total)


@weft.kernel
def product_of_four_warps(a: Tensor[f16, 64, 32], b: Tensor[f16, 32, 16], c: Tensor[f32, 64, 16]):
    thread = weft.tile_index(128, 128)
    left, right = weft.shared(f16, (64, 32), swizzle=(2, 3, 3)), weft.shared(f16, (32, 16), swizzle=(1, 3, 3))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.warpgroup_mma(left, right, weft.accumulator(16, 16))
    weft.store_fragment(c.tile((16, 16), (thread // 32, 0)), total)


def test_a_product_of_four_warps():
    random = numpy.random.default_rng(0)
    a, b = (random.integers(-4, 5, shape).astype("f2") for shape in ((64, 32), (32, 16)))
    c = zeros(64, 16)
    assert faults(product_of_four_warps, Geometry((1, 1, 1), (128, 1, 1)), a=a, b=b, c=c) == []
    numpy.testing.assert_array_equal(c, a.astype("f4") @ b.astype("f4"))


@weft.kernel
def product_before_all_is_there(a: Tensor[f16, 64, 32], b: Tensor[f16, 32, 16], c: Tensor[f32, 64, 16]):
    thread = weft.tile_index(128, 128)
    left, right = weft.shared(f16, (64, 32)), weft.shared(f16, (32, 16))
    weft.copy(left, a)
    weft.barrier()
    weft.copy(right, b)
    total = weft.warpgroup_mma(left, right, weft.accumulator(16, 16))
    weft.store_fragment(c.tile((16, 16), (thread // 32, 0)), total)


def test_a_product_of_four_warps_before_its_factor_is_there():
    a, b, c = zeros(64, 32).astype("f2"), zeros(32, 16).astype("f2"), zeros(64, 16)
    found = faults(product_before_all_is_there, Geometry((1, 1, 1), (128, 1, 1)), a=a, b=b, c=c)
    assert {kind for kind, _, _ in found} == {"race"}


def test_a_product_of_matrices():
    random = numpy.random.default_rng(0)
    a, b = (random.integers(-4, 5, (16, 16)).astype("f2") for _ in range(2))
    c = zeros(16, 16)
    assert faults(product, Geometry((1, 1, 1), (32, 1, 1)), a=a, b=b, c=c) == []
    numpy.testing.assert_array_equal(c, a.astype("f4") @ b.astype("f4"))


@weft.kernel
def positive(x: Tensor[f32, N]):
    i = weft.index(x)
    assert x[i] > 0, f"element {i} is {x[i]}"
    print("checked", i)


def test_an_assertion_that_fails_and_what_is_printed(capsys: pytest.CaptureFixture[str]):
    x = numpy.array([3, -1, -2], "f4")
    said = [("assertion", "element 1 is -1.0", (1,))]
    assert faults(positive, x=x) == said
    assert capsys.readouterr().out == "checked 0\nchecked 1\nchecked 2\n"
    assert faults(positive, x=abs(x)) == []
