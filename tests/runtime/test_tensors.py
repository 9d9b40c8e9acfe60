"""`weft.empty` and its kind: on the CPU they make NumPy arrays."""

from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
import weft
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
