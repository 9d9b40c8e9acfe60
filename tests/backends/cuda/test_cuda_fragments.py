"""Asynchronous copies and products of warps: the instructions that they become, and on a GPU what they give."""

from typing import Any

import ml_dtypes
import numpy
import pytest
import weft
from weft import Tensor, bf16, f32
from weft.backends import cuda
from weft.backends.cpu.emitting import emit_blocks
from weft.dims import M, N
from weft.kernel import ir_of
from weft.launch import Launcher
from weft.model.specialization import Specialization

Array = Any


@weft.kernel
def product(a: Tensor[bf16, 32, 32], b: Tensor[bf16, 32, 16], c: Tensor[f32, 32, 16]):
    weft.tile_index(32, 32)
    left = weft.shared(bf16, (32, 32), swizzle=(2, 3, 3))
    right = weft.shared(bf16, (32, 16))
    weft.copy_async(left, a)
    weft.copy_async(right, b)
    weft.commit_async()
    weft.wait_async()
    weft.barrier()
    total = weft.accumulator(32, 16)
    for k in range(2):
        factors = weft.fragment_a(left.tile((32, 16), (0, k))), weft.fragment_b(right.tile((16, 16), (k, 0)))
        total = weft.mma(factors[0], factors[1], total)
    weft.store_fragment(c, total)


def instructions(aligned: frozenset[str]) -> dict[str, int]:
    specialization = Specialization(frozenset("abc"), index_bits=32, aligned=aligned)
    ptx = cuda.compile(ir_of(product), specialization, "sm_80").ptx
    words = [line.split()[0] for line in ptx.splitlines() if line.startswith("\t") and line.strip()]
    wanted = ("cp.async", "ldmatrix", "mma.sync", "st.global", "ld.shared", "ld.global")
    return {word: words.count(word) for word in sorted(words_like(words, wanted))}


def words_like(words: list[str], wanted: tuple[str, ...]) -> set[str]:
    return {word for word in words if word.startswith(wanted)}


def test_the_instructions():
    # The loop over two parts is written out by the compiler.
    assert instructions(frozenset("abc")) == {
        "cp.async.cg.shared.global": 4 + 2,
        "cp.async.commit_group;": 1,
        "cp.async.wait_group": 1,
        "ldmatrix.sync.aligned.m8n8.x4.shared.b16": 4,
        "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16": 2,
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32": 8,
        "st.global.v2.f32": 8,
    }


@weft.kernel
def rounded(a: Tensor[bf16, 16, 16], b: Tensor[bf16, 16, 16], c: Tensor[bf16, M, N]):
    row, col, _ = weft.tile_index((weft.ceil_div(M, 16), weft.ceil_div(N, 16), 32), (1, 1, 32))
    left, right = weft.shared(bf16, (16, 16)), weft.shared(bf16, (16, 16))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.mma(weft.fragment_a(left), weft.fragment_b(right), weft.accumulator(16, 16))
    weft.store_fragment(c.tile((16, 16), (row, col)), total)


@pytest.mark.parametrize(
    ("divisible", "store", "count"), [("N", "st.global.u32", 4), ("M", "st.global.u16", 8)]
)
def test_two_results_of_16_bits_are_one_store_where_a_row_is_aligned(divisible: str, store: str, count: int):
    all_of_them = frozenset("abc")
    specialization = Specialization(
        all_of_them, index_bits=32, aligned=all_of_them, divisible=frozenset({divisible})
    )
    ptx = cuda.compile(ir_of(rounded), specialization, "sm_90").ptx
    assert ptx.count(f"\t{store} ") == count, [line for line in ptx.splitlines() if "st.global" in line]


def test_a_tensor_that_is_not_aligned_is_copied_element_by_element():
    found = instructions(frozenset("ac"))
    assert found["cp.async.cg.shared.global"] == 4
    assert found["ld.global.u16"] == 2 * 8


PIECES = weft.Layout((64, (64, 2)), (64, (1, 64 * 64)))


@weft.kernel
def product_of_four_warps(a: Tensor[bf16, 64, 64], b: Tensor[bf16, 64, 128], c: Tensor[f32, 64, 128]):
    thread = weft.tile_index(128, 128)
    left, right = weft.shared(bf16, (64, 64), swizzle=(3, 3, 3)), weft.shared(bf16, PIECES, swizzle=(3, 3, 3))
    weft.copy_async(left, a)
    weft.copy_async(right, b)
    weft.commit_async()
    weft.wait_async()
    weft.barrier()
    total = weft.warpgroup_mma(left, right, weft.accumulator(16, 128))
    weft.store_fragment(c.tile((16, 128), (thread // 32, 0)), total)


@weft.kernel
def product_of_a_turned_factor(a: Tensor[bf16, 64, 32], b: Tensor[bf16, 16, 32], c: Tensor[f32, 64, 16]):
    thread = weft.tile_index(128, 128)
    left, right = (
        weft.shared(bf16, (64, 32), swizzle=(2, 3, 3)),
        weft.shared(bf16, (16, 32), swizzle=(2, 3, 3)),
    )
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.warpgroup_mma(left, right.T, weft.accumulator(16, 16))
    weft.store_fragment(c.tile((16, 16), (thread // 32, 0)), total)


@weft.kernel
def product_of_plain_rows(a: Tensor[bf16, 64, 32], b: Tensor[bf16, 32, 16], c: Tensor[f32, 64, 16]):
    thread = weft.tile_index(128, 128)
    left, right = weft.shared(bf16, (64, 32)), weft.shared(bf16, (32, 16), swizzle=(1, 3, 3))
    weft.copy(left, a)
    weft.copy(right, b)
    weft.barrier()
    total = weft.warpgroup_mma(left, right, weft.accumulator(16, 16))
    weft.store_fragment(c.tile((16, 16), (thread // 32, 0)), total)


def products_of(kernel: weft.Kernel, arch: str) -> tuple[str, list[str]]:
    """The architecture that it is compiled for, and its matrix instructions."""
    specialization = Specialization(frozenset("abc"), index_bits=32, aligned=frozenset("abc"))
    compiled = cuda.compile(ir_of(kernel), specialization, arch)
    words = [line.split()[0] for line in compiled.ptx.splitlines() if line.strip()]
    return compiled.arch, [
        word for word in words if word.startswith(("wgmma.mma", "mma.sync", "fence.proxy"))
    ]


@pytest.mark.parametrize(
    ("kernel", "shape", "steps"),
    [(product_of_four_warps, "m64n128k16", 4), (product_of_a_turned_factor, "m64n16k16", 2)],
    ids=["n", "k"],
)
def test_the_instruction_of_a_warpgroup(kernel: weft.Kernel, shape: str, steps: int):
    product = f"wgmma.mma_async.sync.aligned.{shape}.f32.bf16.bf16"
    assert products_of(kernel, "sm_90") == ("sm_90a", ["fence.proxy.async.shared::cta;", *[product] * steps])


@pytest.mark.parametrize("arch", ["sm_80", "sm_100"])
def test_where_a_warpgroup_has_no_instruction_its_warps_have(arch: str):
    used, found = products_of(product_of_a_turned_factor, arch)
    assert used == arch
    assert found == ["mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"] * 4


def test_a_layout_that_the_instruction_does_not_take_is_left_to_the_warps():
    used, found = products_of(product_of_plain_rows, "sm_90")
    assert used == "sm_90"
    assert set(found) == {"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"}


@pytest.mark.parametrize(
    "kernel", [product_of_a_turned_factor, product_of_plain_rows], ids=["turned", "plain"]
)
def test_a_product_of_a_warpgroup_on_the_cpu(kernel: weft.Kernel):
    a, b, c = _factors(kernel)
    kernel(a, b, c)
    numpy.testing.assert_array_equal(c, _expected(a, b))


def test_products_on_the_cpu_find_their_fragments_where_they_lie():
    def count(kernel: weft.Kernel, word: str) -> int:
        return emit_blocks(ir_of(kernel), Specialization(frozenset("abc"))).code.text.count(word)

    assert (count(product, " weft_mma_bf16"), count(product, "mma_operand")) == (4, 0)
    # The first of four products for each 8 columns adds to zeros, which a loop over lanes puts into memory.
    assert count(product_of_four_warps, " weft_mma_bf16") == 64
    assert count(product_of_four_warps, "for lane in") == 16 + 1


@pytest.mark.gpu
@pytest.mark.parametrize(
    "kernel",
    [product_of_four_warps, product_of_a_turned_factor, product_of_plain_rows],
    ids=["pieces", "turned", "plain"],
)
def test_a_product_of_a_warpgroup_on_a_gpu(kernel: weft.Kernel):
    from on_gpu import GpuArray

    a, b, c = _factors(kernel)
    there = [GpuArray(a), GpuArray(b), GpuArray(c)]
    Launcher(ir_of(kernel)).launch(there)
    there[2].copy_back()
    numpy.testing.assert_array_equal(c, _expected(a, b))


def _factors(kernel: weft.Kernel) -> tuple[Array, Array, Array]:
    """Of whole numbers, whose sums are exact."""
    rng = numpy.random.default_rng(0)
    shapes = [tuple(int(extent.value) for extent in tensor.shape) for tensor in ir_of(kernel).parameters]
    a, b = (rng.integers(-3, 4, shape).astype(ml_dtypes.bfloat16) for shape in shapes[:2])
    return a, b, numpy.zeros(shapes[2], "f4")


def _expected(a: Array, b: Array) -> Array:
    left, right = a.astype("f4"), b.astype("f4")
    return left @ (right if right.shape[0] == left.shape[1] else right.T)


@pytest.mark.gpu
def test_on_a_gpu():
    from on_gpu import GpuArray

    rng = numpy.random.default_rng(0)
    a, b = (rng.integers(-3, 4, shape).astype(ml_dtypes.bfloat16) for shape in ((32, 32), (32, 16)))
    there = [GpuArray(a), GpuArray(b), GpuArray(numpy.zeros((32, 16), "f4"))]
    c = numpy.zeros((32, 16), "f4")
    there[2] = GpuArray(c)
    Launcher(ir_of(product)).launch(there)
    there[2].copy_back()
    numpy.testing.assert_array_equal(c, a.astype("f4") @ b.astype("f4"))
