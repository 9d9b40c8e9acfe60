"""CuPy's arrays, as machine code reads them: by the places that were found in their structures."""

import importlib
from types import ModuleType, SimpleNamespace

import pytest
from weft.backends.native import launch
from weft.backends.native.cupy_places import places
from weft.backends.native.recognise import known


@pytest.fixture
def cupy() -> ModuleType:
    return importlib.import_module("cupy")


@pytest.mark.gpu
@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (2, 3, 4), (0,)])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "?"])
def test_an_array_is_read_by_its_structure(cupy: ModuleType, shape: tuple[int, ...], dtype: str):
    array = cupy.zeros(shape, dtype)
    found = known(array)
    assert found is not None
    assert (found.kind, found.axes, found.dtype) == (launch.CUPY, len(shape), id(array.dtype))
    assert found.sizes == (*array.shape, *array.strides)
    assert found == known(cupy.zeros(shape, dtype))


@pytest.mark.gpu
def test_a_view_and_an_array_that_was_reshaped_in_place(cupy: ModuleType):
    view, array = known(cupy.zeros((8, 6), "f4")[::2, 1:4]), cupy.zeros(12, "f4")
    assert view is not None
    assert view.sizes == (4, 3, 48, 4)
    array.shape = (3, 4)
    reshaped = known(array)
    assert reshaped is not None
    assert reshaped.sizes == (3, 4, 16, 4)


@pytest.mark.gpu
def test_a_class_of_somebody_else_is_not_for_machine_code(cupy: ModuleType):
    class Named(cupy.ndarray): ...

    assert known(cupy.zeros(4, "f4").view(Named)) is None


class _Array:
    __slots__ = ("data", "dtype", "shape", "strides")

    def __init__(self, shape: object, dtype: object, memptr: object, strides: object) -> None:
        self.shape, self.dtype, self.data, self.strides = shape, dtype, memptr, strides


def test_a_structure_with_other_insides_is_not_believed():
    cuda = SimpleNamespace(UnownedMemory=SimpleArguments, MemoryPointer=SimpleArguments)
    assert places(Library(cuda, _Array)) is None


class SimpleArguments:
    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments


class Library:
    """A module, as far as it is asked."""

    def __init__(self, cuda: object, ndarray: object) -> None:
        self.cuda, self.ndarray = cuda, ndarray
