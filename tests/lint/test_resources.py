"""Rules about what a kernel takes of a multiprocessor, and about numbers that need more bits than they have."""

import pytest
import weft.lint.findings
from annotations import HEADER, check, read
from weft.backends import cuda


def test_a_block_that_is_no_whole_warps():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 48)
              # ^^^^^^^^^^^^^^^^^^^^^^ partial-warp: a block of 48 threads takes 2 warps, and 16 lanes of the last one are idle: use a multiple of 32
            y[i] = x[i]
    """)


@pytest.mark.parametrize("tile", ["8", "64"])
def test_a_block_of_whole_warps_or_of_less_than_one(tile: str):
    check(f"""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, {tile})
            y[i] = x[i]
    """)


def test_much_shared_memory_for_few_threads():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            tile = weft.shared(f32, 256 * 64)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ low-occupancy: with 65,536 bytes of shared memory and 64 threads, no GPU holds more than 6 of 48 warps of this kernel at once: use a larger block, or less shared memory
            tile[weft.thread_idx.x] = x[i]
            y[i] = tile[weft.thread_idx.x]
    """)


@pytest.mark.parametrize(("block", "rows"), [(256, 64), (64, 16)])
def test_enough_threads_or_little_memory(block: int, rows: int):
    text = f"""
@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, {block})
    tile = weft.shared(f32, {rows * 256})
    tile[weft.thread_idx.x] = x[i]
    y[i] = tile[weft.thread_idx.x]
"""
    assert "low-occupancy" not in {one.code for one in weft.lint.findings.check(read(HEADER + text))}


LESS = "the rest lies in memory; give each thread less, or use shared memory"
LOCAL = """
    @weft.kernel
    def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
        i = weft.tile_index(y, {block})
        held = weft.local(f32, {size})
        for k in weft.static_range({size}):
            held[k] = x[k, i]
        total = 0.0
        for k in weft.static_range({size}):
            total += held[{size} - 1 - k]
        y[i] = total
"""


def messages(text: str) -> list[str]:
    model = read(HEADER + text.replace("\n    ", "\n"))
    return [one.message for one in weft.lint.findings.check(model)]


def test_more_local_memory_than_registers():
    assert messages(LOCAL.format(block=64, size=300)) == [
        f"`held` needs 1,200 bytes of each thread, and its 255 registers are 1,020: {LESS}"
    ]


def test_local_memory_that_fits():
    check(LOCAL.format(block=64, size=200))


def test_local_memory_of_a_large_block():
    assert messages(LOCAL.format(block=1024, size=100)) == [
        f"`held` needs 400 bytes of each thread, and its 64 registers in a block of 1024 are 256: {LESS}"
    ]


def test_an_index_that_wraps():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, 65536, 65536], y: Tensor[f32, N]):
            row, col = weft.index(x)
            at = i32(row) * 65536
          # ^^^^^^^^^^^^^^^^^^^^^ index-overflow: `*` in `i32` reaches 4,294,901,760 here, and `i32` holds -2,147,483,648 to 2,147,483,647: the index wraps; leave it of type `index`, or convert to `weft.i64` first
            y[at + i32(col)] = x[row, col]
    """)


def test_indices_that_fit():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, 65536, 65536], y: Tensor[f32, N]):
            row, col = weft.index(x)
            y[i64(row) * 65536 + i64(col)] = x[row, col]
            y[row * 65536 + col] = 2 * x[row, col]

        @weft.kernel
        def of_small(small: Tensor[f32, 1024, 1024], y: Tensor[f32, N]):
            row, col = weft.index(small)
            y[i32(row) * 1024 + i32(col)] = small[row, col]
    """)


def test_numbers_that_wrap_on_purpose():
    check("""
        @weft.kernel
        def k(x: Tensor[i32, N], y: Tensor[f32, 1024]):
            i = weft.index(x)
            hashed = weft.u32(x[i]) * 2654435761
            y[hashed % 1024] = 1.0
    """)


def test_an_index_of_which_nothing_is_known():
    text = """
@weft.kernel
def k(x: Tensor[f32, M, N], y: Tensor[f32, K]):
    row, col = weft.index(x)
    y[i32(row) * i32(N) + i32(col)] = x[row, col]
"""
    found = weft.lint.findings.check_all(read(HEADER + text))
    assert found.shown == ()
    (one,) = found.unknown
    assert one.code == "index-overflow"
    assert one.message == (
        "cannot tell whether this index, a product in `i32`, stays below 2,147,483,648: its sizes are known only at launch; "
        "leave it of type `index`, which is wide enough"
    )


COPIES = """
@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, 64)
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x.tile(64, i // 64))
    weft.commit_async()
    weft.wait_async(0)
    weft.barrier()
    y[i] = tile[weft.thread_idx.x]
"""


def test_what_a_target_is_too_old_for():
    message = (
        "`weft.copy_async` needs compute capability 8.0, and sm_75 has 7.5: copy with `weft.copy`, or use a GPU of compute "
        "capability 8.0 or later"
    )
    model = read(HEADER + COPIES)
    found = [
        one for one in weft.lint.findings.check(model, ("sm_90", "sm_75")) if one.code == "compute-capability"
    ]
    assert [one.message for one in found] == [message]
    assert model.text[found[0].span.start :].startswith("weft.copy_async(tile")
    ((_, kernel),) = model.kernels()
    assert kernel.ir
    with pytest.raises(weft.UnsupportedError, match=message.partition(":")[0]):
        cuda.need_instructions(kernel.ir, "sm_75")
    cuda.need_instructions(kernel.ir, "sm_80")


@pytest.mark.parametrize("targets", [(), ("sm_80",)])
def test_targets_that_have_what_is_asked_for(targets: tuple[str, ...]):
    codes = {one.code for one in weft.lint.findings.check(read(HEADER + COPIES), targets)}
    assert "compute-capability" not in codes
