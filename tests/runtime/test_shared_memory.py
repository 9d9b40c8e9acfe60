"""Shared memory of more than every block has."""

import numpy as np
import pytest
import weft
from annotations import check
from weft import LaunchError, Tensor, f32, i32
from weft.backends import cuda
from weft.backends.check import interpret
from weft.dims import M, N
from weft.kernel import ir_of
from weft.model.limits import Geometry
from weft.model.specialization import Specialization

BLOCK = 256
ROWS = 48
IN_32_BITS = Specialization(frozenset("xy"), (), 32)


@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, BLOCK)
    counts = weft.shared(i32, 3)
    kept = weft.shared(f32, (ROWS, BLOCK))
    tx = weft.thread_idx.x
    if tx == 0:
        counts[0] = ROWS
    for row in range(ROWS):
        kept[row, tx] = x[i] + row
    weft.barrier()
    total = 0.0
    for row in range(counts[0]):
        total += kept[row, BLOCK - 1 - tx]
    y[i] = total


def wanted(x: np.ndarray) -> np.ndarray:
    blocks = x.reshape(-1, BLOCK)[:, ::-1].astype(np.float64)
    return (blocks * ROWS + ROWS * (ROWS - 1) / 2).ravel()


def test_on_the_cpu():
    x = np.random.default_rng(0).random(4 * BLOCK, np.float32)
    turned(x, y := np.zeros_like(x))
    np.testing.assert_allclose(y, wanted(x), rtol=1e-5)


def test_it_is_one_piece_that_the_launch_asks_for():
    compiled = cuda.compile(ir_of(turned), IN_32_BITS, "sm_90")
    assert compiled.emitted.dynamic_shared_bytes == 16 + ROWS * BLOCK * 4
    assert compiled.shared_bytes == 16 + ROWS * BLOCK * 4
    assert ".extern .shared" in compiled.ptx
    assert compiled.linked.shared_bytes == 0


def test_too_much_for_the_gpu_at_hand():
    with pytest.raises(LaunchError) as raised:
        cuda.compile(
            _with_rows(100),
            IN_32_BITS,
            "sm_86",
        )
    assert raised.value.diagnostic.message == (
        "the kernel uses 102,400 bytes of shared memory (`kept` 102,400); a block of sm_86 has 101,376: use smaller "
        "tiles or a narrower dtype"
    )
    assert cuda.compile(_with_rows(99), IN_32_BITS, "sm_86").shared_bytes == 99 * 1024


def _with_rows(rows: int):
    @weft.kernel
    def large(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(x, BLOCK)
        kept = weft.shared(f32, (rows, BLOCK))
        kept[weft.thread_idx.x % rows, weft.thread_idx.x] = x[i]
        y[i] = kept[weft.thread_idx.x % rows, weft.thread_idx.x]

    return ir_of(large)


@pytest.mark.gpu
def test_on_a_gpu():
    cupy = pytest.importorskip("cupy")
    x = np.random.default_rng(0).random(4 * BLOCK, np.float32)
    y = cupy.zeros(4 * BLOCK, np.float32)
    for _ in range(2):
        turned(cupy.asarray(x), y)
    np.testing.assert_allclose(y.get(), wanted(x), rtol=1e-5)


@weft.kernel
def mirrored(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    columns = x.shape[1]
    row, t = weft.tile_index((M, 32), (1, 32))
    line = weft.shared(f32, (2, columns + 1))
    for k in range(t, N, 32):
        line[1, k] = x[row, k]
    weft.barrier()
    for k in range(t, N, 32):
        y[row, k] = line[1, N - 1 - k]


def rows(columns: int) -> np.ndarray:
    return np.random.default_rng(0).random((3, columns), np.float32)


def test_a_size_that_follows_from_a_dimension():
    for columns in (1, 5, 100, 20_000):
        mirrored(x := rows(columns), y := np.zeros_like(x))
        assert np.array_equal(y, x[:, ::-1])


def test_each_launch_is_checked():
    words = (
        "shared-memory: the kernel uses 240,008 bytes of shared memory (`line` 240,008); a block of the largest CUDA GPU has "
        "232,448: use smaller tiles or a narrower dtype"
    )
    with pytest.raises(LaunchError) as raised:
        mirrored(x := rows(30_000), np.zeros_like(x))
    assert f"{raised.value.code}: {raised.value.diagnostic.message}" == words
    check(f"""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.tile_index(x, 32)
            line = weft.shared(f32, (2, N + 1))
            line[0, weft.thread_idx.x % (N + 1)] = x[i]

        small, large = np.zeros(10, np.float32), np.zeros(30_000, np.float32)
        k(small)
        k(large)
        #^^^^^^^ {words}
    """)


def test_it_is_static_where_every_block_has_it():
    small, large = (Specialization(frozenset("xy"), (("N", size),), 32) for size in (100, 20_000))
    compiled = cuda.compile(ir_of(mirrored), small, "sm_90")
    assert (compiled.emitted.dynamic_shared_bytes, compiled.linked.shared_bytes) == (0, 808)
    assert cuda.compile(ir_of(mirrored), large, "sm_90").emitted.dynamic_shared_bytes == 160_016
    with pytest.raises(LaunchError, match="a block of sm_86 has 101,376"):
        cuda.compile(ir_of(mirrored), large, "sm_86")


def test_an_inspection_says_for_which_size():
    found = mirrored.inspect(target="cpu")
    assert "shared line: 66 × f32, 264 bytes" in found["model"].text
    assert found.notices == ("shared memory is of the size that follows from `N` = 32: a launch has its own",)


def test_the_back_end_that_checks():
    x, y = rows(70), np.zeros((3, 70), np.float32)
    arguments = {"x": x, "y": y}
    assert interpret(ir_of(mirrored), arguments, Geometry((1, 3, 1), (32, 1, 1))) == []
    assert np.array_equal(y, x[:, ::-1])


@pytest.mark.gpu
@pytest.mark.parametrize("columns", [5, 100, 20_000])
def test_a_size_of_a_launch_on_a_gpu(columns: int):
    cupy = pytest.importorskip("cupy")
    x = rows(columns)
    y = cupy.zeros_like(cupy.asarray(x))
    for _ in range(2):
        mirrored(cupy.asarray(x), y)
    assert np.array_equal(y.get(), x[:, ::-1])
