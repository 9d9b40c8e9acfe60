"""Reads of what an asynchronous copy may still be filling."""

import textwrap

import pytest
import weft.lint.findings
from annotations import HEADER, read

KERNEL = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(y, 64)
        t = weft.thread_idx.x
        tile = weft.shared(f32, 64)
        weft.copy_async(tile, x.tile(64, weft.block_idx.x), bytes_per_thread=4)
        weft.commit_async()
        {}
        weft.barrier()
        y[i] = tile[63 - t]
"""
PIPELINE = """
    @weft.kernel
    def k(x: Tensor[f32, M, N], y: Tensor[f32, M]):
        row, t = weft.tile_index((M, 64), (1, 64))
        tile = weft.shared(f32, (2, 1, 64))
        weft.copy_async(tile[0, :, :], x.tile((1, 64), (row, 0)), bytes_per_thread=4)
        weft.commit_async()
        total = 0.0
        for k in range(N // 64):
            weft.copy_async(tile[(k + 1) % 2, :, :], x.tile((1, 64), (row, k + 1)), bytes_per_thread=4)
            weft.commit_async()
            weft.wait_async({})
            weft.barrier()
            total += tile[k % 2, 0, 63 - t]
            weft.barrier()
        if t == 0:
            y[row] = total
"""


def found(text: str) -> list[str]:
    model = read(HEADER + textwrap.dedent(text))
    return [
        f"{one.code}: {one.message}"
        for one in weft.lint.findings.check(model)
        if one.severity != "information"
    ]


def test_a_copy_that_is_waited_for():
    assert found(KERNEL.format("weft.wait_async(0)")) == []


def test_a_copy_that_is_not_waited_for():
    assert found(KERNEL.format("pass")) == [
        (
            "async-copy-before-wait: this reads an element of `tile` that the copy 4 lines above may still be filling: put "
            "`weft.wait_async(0)` and `weft.barrier()` between the two"
        )
    ]


def test_a_pipeline():
    assert found(PIPELINE.format(1)) == []
    assert [words.partition(":")[0] for words in found(PIPELINE.format(2))] == ["async-copy-before-wait"]


def test_a_copy_that_only_its_own_thread_waits_for():
    text = KERNEL.format("weft.wait_async(0)").replace("weft.barrier()", "pass")
    assert found(text) == [
        (
            "race: thread 0 reads the element of `tile` that thread 63 writes 4 lines above, with no barrier between: put "
            "`weft.barrier()` between the two"
        )
    ]


def test_a_copy_into_what_others_still_read():
    before, _, after = PIPELINE.format(1).rpartition("            weft.barrier()\n")
    assert [words.partition(":")[0] for words in found(before + after)] == ["race-across-iterations"]


TENSOR_CORES = """
    @weft.kernel
    def k(a: Tensor[bf16, M, K], b: Tensor[bf16, K, N], c: Tensor[f32, M, N]):
        row, col, _ = weft.tile_index((weft.ceil_div(M, 16), weft.ceil_div(N, 16), 32), (1, 1, 32))
        left, right = weft.shared(bf16, (16, 16)), weft.shared(bf16, (16, 16))
        total = weft.accumulator(16, 16)
        for step in range(weft.ceil_div(K, 16)):
            weft.copy_async(left, a.tile((16, 16), (row, step)))
            weft.copy_async(right, b.tile((16, 16), (step, col)))
            weft.commit_async()
            {}
            {}
            total = weft.mma(weft.fragment_a(left), weft.fragment_b(right), total)
            {}
        weft.store_fragment(c.tile((16, 16), (row, col)), total)
"""
WAIT, BARRIER = "weft.wait_async()", "weft.barrier()"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ((WAIT, BARRIER, BARRIER), set[str]()),
        (("pass", BARRIER, BARRIER), {"async-copy-before-wait"}),
        ((WAIT, "pass", BARRIER), {"race"}),
        ((WAIT, BARRIER, "pass"), {"race-across-iterations"}),
    ],
)
def test_fragments_of_what_is_copied(lines: tuple[str, str, str], codes: set[str]):
    assert {words.partition(":")[0] for words in found(TENSOR_CORES.format(*lines))} == codes
