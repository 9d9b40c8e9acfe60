"""Kernels and device functions in classes: attributes that never bind the object; and names of a signature."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest
import weft
from weft import Kernel, KernelError, Tensor, f32, f64
from weft.dims import N


@weft.kernel
def fill(x: Tensor[f32, N], value: f32):
    x[weft.index(x)] = value


class Solver:
    T = f32
    SIZE = 4

    @weft.kernel
    def step(x: Tensor[f32, N], value: f32):
        x[weft.index(x)] = value

    @staticmethod
    @weft.kernel
    def static(x: Tensor[f32, N], value: f32):
        x[weft.index(x)] = value

    @weft.kernel
    @staticmethod
    def inside(x: Tensor[f32, N], value: f32):
        x[weft.index(x)] = value

    @weft.kernel
    def typed(x: Tensor[T, N], value: T):
        x[weft.index(x)] = value

    @weft.function
    def twice(value: f32) -> f32:
        return value + value

    @weft.kernel
    def doubled(x: Tensor[f32, N], value: f32):
        x[weft.index(x)] = Solver.twice(value)

    @weft.kernel
    def sized(x: Tensor[f32, N]):
        x[weft.index(x)] = SIZE  # noqa: F821  # pyright: ignore

    alias = fill

    def __init__(self) -> None:
        self.held = fill

    def run(self, name: str, x: np.ndarray, value: float) -> None:
        getattr(self, name)(x, value)

    @classmethod
    def run_by_class(cls, x: np.ndarray, value: float) -> None:
        cls.step[1, 32](x, value)


@pytest.mark.parametrize("name", ["step", "static", "inside", "typed", "alias", "held"])
def test_a_kernel_never_binds_the_object(name: str):
    x = np.zeros(5, np.float32)
    Solver().run(name, x, 2.0)
    assert x.tolist() == [2.0] * 5


def test_a_kernel_by_its_class():
    x = np.zeros(5, np.float32)
    Solver.step(x, 3.0)
    assert x.tolist() == [3.0] * 5
    Solver.run_by_class(x, 4.0)
    assert x.tolist() == [4.0] * 5
    assert isinstance(Solver.step, Kernel) and Solver().step is Solver.step


def test_a_device_function_of_a_class():
    x = np.zeros(5, np.float32)
    Solver.doubled(x, 3.0)
    assert x.tolist() == [6.0] * 5
    assert Solver.twice(1.5) == 3.0


def test_the_body_of_a_kernel_does_not_see_names_of_its_class():
    with pytest.raises(KernelError, match="`SIZE` is not defined"):
        Solver.sized(np.zeros(5, np.float32))


def test_a_kernel_in_a_dataclass_and_in_partial():
    @dataclass
    class Job:
        value: float

        @weft.kernel
        def k(x: Tensor[f32, N], value: f32):
            x[weft.index(x)] = value

        def run(self, x: np.ndarray) -> None:
            self.k(x, self.value)

    x = np.zeros(5, np.float32)
    Job(5.0).run(x)
    assert x.tolist() == [5.0] * 5
    functools.partial(fill[1, 32], x)(6.0)
    assert x.tolist() == [6.0] * 5


dtype = f32


def make(dtype: type[weft.f32] | type[weft.f64]):
    """A name of the signature alone is in no closure; the global of that name is another one."""

    @weft.kernel
    def scaled(x: Tensor[dtype, N], value: dtype):  # pyright: ignore
        x[weft.index(x)] = 2 * value

    return scaled


def test_names_of_a_signature_are_those_of_the_function_around_it():
    for made, other in ((f32, np.float64), (f64, np.float32)):
        right = np.zeros(5, np.float32 if made is f32 else np.float64)
        make(made)(right, 1.5)
        assert right.tolist() == [3.0] * 5
        with pytest.raises(weft.LaunchError):
            make(made)(np.zeros(5, other), 1.5)
