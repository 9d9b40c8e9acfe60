"""Hover below the signature: values, accesses, layouts, dimensions, kernels and launches."""

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
        ("range(N$0)", "Here axis 1 of `x` and axis 0 of `y`: at a launch they must be equal."),
        ("def k$0", "One thread for each of (M, N) · block chosen at launch."),
        ("    k$0[", "This launch: 8 blocks of 32 × 8 = 256 threads, 2,048 in all."),
    ],
)
def test_in_a_kernel(marked: str, expected: str):
    plain = marked.replace("$0", "")
    assert KERNEL.count(plain) == 1
    model, offset = read(KERNEL.replace(plain, marked))
    found = hover(model, offset)
    assert found and expected in found.markdown, found


def test_the_drawing_of_a_layout():
    model, offset = read("TILE = weft.Layout((2, 4), (4, 1))\nTILE$0\n")
    found = hover(model, offset)
    assert found
    assert found.markdown.startswith("```python\nTILE: Layout (2, 4):(4, 1)\n```")
    rows = [row.split() for row in found.markdown.partition("```text\n")[2].split("\n")]
    assert [row for row in rows if row[:1] in (["0"], ["1"])] == [
        ["0", "|", "0", "1", "2", "3"],
        ["1", "|", "4", "5", "6", "7"],
    ]


def test_a_large_layout_is_not_drawn():
    model, offset = read("TILE = weft.Layout((64, 64))\nTILE$0\n")
    found = hover(model, offset)
    assert found and "```text" not in found.markdown


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
