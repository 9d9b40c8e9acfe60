"""Names of a live kernel: its globals and closure. What a kernel cannot know is an error, never a silent pass."""

import enum
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import weft
from weft import KernelError, Layout, Tensor, boolean, f16, f32, i64
from weft.dims import M, N

TILE = 8
SCALES = (1.0, 2.0, 4.0)
PADDED = Layout((TILE, TILE), (TILE + 1, 1))


class Rows(weft.Dim): ...


class Mode(enum.IntEnum):
    DOUBLE = 2


class Tiles(NamedTuple):
    rows: int = 8
    scales: tuple[float, ...] = (1.0, 2.0)


@dataclass(frozen=True)
class Settings:
    scale: float
    bias: float | None = None


@dataclass
class Config:
    scale: float = 2.0


config = Config()
TILES = Tiles()
SETTINGS = Settings(0.5)
DTYPES = (f16, f32)
weights = np.ones(3)


@weft.function
def both(a, b):
    if a < b:
        return a, b
    return b, a


def make(scale: object):
    @weft.kernel
    def scaled(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index(y)
        y[i] = x[i] * scale  # pyright: ignore

    return scaled


def vectors(size: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    return np.random.default_rng(0).random(size, dtype=np.float32), np.zeros(size, np.float32)


def test_a_closure_is_a_constant_of_its_own_kernel():
    x, y = vectors()
    for scale in (3, 0.5, np.float32(2), Mode.DOUBLE, True):
        make(scale)(x, y)
        np.testing.assert_allclose(y, x * np.float32(scale))


@pytest.mark.parametrize(
    "value", [weights, config, [1.0], {"a": 1}, object()], ids=lambda value: type(value).__name__
)
def test_what_is_no_constant_is_an_error(value: object):
    x, y = vectors()
    with pytest.raises(KernelError) as raised:
        make(value)(x, y)
    assert raised.value.diagnostic.message == (
        f"`scale` is of type `{type(value).__name__}`, which may change after the kernel is compiled: "
        "make it a tuple or a number, or pass it as a parameter"
    )


def test_a_tuple_of_the_module_and_a_layout():
    @weft.kernel
    def k(y: Tensor[f32, M, N]):
        i, j = weft.tile_index(y, (TILE, TILE))
        tile = weft.shared(f32, PADDED)
        ty, tx = weft.thread_idx.y, weft.thread_idx.x
        tile[ty, tx] = SCALES[2] * len(SCALES) + PADDED.size()
        weft.barrier()
        y[i, j] = tile[tx, ty]

    y = np.zeros((16, 24), np.float32)
    k(y)
    assert (y == 4 * 3 + 64).all()


def test_named_constants_of_the_module():
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(y, TILES.rows)
        part = weft.shared(DTYPES[1], TILES.rows)
        part[weft.thread_idx.x] = x[i] * SETTINGS.scale + sum(TILES.scales[1:])
        weft.barrier()
        if SETTINGS.bias is None and Mode.DOUBLE.value in (1, 2):
            y[i] = part[weft.thread_idx.x] * Mode.DOUBLE + math.floor(math.log(27, 3) + 0.5)
        else:
            y[i] = 0

    x, y = vectors()
    k(x, y)
    np.testing.assert_allclose(y, (x * 0.5 + 2) * 2 + 3, rtol=1e-6)


def test_results_of_two_values_and_swapped_elements():
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index(y)
        x[i], y[i] = both(x[i], y[i])

    x, y = vectors()[0], vectors()[0][::-1].copy()
    low, high = np.minimum(x, y), np.maximum(x, y)
    k(x, y)
    np.testing.assert_array_equal(x, low)
    np.testing.assert_array_equal(y, high)


def test_a_search_with_infinity_and_a_dimension_of_ones_own():
    @weft.kernel
    def row_max(x: Tensor[f32, Rows, N], y: Tensor[f32, Rows], at: Tensor[i64, Rows]):
        row = weft.index(y)
        best = -math.inf
        place = 0
        for col in range(x.shape[1]):
            if x[row, col] > best:
                best = x[row, col]
                place = col
        y[row] = best
        at[row] = place

    x = np.random.default_rng(0).random((33, 77), dtype=np.float32)
    for view in (x, np.asfortranarray(x), x[:, ::-1], x[::2]):
        y, at = np.zeros(len(view), np.float32), np.zeros(len(view), np.int64)
        row_max(view, y, at)
        np.testing.assert_array_equal(y, view.max(axis=1))
        np.testing.assert_array_equal(at, view.argmax(axis=1))


def test_neighbours_outside_of_the_tensor_are_zero():
    @weft.kernel
    def blur(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
        i, j = weft.index(y)
        y[i, j] = (x[i - 1, j] + x[i + 1, j] + x[i, j - 1] + x[i, j + 1]) / 4

    x = np.random.default_rng(0).random((50, 61), dtype=np.float32)
    y = np.zeros_like(x)
    blur(x, y)
    p = np.pad(x, 1)
    np.testing.assert_allclose(y, (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]) / 4, rtol=1e-6)


def test_a_while_loop_around_barriers():
    @weft.kernel
    def block_sums(x: Tensor[f32, N], sums: Tensor[f32, M]):
        i = weft.tile_index(x, 256)
        t = weft.thread_idx.x
        part = weft.shared(f32, 256)
        part[t] = x[i]
        weft.barrier()
        step = 128
        while step > 0:
            if t < step:
                part[t] += part[t + step]
            weft.barrier()
            step //= 2
        if t == 0:
            sums[weft.block_idx.x] = part[0]

    x, _ = vectors(1000)
    sums = np.zeros(4, np.float32)
    block_sums(x, sums)
    expected = [x[start : start + 256].sum() for start in range(0, 1000, 256)]
    np.testing.assert_allclose(sums, expected, rtol=1e-5)


def test_bools_and_half_precision():
    @weft.kernel
    def k(x: Tensor[f16, N], flags: Tensor[boolean, N], y: Tensor[f16, N]):
        i = weft.index(x)
        flags[i] = x[i] > 0.5 and not x[i] > 0.75
        y[i] = x[i] * 2 + 1

    x = vectors()[0].astype(np.float16)
    flags, y = np.zeros(1000, bool), np.zeros(1000, np.float16)
    k(x, flags, y)
    np.testing.assert_array_equal(flags, (x > 0.5) & ~(x > 0.75))
    np.testing.assert_array_equal(y, (x * np.float16(2)).astype(np.float16) + np.float16(1))


def test_an_empty_tensor():
    empty = np.zeros(0, np.float32)
    make(2.0)(empty, empty)


def test_registers_of_an_unrolled_loop():
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index(y)
        parts = weft.local(f32, 4)
        for part in weft.static_range(4):
            parts[part] = x[i] * part
        total = f32(0)
        for part in weft.static_range(4):
            total += parts[part]
        y[i] = total

    x, y = vectors()
    k(x, y)
    np.testing.assert_allclose(y, x * 6, rtol=1e-6)
