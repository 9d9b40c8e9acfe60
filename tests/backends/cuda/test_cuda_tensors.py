"""`weft.empty` and its kind for a GPU, with a driver that stands in for one."""

import gc
from collections.abc import Iterator

import ml_dtypes
import numpy
import pytest
import weft
from cuda_kernels import saxpy
from fake_driver import FakeDriver
from weft.backends.cuda import allocation, device
from weft.errors import LaunchError
from weft.host import dlpack, dlpack_export, read_tensor
from weft.host.device_tensor import DeviceTensor
from weft.launch import Launcher


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDriver]:
    fake = FakeDriver()
    found = fake.driver()
    monkeypatch.setattr(device, "driver", lambda: found)
    monkeypatch.setattr(allocation, "driver", lambda: found)
    device.arch_of.cache_clear()
    device.primary_context.cache_clear()
    yield fake
    # What an error's traceback holds must go while there is a driver to free it.
    gc.collect()
    device.arch_of.cache_clear()
    device.primary_context.cache_clear()


ARRAYS = [
    numpy.arange(6, dtype="f4").reshape(2, 3),
    numpy.arange(6, dtype="f4").reshape(2, 3).T,
    numpy.array([True, False]),
    numpy.arange(5, dtype="i8"),
    numpy.arange(4).astype(ml_dtypes.bfloat16),
    numpy.zeros((3, 0), "f8"),
    numpy.array(2.5),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_there_and_back(array: numpy.ndarray, gpu: FakeDriver):
    there = weft.from_numpy(array)
    assert isinstance(there, DeviceTensor)
    assert (there.shape, there.device) == (array.shape, "cuda:0")
    back = there.to_numpy()
    assert back.dtype == array.dtype
    numpy.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (weft.f32, 1.5),
        (weft.f64, -2.5),
        (weft.bf16, 3.0),
        (weft.i8, -1),
        (weft.i64, -(2**40)),
        (weft.boolean, True),
    ],
    ids=lambda part: str(part),
)
def test_full(dtype: type[weft.f32], value: float, gpu: FakeDriver):
    made = weft.full((3, 5), value, dtype, device="cuda:0")
    assert isinstance(made, DeviceTensor)
    numpy.testing.assert_array_equal(made.to_numpy(), numpy.full((3, 5), value))


def test_memory_is_freed(gpu: FakeDriver):
    made = weft.zeros(1000, device="cuda")
    assert len(gpu.memory) == 1
    del made
    assert gpu.memory == {}


def test_the_tensor_lies_on_the_device_that_was_asked_for(gpu: FakeDriver):
    made = weft.empty(4, device="cuda:1")
    assert repr(made) == "<weft tensor f32 (4,) on cuda:1>"
    assert (gpu.contexts, gpu.device) == ([1, 0], 0)


def test_a_kernel_takes_it_and_again_in_machine_code(gpu: FakeDriver):
    x, y = weft.zeros(1001, device="cuda"), weft.zeros(1001, device="cuda")
    assert isinstance(x, DeviceTensor)
    assert isinstance(y, DeviceTensor)
    launcher = Launcher(saxpy())
    launcher.launch((x, y))
    assert launcher.fast()(x, y) is None
    assert gpu.launched[0] == gpu.launched[1]
    assert gpu.launched[0][3] == [x.memory.address, 1001, y.memory.address]
    assert launcher.fast()(weft.zeros(1002, device="cuda"), y) is NotImplemented


@pytest.mark.parametrize("array", ARRAYS[:-1], ids=lambda array: f"{array.dtype}{array.shape}")
def test_other_libraries_read_the_same(array: numpy.ndarray, gpu: FakeDriver):
    there = weft.from_numpy(array)
    assert isinstance(there, DeviceTensor)
    found = dlpack.read(there)
    assert (found.address, found.shape, found.strides) == (
        there.host.address,
        there.shape,
        there.host.strides,
    )
    assert (found.device, found.dtype_name) == (("cuda", 0), array.dtype.name)

    class Interface:
        dtype = array.dtype

        def __init__(self, interface: dict[str, object]) -> None:
            self.__cuda_array_interface__ = interface

    read = read_tensor(Interface(there.__cuda_array_interface__))
    assert read is not None
    assert (read.address, read.dtype, read.shape) == (there.host.address, there.dtype, there.shape)


def test_a_capsule_keeps_the_memory_and_gives_it_back(gpu: FakeDriver):
    made = weft.zeros(3, device="cuda")
    capsule = made.__dlpack__()
    del made
    assert len(gpu.memory) == 1
    del capsule
    assert (gpu.memory, dlpack_export._GIVEN) == ({}, {})


def message(error: pytest.ExceptionInfo[LaunchError]) -> str:
    return f"{error.value.code}: {error.value.diagnostic.message}"


def test_more_than_there_is(gpu: FakeDriver):
    gpu.errors["cuMemAlloc_v2"] = 2
    with pytest.raises(LaunchError) as caught:
        weft.empty((1 << 20, 1 << 20), device="cuda")
    assert message(caught) == (
        "cuda-memory: the GPU has not enough free memory for 4,398,046,511,104 bytes (CUDA_ERROR_OUT_OF_MEMORY): free "
        "tensors, or use smaller ones"
    )


def test_a_copy_of_another_shape(gpu: FakeDriver):
    made = weft.zeros(3, device="cuda")
    assert isinstance(made, DeviceTensor)
    with pytest.raises(LaunchError) as caught:
        made.copy_from(numpy.zeros(4, "f4"))
    assert message(caught) == (
        "host-tensor: the array is float32 of shape (4,) and the tensor f32 of shape (3,): pass an array of that shape and "
        "dtype"
    )
