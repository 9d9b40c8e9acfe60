"""`weft.empty` and its kind: on the CPU they make NumPy arrays."""

from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
import weft
from weft import Tensor, f32, u8
from weft.dims import M, N
from weft.errors import LaunchError


def test_arrays_of_numpy():
    made = weft.full((2, 3), 7, weft.i16)
    assert isinstance(made, np.ndarray)
    assert (made.dtype, made.tolist()) == (np.int16, [[7] * 3] * 2)
    assert weft.zeros(3).dtype == np.float32  # type: ignore[union-attr]
    assert weft.empty((2, 0), weft.boolean).shape == (2, 0)
    assert weft.zeros((), weft.bf16).dtype == ml_dtypes.bfloat16  # type: ignore[comparison-overlap]


def test_an_array_stays_as_it_is():
    array = np.ones(3)
    assert weft.from_numpy(array, device="cpu") is array


@weft.kernel
def ends(x: Tensor[u8, N], y: Tensor[u8, M]):
    i = weft.index(y)
    y[i] = x[N - 1 - i]
    x[N - 1 - i] = 200


def test_elements_beyond_2_to_the_31():
    # The system gives memory when it is written, so this is a few pages.
    x, y = np.zeros(2**31 + 5000, np.uint8), np.zeros(3, np.uint8)
    x[-3:] = [7, 8, 9]
    ends(x, y)
    assert y.tolist() == [9, 8, 7]
    assert x[-4:].tolist() == [0, 200, 200, 200]
    assert not x[:5000].any()


@weft.kernel
def columns(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = x[i, j] + 1


@pytest.mark.parametrize(
    "x",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.arange(12, dtype=np.float32).reshape(4, 3).T,
        np.arange(24, dtype=np.float32).reshape(3, 8)[:, ::2],
        np.arange(24, dtype=np.float32).reshape(6, 4)[::-2],
        np.broadcast_to(np.arange(4, dtype=np.float32), (3, 4)),
        np.broadcast_to(np.float32(5), (3, 4)),
        np.zeros((0, 4), np.float32),
        np.zeros((3, 0), np.float32),
    ],
    ids=["rows", "transposed", "strided", "reversed", "broadcast", "one number", "no rows", "no columns"],
)
def test_any_strides(x: np.ndarray):
    y = np.zeros(x.shape, np.float32)
    # The second launch is machine code.
    for _ in range(2):
        y[...] = 0
        columns(x, y)
        assert np.array_equal(y, x + 1)
    turned = np.zeros(x.shape[::-1], np.float32).T
    columns(x, turned)
    assert np.array_equal(turned, x + 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: weft.zeros((2, -1)),
            "the shape is (2, -1); a shape is an integer, or a tuple of integers that are not negative: correct it",
        ),
        (
            lambda: weft.zeros(2.0),
            "the shape is 2.0; a shape is an integer, or a tuple of integers that are not negative: correct it",
        ),
        (
            lambda: weft.zeros(2, np.float32),
            "the dtype is <class 'numpy.float32'>; it is one of Weft's, such as `weft.f32`: pass one of these",
        ),
        (
            lambda: weft.zeros(2, device="gpu"),
            "the device is 'gpu'; it is `cpu`, `cuda` or `cuda:1`: pass one of these",
        ),
        (
            lambda: weft.zeros(2, device="cuda:-1"),
            "the device is 'cuda:-1'; it is `cpu`, `cuda` or `cuda:1`: pass one of these",
        ),
        (
            lambda: weft.from_numpy([1.0]),
            "the array is of type `list`; it is a NumPy array: convert it with `numpy.asarray`",
        ),
        (
            lambda: weft.from_numpy(np.zeros(2, np.complex64)),
            "the array has dtype complex64, which Weft has not: convert it first",
        ),
        (
            lambda: weft.full(2, 300, weft.i8),
            "the value is 300, which is no `i8`: pass a number that it holds",
        ),
        (
            lambda: weft.full(2, 1.5, weft.i8),
            "the value is 1.5, which is no `i8`: pass a number that it holds",
        ),
        (lambda: weft.full(2, "a"), "the value is 'a', which is no `f32`: pass a number that it holds"),
    ],
)
def test_bad_input(make: Callable[[], object], words: str):
    with pytest.raises(LaunchError) as caught:
        make()
    assert (caught.value.code, caught.value.diagnostic.message) == ("host-tensor", words)
    assert caught.value.filename == __file__
