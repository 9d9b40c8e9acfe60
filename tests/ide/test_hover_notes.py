"""Hover below the signature: values, accesses, layouts, dimensions, kernels and launches."""

import re
from pathlib import Path

import pytest
from ide_case import read
from weft_lsp.ide.hover import hover

KERNEL = """
@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    i, j = weft.index(x)
    b = weft.block_idx.x
    for n in range(N):
        s = n * alpha
    y[j, i] = x[i, j] + b


def main(x, y):
    k[(4, 2), (32, 8)](1.0, x, y)
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("= x[i$0, j]", "Differs between threads. From `0` to `M - 1`."),
        ("+ b$0", "The same for all threads of a block."),
        ("s = n$0", "The same for all threads of a block. From `0` to `N - 1`."),
        (
            "x[i, j]$0",
            "Coalesced. 4 bytes for each thread; 4 transactions of 32 bytes for a warp, 4 at best.",
        ),
        (
            "y[j, i]$0",
            "Proved to be inside the tensor: no guard.\n\nNot coalesced: the threads of a warp are `M` × 4 bytes apart.",
        ),
        (
            "= x$0[i, j]",
            "Proved to be inside the tensor: no guard.\n\nCoalesced. 4 bytes for each thread; 4 transactions",
        ),
        ("    y$0[j, i] =", "Not coalesced: the threads of a warp are `M` × 4 bytes apart."),
        ("range(N$0)", "Here axis 1 of `x` and axis 0 of `y`: at a launch they must be equal."),
        ("def k$0", "One thread for each of (M, N) · block chosen at launch."),
        ("    k$0[", "This launch: 8 blocks of 32 × 8 = 256 threads, 2,048 in all."),
        (
            "    k$0[",
            "Occupancy, if registers allow it: at most 100 % on 7.5, 8.0, 8.6, 8.7, 8.9, 9.0, 10.0, ",
        ),
    ],
)
def test_in_a_kernel(marked: str, expected: str):
    plain = marked.replace("$0", "")
    assert KERNEL.count(plain) == 1
    model, offset = read(KERNEL.replace(plain, marked))
    found = hover(model, offset)
    assert found and expected in found.markdown, found


def test_shared_memory_bounds_the_occupancy():
    found = hover(
        *read("""
        @weft.kernel
        def wide(x: Tensor[f32, N]):
            i = weft.tile_index(x, 128)
            tile = weft.shared(f32, 16 * 1024)
            tile[weft.thread_idx.x] = 1.0
            x[i] = tile[0]


        def main(x):
            wi$0de(x)
    """)
    )
    assert found
    # 66,560 bytes of a block: two of them fit into 164 KiB, three into 228 KiB, one into 100 KiB.
    assert "17 % on 8.7;" in found.markdown
    assert "12 % on 7.5, 8.0;" in found.markdown


def test_where_the_manual_speaks_of_a_name():
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w-]", "", line[4:].lower()) for line in page.split("\n") if line.startswith("### ")
    }
    for name in (
        "barrier",
        "index",
        "Layout(4).coalesce",
        "layout.composition",
        "sin",
    ):
        found = hover(*read(f"weft.{name}$0\n"))
        assert found, name
        place, _, anchor = found.manual.partition("#")
        assert (place, anchor in headings) == ("operations.md", True), (name, found.manual)
    found = hover(*read("f32$0\n"))
    assert found
    assert found.manual == ""


def test_an_access_that_is_not_proved():
    source = """
@weft.kernel
def k(x: Tensor[f32, N], at: Tensor[f32, M]):
    i = weft.index(x)
    x[i] = at[i]$0
"""
    model, offset = read(source)
    found = hover(model, offset)
    assert found
    assert "Not proved to be inside the tensor: guarded, and outside it reads 0." in found.markdown


CLUSTERED = """
@weft.kernel
def k(x: Tensor[f32, N]):
    weft.cluster(4)
    i = weft.tile_index(x, 64)
    tile = weft.shared(f32, 64)
    tile[weft.thread_idx.x] = x[i]
    weft.cluster_barrier()
    x[i] = tile.of_block(3 - weft.cluster_rank)[weft.thread_idx.x]
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def k$0", "blocks of 64 threads · clusters of 4 blocks · 256 bytes of shared memory."),
        ("cluster_rank$0", "Which block of its cluster this is"),
        ("cluster_rank$0", "The same for all threads of a block. From `0` to `3`."),
        ("of_block$0", "The same shared memory of another block of the cluster"),
        ("cluster_barrier$0", "Wait until every thread of all blocks of the cluster is here"),
    ],
)
def test_clusters(marked: str, expected: str):
    plain = marked.replace("$0", "")
    found = hover(*read(CLUSTERED.replace(plain, marked)))
    assert found and expected in found.markdown, found


def access_note(line: str) -> str:
    """The last paragraph of a hover in a kernel whose blocks are 8 × 32."""
    kernel = """
@weft.kernel
def k(x: Tensor[f32, M, N]):
    i, j = weft.tile_index(x, (8, 32))
    tx, ty = weft.thread_idx.x, weft.thread_idx.y
    tile = weft.shared(f32, (32, 32))
"""
    found = hover(*read(f"{kernel}    {line}\n"))
    assert found
    return found.markdown.rpartition("\n\n")[2]


def test_what_a_warp_makes_of_an_access():
    assert access_note("x[i, j] = x$0[i, j + 1]") == (
        "Coalesced, but not aligned to 32 bytes. 4 bytes for each thread; "
        "5 transactions of 32 bytes for a warp, 4 at best."
    )
    assert access_note("x[i, j] = x$0[0, 0]") == (
        "Coalesced: the threads of a warp share one element. 4 bytes for each thread; "
        "1 transaction of 32 bytes for a warp, 1 at best."
    )
    assert access_note("tile$0[ty, tx] = 1.0") == "No bank conflict. 4 bytes for each thread."
    assert access_note("tile$0[tx, ty] = 1.0") == (
        "Bank conflict: a warp takes 32 turns instead of one. 4 bytes for each thread."
    )
    assert access_note("t = x$0.T") == "```python\nx: Tensor f32 (M, N) global\n```"


def test_python_s_own_functions_are_another_servers():
    for line in ("for n in ra$0nge(4):", "t = m$0in(1, 2)"):
        assert hover(*read(f"@weft.kernel\ndef k(x: Tensor[f32, N]):\n    {line}\n        pass\n")) is None


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("weft.index(x)", "This launch: 100 × 300 = 30,000 threads."),
        ("weft.tile_index(x, (4, 8))", "This launch: 950 blocks of 8 × 4 = 32 threads, 30,400 in all."),
    ],
)
def test_a_launch_without_brackets_whose_sizes_the_text_tells(domain: str, expected: str):
    source = f"""
import numpy as np
@weft.kernel
def k(x: Tensor[f32, M, N]):
    i, j = {domain}
    x[i, j] = 1.0

k$0(np.zeros((100, 300), np.float32))
"""
    found = hover(*read(source))
    assert found and expected in found.markdown
    found = hover(*read(source.replace("np.zeros((100, 300), np.float32)", "y")))
    assert found and "This launch" not in found.markdown
