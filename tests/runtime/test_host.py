import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from weft.host import StridesError, is_contiguous, read_scalar, read_tensor
from weft.model import dtypes
from weft.model.dtypes import DType

NUMPY_DTYPES = {
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
    "u8": np.uint8,
    "u16": np.uint16,
    "u32": np.uint32,
    "u64": np.uint64,
    "bool": np.bool_,
}


class Carrier:
    """An array that has one protocol and nothing else."""

    def __init__(self, protocol: str, value: object) -> None:
        setattr(self, protocol, value)


@pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
def test_numpy(dtype: DType):
    array = np.zeros((2, 3), NUMPY_DTYPES[dtype.name])
    found = read_tensor(array.T)
    assert found is not None
    assert found.address == array.ctypes.data
    assert (found.dtype, found.shape, found.strides) == (dtype, (3, 2), (1, 3))
    assert (found.device, found.is_writable) == (("cpu", 0), True)


def test_numpy_read_only():
    array = np.zeros(3)
    array.flags.writeable = False
    found = read_tensor(array)
    assert found is not None
    assert not found.is_writable


@pytest.mark.parametrize(
    ("dtype", "name"),
    [(np.complex64, "complex64"), (">f4", ">f4"), ("U3", "<U3"), (ml_dtypes.float8_e5m2, "float8_e5m2")],
)
def test_a_dtype_that_weft_has_not_keeps_its_name(dtype: str, name: str):
    found = read_tensor(np.zeros(3, dtype))
    assert found is not None
    assert (found.dtype, found.dtype_name) == (None, name)


def test_byte_strides_of_no_whole_element():
    field = np.zeros(3, np.dtype([("a", np.int8), ("b", np.float32)]))["b"]
    with pytest.raises(StridesError) as caught:
        read_tensor(field)
    assert (caught.value.strides_bytes, caught.value.itemsize_bytes) == ((5,), 4)


def test_cuda_array_interface():
    interface = {"typestr": "<f2", "data": (4096, True), "shape": (4, 5), "strides": None, "version": 3}
    found = read_tensor(Carrier("__cuda_array_interface__", interface))
    assert found == (4096, dtypes.F16, "float16", (4, 5), (5, 1), ("cuda", -1), False)


def test_cuda_array_interface_with_strides():
    interface = {"typestr": "|b1", "data": (4096, False), "shape": (4, 5), "strides": (1, 4), "version": 3}
    found = read_tensor(Carrier("__cuda_array_interface__", interface))
    assert found == (4096, dtypes.BOOL, "bool", (4, 5), (1, 4), ("cuda", -1), True)


def test_array_interface():
    array = np.zeros((2, 3), np.int16)
    assert read_tensor(Carrier("__array_interface__", array.__array_interface__)) == read_tensor(array)


@pytest.mark.parametrize("name", [name for name in NUMPY_DTYPES if name != "bf16"])
def test_dlpack(name: str):
    class Maker:
        def __dlpack__(self, **options: object) -> object:
            return array.__dlpack__(**options)

    array = np.zeros((4, 6), NUMPY_DTYPES[name])[:, ::2]
    assert read_tensor(Maker()) == read_tensor(array)


def test_dlpack_of_an_older_maker():
    class Maker:
        def __dlpack__(self) -> object:
            return array.__dlpack__()

    array = np.zeros((4, 6), np.float32)
    assert read_tensor(Maker()) == read_tensor(array)


def test_dlpack_read_only():
    class Maker:
        def __dlpack__(self, **options: object) -> object:
            return array.__dlpack__(**options)

    array = np.zeros(3, np.float32)
    array.flags.writeable = False
    assert read_tensor(Maker()) == read_tensor(array)


class TorchDevice:
    def __init__(self, kind: str, index: int | None) -> None:
        self.type, self.index = kind, index


class TorchTensor:
    """What of a PyTorch tensor is read."""

    def __init__(self, device: TorchDevice) -> None:
        self.device, self.dtype, self.shape = device, "torch.bfloat16", [2, 3]

    def data_ptr(self) -> int:
        return 256

    def stride(self) -> tuple[int, ...]:
        return (3, 1)


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (TorchDevice("cpu", None), ("cpu", 0)),
        (TorchDevice("cuda", 1), ("cuda", 1)),
        (TorchDevice("mps", 0), ("mps", 0)),
    ],
)
def test_torch(device: TorchDevice, expected: tuple[str, int]):
    found = read_tensor(TorchTensor(device))
    assert found == (256, dtypes.BF16, "bfloat16", (2, 3), (3, 1), expected, True)


@pytest.mark.parametrize("value", [1, 1.0, True, "x", None, [1], np.float32(1), int, ...], ids=repr)
def test_no_tensor(value: object):
    assert read_tensor(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (2.5, 2.5),
        (True, True),
        (np.int16(3), 3),
        (np.float32(2.5), 2.5),
        (np.bool_(True), True),
        (ml_dtypes.bfloat16(2.5), 2.5),
    ],
    ids=repr,
)
def test_scalars(value: object, expected: float):
    assert read_scalar(value) == expected
    assert type(read_scalar(value)) is type(expected)


@pytest.mark.parametrize("value", ["1", None, 1j, [1], float, np.zeros(()), np.zeros(3)], ids=repr)
def test_no_scalar(value: object):
    assert read_scalar(value) is None


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((2, 3), (3, 1), True),
        ((2, 3), (1, 2), False),
        ((1, 3), (99, 1), True),
        ((3, 1), (1, 99), True),
        ((0, 3), (7, 7), True),
        ((2, 3), (0, 1), False),
        ((3,), (-1,), False),
        ((), (), True),
    ],
)
def test_contiguity(shape: tuple[int, ...], strides: tuple[int, ...], expected: bool):
    assert is_contiguous(shape, strides) == expected


def test_importing_the_runtime_loads_neither_numba_nor_numpy():
    code = (
        "import sys, weft.kernel, weft.launch, weft.host, weft.errors, weft.geometry\n"
        "print([name for name in ('numba', 'numpy', 'ctypes', 'cuda') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
