"""Organise to a domain: the kernel after it, that it is clean and computes the same, and where it is not offered."""

import textwrap
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ide_case import HEADER, read
from inline_snapshot import snapshot
from weft.lint.findings import check as findings
from weft_lsp.ide.organise_to_index import organise_to_index
from weft_lsp.ide.refactoring import applied, changed

FLAT = """
@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    t = weft.thread_idx.x
    i$0 = weft.block_idx.x * weft.block_dim.x + t
    if i < N:
        # Twice.
        y[i] = x[i]

        y[i] *= 2.0
"""
RETURNS = """
@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.thread_idx.x + weft.block_dim.x * weft.block_idx.x
    if i$0 >= y.shape[0]:
        return
    value = x[i]
    y[i] = value * 2.0
"""
PLANE = """
@weft.kernel
def k(x: Tensor[f32, N, M], y: Tensor[f32, M, N]):
    row = weft.block_idx.y * weft.block_dim.y + weft.thread_idx.y
    col = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    if row < M and N > col$0:
        y[row, col] = x[col, row]
"""
PART = """
@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x$0
    if i < N // 2:
        y[i] = x[2 * i]
"""


def organised(source: str) -> str | None:
    model, offset = read(source)
    found = organise_to_index(model, offset)
    if found is None:
        return None
    after = changed(model, found.edits)
    assert [finding for finding in findings(after) if finding.severity != "information"] == []
    return applied(model.text, found.edits).removeprefix(HEADER)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            FLAT,
            snapshot("""\

@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    # Twice.
    y[i] = x[i]

    y[i] *= 2.0
"""),
        ),
        (
            RETURNS,
            snapshot("""\

@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    value = x[i]
    y[i] = value * 2.0
"""),
        ),
        (
            PLANE,
            snapshot("""\

@weft.kernel
def k(x: Tensor[f32, N, M], y: Tensor[f32, M, N]):
    row, col = weft.index(y)
    y[row, col] = x[col, row]
"""),
        ),
        (
            PART,
            snapshot("""\

@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(N // 2)
    y[i] = x[2 * i]
"""),
        ),
    ],
)
def test_the_kernel_over_a_domain(source: str, expected: str):
    assert organised(source) == expected


@pytest.mark.parametrize("source", [FLAT, RETURNS, PLANE, PART])
def test_it_computes_the_same(source: str, tmp_path: Path):
    before, after = (kernel(each, tmp_path) for each in (source.replace("$0", ""), organised(source) or ""))
    is_plane = source is PLANE
    x = np.arange(15, dtype=np.float32).reshape((5, 3) if is_plane else 15)
    results = [np.zeros((3, 5) if is_plane else 15, np.float32) for _ in range(2)]
    before[(2, 2) if is_plane else 2, (4, 2) if is_plane else 8](x, results[0])
    after(x, results[1])
    assert results[0].any()
    np.testing.assert_array_equal(results[0], results[1])


@pytest.mark.parametrize(
    "body",
    [
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\ny[i] = x[i]",
        "i$0 = weft.block_idx.x * 256 + weft.thread_idx.x\nif i < N:\n    y[i] = x[i]",
        "i$0 = weft.block_idx.y * weft.block_dim.y + weft.thread_idx.y\nif i < N:\n    y[i] = x[i]",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i <= N:\n    y[i] = x[i]",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N:\n    y[i] = x[i]\nelse:\n    y[0] = 1.0",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N:\n    y[i] = x[i]\ny[0] = 1.0",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N and x[i] > 0.0:\n    y[i] = x[i]",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N:\n    y[i] = x[i] * weft.thread_idx.x",
        "i$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N:\n    y[i] = weft.warp_sum(x[i])",
        "i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < N:\n    y[i] = x[i]$0",
        "n = N // 2\ni$0 = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x\nif i < n:\n    y[i] = x[i]",
        "i$0 = weft.index(y)\nif i < N:\n    y[i] = x[i]",
    ],
)
def test_what_is_not_the_same_is_not_offered(body: str):
    header = "@weft.kernel\ndef k(x: Tensor[f32, N], y: Tensor[f32, N]):\n"
    assert organised(header + textwrap.indent(body, "    ") + "\n") is None


def kernel(source: str, folder: Path) -> Any:
    """The kernel of a source, imported from a file."""
    path = folder / f"kernel_{len(list(folder.iterdir()))}.py"
    path.write_text(HEADER + source)
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.k
