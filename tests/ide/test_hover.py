"""Hover: one line of Python, then what the docstring says."""

import pytest
from ide_case import in_kernel, read
from inline_snapshot import snapshot
from weft_lsp.ide.hover import hover


def check(source: str, expected: str | None) -> None:
    """The Markdown of the hover at the mark."""
    model, offset = read(source)
    found = hover(model, offset)
    assert (found and found.markdown) == expected


def headline(source: str) -> str | None:
    model, offset = read(source)
    found = hover(model, offset)
    return found and found.markdown.split("\n")[1]


def test_an_operation():
    check(
        in_kernel("weft.bar$0rier()"),
        snapshot("""\
```python
barrier()
```
Wait until every thread of the block is here; what was written to shared memory before is visible after.

Wrong: where only some threads of the block come [barrier-in-divergent-branch].

Source: PTX ISA, `bar.sync`; CUDA's `__syncthreads()`.\
"""),
    )


def test_a_kernel_of_the_file():
    check(
        '''
        @weft.kernel
        def k$0(x: Tensor[f32, N], count: int = 1):
            """Do something.

            x: what it is done to.

            Wrong: nothing.
            """
        ''',
        snapshot("""\
```python
k(x: Tensor[f32, N], count: int = 1)
```
Do something.

* `x`: what it is done to.

Wrong: nothing.

Needs `[grid, block]` at each launch.\
"""),
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t = x$0", "x: Tensor f32 (M, N) global"),
        ("t = alpha$0", "alpha: f32"),
        ("t = i$0", "i: index"),
        ("t$0 = alpha * 2", "t: f32"),
        ("t = x[i, j] $0* alpha", "f32"),
        ("t = x[i, j] + x.sh$0ape[0]", "shape: (M, N)"),
        ("t = weft.thread_idx$0", "thread_idx (x, y, z)"),
        ("t = weft.thread_idx.x$0", "x: index"),
        ("t = f32$0(i)", "dtype f32"),
        ("t = M$0", "dimension M"),
        ("t = weft.shared(f32, (16, 17))\n    t$0", "t: Tensor f32 (16, 17):(17, 1) shared"),
        ("for q$0 in range(M):\n        pass", "q: index"),
        ("t = x[i, j$0", "j: index"),
    ],
)
def test_expressions_in_kernels(line: str, expected: str):
    assert headline(in_kernel(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("we$0ft", "module weft"),
        ("weft.f3$02", "dtype f32"),
        ("LAYOUT = weft.Layout((4, 8))\nLAYOUT$0", "LAYOUT: Layout (4, 8):(1, 4)"),
        ("L = weft.Layout((4, 8))\nL$0", "L: Layout (4, 8):(1, 4)"),
        ("class Batch$0(weft.Dim): ...", "dimension Batch"),
    ],
)
def test_names_and_values_of_the_language_outside_of_kernels(line: str, expected: str):
    assert headline(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "count = 3\ncount$0",
        "def helper(): ...\nhelper$0()",
        "import numpy as np\nnp$0.zeros(3)",
        "len$0([])",
        "unknown$0",
        "'weft$0'",
        "# weft$0",
        "3$0",
        "$0",
        in_kernel("t = 3$0"),
        in_kernel("t = unknown$0"),
        in_kernel("# x$0"),
    ],
)
def test_nothing_to_say(line: str):
    check(line, None)


def test_the_span_is_the_name():
    model, offset = read(in_kernel("t = x[i, j] + al$0pha"))
    found = hover(model, offset)
    assert found and model.text[found.span.start : found.span.end] == "alpha"
