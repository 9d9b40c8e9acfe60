"""Extract a device function: the text after it, that it is clean and computes the same, and where it is not offered."""

import textwrap
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ide_case import HEADER, read_selected
from inline_snapshot import snapshot
from weft.lint.findings import check as findings
from weft_lsp.ide.code_action import refactorings
from weft_lsp.ide.extract_function import extract_function
from weft_lsp.ide.refactoring import applied, changed

EXPRESSION = """

# Scales and adds.
@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    half = i / 2
    y[i] = 2.0 * $0(alpha * x[0, i] + half)$0
"""
ONE_RESULT = """

@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    column = x[:, i]
    total = f32(0)
    for row in range(M):
        $0# Only what is large.
        value = column[row]

        if value > alpha:
            total += value * value$0
    y[i] = total
"""
TWO_RESULTS = """

@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    $0total = alpha
    largest = x[0, i]
    for row in range(M):
        total += x[row, i]
        largest = max(largest, x[row, i])$0
    y[i] = total * largest
"""
BARRIERS = """

@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    block, thread = weft.tile_index((weft.ceil_div(N, 4), 4), (1, 4))
    shared = weft.shared(f32, 4)
    $0shared[thread] = alpha + x[1, block * 4 + thread]
    weft.barrier()
    other = shared[3 - thread]$0
    y[block * 4 + thread] = other
"""
OFFERED = [EXPRESSION, ONE_RESULT, TWO_RESULTS, BARRIERS]


def extracted(source: str) -> str | None:
    model, span = read_selected(source)
    found = extract_function(model, span)
    if found is None:
        return None
    assert found.kind == "refactor.extract"
    assert found in refactorings(model, span)
    assert findings(changed(model, found.edits)) == findings(model) == ()
    return applied(model.text, found.edits)


def test_an_expression():
    assert (extracted(EXPRESSION) or "").removeprefix(HEADER) == snapshot("""\


@weft.function
def extracted(alpha: f32, x: Tensor[f32, M, N], i: int, half: float):
    return alpha * x[0, i] + half


# Scales and adds.
@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    half = i / 2
    y[i] = 2.0 * extracted(alpha, x, i, half)
""")


def test_statements_with_one_result():
    assert (extracted(ONE_RESULT) or "").removeprefix(HEADER) == snapshot("""\


@weft.function
def extracted(column: Tensor[f32, M], row: int, alpha: f32, total: f32):
    # Only what is large.
    value = column[row]

    if value > alpha:
        total += value * value
    return total


@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    column = x[:, i]
    total = f32(0)
    for row in range(M):
        total = extracted(column, row, alpha, total)
    y[i] = total
""")


def test_statements_with_two_results():
    assert (extracted(TWO_RESULTS) or "").removeprefix(HEADER) == snapshot("""\


@weft.function
def extracted(alpha: f32, x: Tensor[f32, M, N], i: int):
    total = alpha
    largest = x[0, i]
    for row in range(M):
        total += x[row, i]
        largest = max(largest, x[row, i])
    return total, largest


@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total, largest = extracted(alpha, x, i)
    y[i] = total * largest
""")


def test_statements_with_a_barrier():
    """What is shared needs a dimension of its own, which is imported."""
    assert extracted(BARRIERS) == snapshot("""\
import weft
from weft import Tensor, f32
from weft.dims import K, M, N


@weft.function
def extracted(shared: Tensor[f32, K], thread: int, alpha: f32, x: Tensor[f32, M, N], block: int):
    shared[thread] = alpha + x[1, block * 4 + thread]
    weft.barrier()
    return shared[3 - thread]


@weft.kernel
def k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):
    block, thread = weft.tile_index((weft.ceil_div(N, 4), 4), (1, 4))
    shared = weft.shared(f32, 4)
    other = extracted(shared, thread, alpha, x, block)
    y[block * 4 + thread] = other
""")


@pytest.mark.parametrize("source", OFFERED)
def test_it_computes_the_same(source: str, tmp_path: Path):
    x = np.random.default_rng(0).random((3, 16), np.float32)
    results: list[np.ndarray] = []
    for text in (HEADER + source.replace("$0", ""), extracted(source) or ""):
        y = np.zeros(16, np.float32)
        kernel(text, tmp_path)(0.25, x, y)
        results.append(y)
    assert results[0].any()
    np.testing.assert_array_equal(results[0], results[1])


def test_a_name_that_is_taken():
    source = EXPRESSION.replace("half", "extracted")
    assert "def extracted_2(alpha: f32, x: Tensor[f32, M, N], i: int, extracted: float):" in (
        extracted(source) or ""
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("i = weft.index(y)\ny[i] = $0$0x[0, i]", "nothing is selected"),
        ("i = weft.index(y)\ny[i] = alpha + $0x[0, i] * 2.0 + a$0lpha", "half a name"),
        ("i = weft.index(y)\ny[i] = alpha * $0x[0, i] + alpha$0", "not one operand"),
        ("i = weft.index(y)\nv = x[0, i]\n$0y[i] = v\ny[i] $0= 2.0", "half a statement"),
        (
            "i = weft.index(y)\n$0v = x[0, i]\nif v > 0.0:\n    v = 1.0$0\n    v += 1.0\ny[i] = v",
            "two levels",
        ),
        ("i = weft.index(y)\n$0if x[0, i] > alpha:\n    return$0\ny[i] = 1.0", "a return"),
        (
            "i = weft.index(y)\nfor row in range(M):\n    $0if x[row, i] > alpha:\n        break$0\n    y[i] = 1.0",
            "a break",
        ),
        ("$0i = weft.index(y)\ny[i] = x[0, i]$0", "a domain belongs to the kernel"),
        ("i = weft.index(y)\n$0y$0[i] = x[0, i]", "no number"),
        ("i = weft.index(y)\n$0y[i]$0 = x[0, i]", "a place that is written"),
        ("i = weft.index(y)\nfour = x.vector(4)[0, 0]\ny[i] = $0four[0] + four[1]$0", "a vector has no type"),
        ("i = weft.index(y)\ntotal = 0.0\n$0total += x[0, i]$0\ny[i] = total", "a float that becomes an f32"),
        (
            "i = weft.index(y)\nrow = 0\nwhile $0x[row, i] < alpha$0:\n    row += 1\ny[i] = row",
            "arguments would be read once, before the loop",
        ),
        ("i = weft.index(y)\ny[i] = $0x[0, i] * missing$0", "the kernel has an error"),
    ],
)
def test_where_it_is_not_offered(body: str, reason: str):
    header = "@weft.kernel\ndef k(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, N]):\n"
    assert extracted(header + textwrap.indent(body, "    ") + "\n") is None, reason


def kernel(text: str, folder: Path) -> Any:
    """The kernel of a text, imported from a file."""
    path = folder / f"kernel_{len(list(folder.iterdir()))}.py"
    path.write_text(text)
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.k
