"""Reads of what an asynchronous copy may still be filling."""

import textwrap

import weft.lint
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
    return [f"{one.code}: {one.message}" for one in weft.lint.check(model) if one.severity != "information"]


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
