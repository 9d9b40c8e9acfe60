"""The examples' kernels on a GPU, on CuPy arrays, against NumPy."""

import importlib
import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.gpu

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def examples_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    for name in [path.stem for path in EXAMPLES.glob("*.py")]:
        sys.modules.pop(name, None)


@pytest.fixture
def cupy():
    return importlib.import_module("cupy")


RANDOM = np.random.default_rng(0)


def matrix(*shape: int) -> np.ndarray:
    return RANDOM.random(shape, dtype=np.float32)


@pytest.mark.parametrize("size", [1, 255, 1_000_003])
def test_saxpy(cupy, size: int):
    from saxpy import saxpy

    x, y = matrix(size), matrix(size)
    on_gpu = cupy.asarray(y)
    saxpy(2.0, cupy.asarray(x), on_gpu)
    np.testing.assert_allclose(on_gpu.get(), 2 * x + y, rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (32, 64), (1000, 777)])
def test_transpose(cupy, shape: tuple[int, int]):
    from transpose import transpose

    x = matrix(*shape)
    y = cupy.empty(shape[::-1], np.float32)
    transpose(cupy.asarray(x), y)
    np.testing.assert_array_equal(y.get(), x.T)


@pytest.mark.parametrize(("m", "k", "n"), [(16, 16, 16), (300, 210, 155), (512, 512, 512)])
def test_matmul(cupy, m: int, k: int, n: int):
    from matmul import matmul

    a, b = matrix(m, k), matrix(k, n)
    c = cupy.empty((m, n), np.float32)
    matmul(cupy.asarray(a), cupy.asarray(b), c)
    np.testing.assert_allclose(c.get(), a @ b, rtol=1e-4)


def test_matmul_of_a_transposed_view(cupy):
    from matmul import matmul

    a, b = matrix(65, 130), matrix(65, 33)
    c = cupy.empty((130, 33), np.float32)
    matmul(cupy.asarray(a).T, cupy.asarray(b), c)
    np.testing.assert_allclose(c.get(), a.T @ b, rtol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (500, 1000), (7, 127)])
def test_softmax(cupy, shape: tuple[int, int]):
    from softmax import softmax

    x = matrix(*shape)
    y = cupy.empty(shape, np.float32)
    softmax(cupy.asarray(x), y)
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    np.testing.assert_allclose(y.get(), powers / powers.sum(axis=1, keepdims=True), rtol=1e-4)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "puzzles").glob("*.py")), ids=lambda path: path.stem)
def test_puzzle(cupy, path: Path):
    spec = importlib.util.spec_from_file_location(f"puzzle_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    puzzle = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = puzzle
    spec.loader.exec_module(puzzle)
    given = puzzle.inputs()
    wanted = puzzle.reference(*given)
    found = cupy.zeros(wanted.shape, wanted.dtype)
    puzzle.launch(*map(cupy.asarray, given), found)
    np.testing.assert_allclose(found.get(), wanted, rtol=1e-4, atol=1e-6)


def test_torch_tensors(cupy):
    torch = pytest.importorskip("torch")
    from saxpy import saxpy

    x, y = torch.rand(1000, device="cuda"), torch.rand(1000, device="cuda")
    expected = 2 * x + y
    saxpy(2.0, x, y)
    assert torch.allclose(y, expected)


def test_histogram(cupy):
    from histogram import histogram

    values = RANDOM.integers(0, 256, 1_000_003).astype(np.uint8)
    counts = cupy.zeros(256, np.int32)
    histogram(cupy.asarray(values), counts)
    np.testing.assert_array_equal(counts.get(), np.bincount(values, minlength=256))


def test_cluster_histogram(cupy):
    from cluster_histogram import BLOCKS, PART, cluster_histogram

    bins = BLOCKS * PART - 100
    values = RANDOM.integers(0, bins, 1_000_003).astype(np.int32)
    counts = cupy.zeros(bins, np.int32)
    cluster_histogram(cupy.asarray(values), counts)
    np.testing.assert_array_equal(counts.get(), np.bincount(values, minlength=bins))


def test_elementwise(cupy):
    from elementwise import elementwise

    x, scale, shift = matrix(1000, 777), matrix(1000), matrix(777)
    y = cupy.empty((1000, 777), np.float32)
    elementwise(*map(cupy.asarray, (x, scale, shift)), y)
    np.testing.assert_allclose(y.get(), np.tanh(x * scale[:, None] + shift), atol=1e-6)


def test_bias_gelu(cupy):
    from bias_gelu import bias_gelu

    x, bias = matrix(512, 3072), matrix(3072)
    y = cupy.empty((512, 3072), np.float32)
    bias_gelu(cupy.asarray(x), cupy.asarray(bias), y)
    moved = x + bias
    expected = 0.5 * moved * (1 + np.vectorize(math.erf)(moved * math.sqrt(0.5)))
    np.testing.assert_allclose(y.get(), expected, atol=1e-5)


@pytest.mark.parametrize("size", [1, 1000, 1 << 26])
def test_argmax(cupy, size: int):
    from argmax import argmax, place

    x = RANDOM.standard_normal(size, dtype=np.float32)
    best = cupy.zeros(1, np.uint64)
    argmax(cupy.asarray(x), best)
    assert place(best.get()) == np.argmax(x)


@pytest.mark.parametrize("size", [1, 5000, 1 << 26])
def test_prefix_sum(cupy, size: int):
    from prefix_sum import PART, part_sums, prefix_sum, sums_of_parts

    x = RANDOM.integers(-9, 10, size, dtype=np.int32)
    there, y = cupy.asarray(x), cupy.empty(size, np.int32)
    totals = cupy.empty(-(-size // PART), np.int32)
    part_sums(there, totals)
    sums_of_parts(totals)
    prefix_sum(there, totals, y)
    np.testing.assert_array_equal(y.get(), np.cumsum(x, dtype=np.int32))


@pytest.mark.parametrize("shape", [(1, 1), (500, 377)])
def test_convolution_2d(cupy, shape: tuple[int, int]):
    from convolution_2d import BORDER, SIZE, convolution_2d

    x, weights = matrix(*shape), matrix(SIZE, SIZE)
    y = cupy.empty(shape, np.float32)
    convolution_2d(cupy.asarray(x), cupy.asarray(weights), y)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, BORDER), (SIZE, SIZE))
    np.testing.assert_allclose(y.get(), np.einsum("mnij,ij->mn", windows, weights), rtol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (50, 1001), (33, 8192)])
def test_softmax_rows(cupy, shape: tuple[int, int]):
    from softmax_rows import softmax_rows

    x = matrix(*shape)
    y = cupy.empty(shape, np.float32)
    softmax_rows(cupy.asarray(x), y)
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    np.testing.assert_allclose(y.get(), powers / powers.sum(axis=1, keepdims=True), rtol=1e-4)


@pytest.mark.parametrize("size", [1, 4, 1_000_003, 2**24])
def test_sum(cupy, size: int):
    module = importlib.import_module("block_sums")
    x = matrix(size)
    sums, y = cupy.empty(module.BLOCKS, np.float32), cupy.empty(1, np.float32)
    module.block_sums(cupy.asarray(x), sums)
    module.sum_of_few(sums, y)
    np.testing.assert_allclose(y.get()[0], x.sum(dtype=np.float64), rtol=1e-4)


@pytest.mark.parametrize("name", ["23_vectors", "24_copy_async", "25_bank_conflicts", "26_tensor_cores"])
def test_puzzles_on_views(cupy, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(EXAMPLES / "puzzles"))
    module = importlib.import_module(name)
    given = module.inputs()
    wanted = module.reference(*given)
    found = cupy.zeros(wanted.shape, wanted.dtype)
    module.launch(*map(cupy.asarray, given), found)
    np.testing.assert_allclose(found.get(), wanted, rtol=1e-5)
