"""What a rule was asked and cannot tell is said on demand, and never passed over as right."""

import textwrap

import weft.lint.findings
from annotations import HEADER, check, read


def unknown(source: str) -> list[str]:
    """What `--show-unknown` adds; nothing else is found."""
    text = HEADER + textwrap.dedent(source)
    found = weft.lint.findings.check_all(read(text))
    assert found.shown == ()
    assert {one.certainty for one in found.unknown} <= {"unknown"}
    return [f"{one.code}: {one.message} | {text[one.span.start : one.span.end]}" for one in found.unknown]


def test_a_block_that_nobody_knows():
    told = (
        "cannot tell what the threads of `k` do in shared memory: its block is known only at a launch, and none with a block stands in "
        "this file | k"
    )
    assert unknown("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            tile = weft.shared(f32, 64)
            tile[weft.thread_idx.x] = 0.0
            y[weft.thread_idx.x] = tile[0]
    """) == [f"race: {told}", f"uninitialised-read: {told}"]


def test_writes_that_data_places():
    assert unknown("""
        @weft.kernel
        def scatter(x: Tensor[f32, N], to: Tensor[i32, N], y: Tensor[f32, M]):
            i = weft.index(x)
            y[to[i]] = x[i]
    """) == [
        (
            "overlapping-writes: cannot tell whether two threads write one element of `y`: which element it writes depends on data | "
            "y[to[i]]"
        )
    ]


def test_shared_memory_that_data_places():
    assert unknown("""
        @weft.kernel
        def k(x: Tensor[i32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            tile = weft.shared(f32, 64)
            tile[weft.thread_idx.x] = 0.0
            weft.barrier()
            if x[i] > 3:
                tile[weft.thread_idx.x] = 1.0
            y[i] = tile[weft.thread_idx.x]
    """) == [
        (
            "race: cannot tell whether this races with another access of `tile`: whether it is made, or which element it writes, depends on "
            "what is known only when the kernel runs | tile[weft.thread_idx.x]"
        )
    ]


def test_rounds_that_are_left_out():
    assert unknown("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            held = weft.shared(f32, (100, 64))
            for k in range(100):
                held[k, weft.thread_idx.x] = x[i + k]
            y[i] = held[50, weft.thread_idx.x]
    """)[-1:] == [
        (
            "uninitialised-read: cannot tell whether this element of `held` is written before: which ones are depends on data, or on a loop "
            "that was not followed to its end | held[50, weft.thread_idx.x]"
        )
    ]


def test_what_is_told_leaves_nothing_open():
    assert (
        unknown("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            tile = weft.shared(f32, 64)
            tile[weft.thread_idx.x] = x[i]
            weft.barrier()
            y[i] = tile[63 - weft.thread_idx.x]
    """)
        == []
    )


def test_counting_without_atomics():
    check("""
        @weft.kernel
        def histogram(x: Tensor[u8, N], counts: Tensor[i32, 256]):
            i = weft.tile_index(x, 256)
            own = weft.shared(i32, 256)
            own[weft.thread_idx.x] = 0
            weft.barrier()
            own[x[i]] += 1
          # ^^^^^^^^^ race: several threads may read and write back one element of `own` at once, which data tells, so that all but one are lost: use `weft.atomic_add`, or another atomic operation
            weft.barrier()
            weft.atomic_add(counts, weft.thread_idx.x, own[weft.thread_idx.x])
    """)
