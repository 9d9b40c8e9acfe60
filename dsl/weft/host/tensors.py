"""Tensors for kernels, on the CPU or on a GPU, for those who have no other library that makes them."""

from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from weft.errors import launch_error
from weft.host.device_tensor import DeviceTensor, Memory, numpy_dtype
from weft.model import host_tensors
from weft.model.dtypes import BY_NAME, DType
from weft.ops.dtypes import Scalar, f32

if TYPE_CHECKING:
    import numpy

    Made: TypeAlias = "numpy.ndarray[Any, Any] | DeviceTensor"
Sizes: TypeAlias = "int | tuple[int, ...]"


def empty(shape: Sizes, dtype: type[Scalar] = f32, *, device: str = "cpu") -> "Made":
    """A tensor whose elements are not set. A NumPy array on the CPU, a tensor in the GPU's memory on `cuda` or `cuda:1`.

    Wrong: a shape, dtype or device that there is not [host-tensor]; more than the GPU has room for [cuda-memory].
    """
    sizes, found, ordinal = _shape(shape), _dtype(dtype), _ordinal(device)
    if ordinal is None:
        return import_module("numpy").empty(sizes, numpy_dtype(found))
    return _on_gpu(sizes, found, ordinal)


def zeros(shape: Sizes, dtype: type[Scalar] = f32, *, device: str = "cpu") -> "Made":
    """A tensor of zeros. As `empty` otherwise."""
    return full(shape, 0, dtype, device=device)


def full(shape: Sizes, value: float, dtype: type[Scalar] = f32, *, device: str = "cpu") -> "Made":
    """A tensor whose elements are all `value`. As `empty` otherwise. Wrong: a value that the dtype does not hold
    [host-tensor]."""
    sizes, found, ordinal = _shape(shape), _dtype(dtype), _ordinal(device)
    if ordinal is None:
        return import_module("numpy").full(sizes, _element(value, found)[()])
    made = _on_gpu(sizes, found, ordinal)
    if made.size_bytes:
        element = _element(value, found)
        pattern = int.from_bytes(element.tobytes(), "little")
        made.memory.fill(pattern, found.itemsize_bytes, made.size_bytes)
    return made


def from_numpy(array: "numpy.ndarray[Any, Any]", *, device: str = "cuda") -> "Made":
    """The array itself for `cpu`, else a copy of it in the GPU's memory. Wrong: something else than an array, or one of a
    dtype that Weft has not [host-tensor]; more than the GPU has room for [cuda-memory]."""
    numpy = import_module("numpy")
    if not isinstance(array, numpy.ndarray):
        raise launch_error([host_tensors.bad_array(type(array).__name__)])
    ordinal = _ordinal(device)
    if ordinal is None:
        return array
    read = import_module("weft.host").read_tensor(array)
    if read is None or read.dtype is None:
        raise launch_error([host_tensors.bad_array_dtype(str(array.dtype))])
    made = _on_gpu(array.shape, read.dtype, ordinal)
    made.copy_from(array)
    return made


def _on_gpu(shape: tuple[int, ...], dtype: DType, ordinal: int) -> DeviceTensor:
    size_bytes = prod(shape) * dtype.itemsize_bytes
    memory, there = import_module("weft.launch").allocate(size_bytes, ordinal)
    return DeviceTensor(cast("Memory", memory), shape, dtype, there)


def _shape(shape: object) -> tuple[int, ...]:
    sizes = cast("tuple[object, ...]", shape) if isinstance(shape, tuple | list) else (shape,)
    if any(isinstance(size, bool) or not hasattr(size, "__index__") for size in sizes):
        raise launch_error([host_tensors.bad_shape(repr(shape))])
    found = tuple(int(cast("int", size)) for size in sizes)
    if any(size < 0 for size in found):
        raise launch_error([host_tensors.bad_shape(repr(shape))])
    return found


def _dtype(dtype: object) -> DType:
    found = getattr(dtype, "dtype", None) if isinstance(dtype, type) and issubclass(dtype, Scalar) else None
    if not isinstance(found, DType) or found.name not in BY_NAME:
        raise launch_error([host_tensors.bad_dtype(repr(dtype))])
    return found


def _ordinal(device: object) -> int | None:
    """Of a GPU, -1 for the current one; None for the CPU."""
    if device == "cpu":
        return None
    if device == "cuda":
        return -1
    kind, _, number = device.partition(":") if isinstance(device, str) else ("", "", "")
    if kind == "cuda" and number.isascii() and number.isdigit():
        return int(number)
    raise launch_error([host_tensors.bad_device(repr(device))])


def _element(value: object, dtype: DType) -> Any:
    """One element, as NumPy has it."""
    try:
        made = import_module("numpy").array(value)
        if made.shape == () and made.dtype.kind in "biuf" and (dtype.is_float or made.dtype.kind != "f"):
            return import_module("numpy").array(value, numpy_dtype(dtype))
    except (OverflowError, TypeError, ValueError):
        pass
    raise launch_error([host_tensors.bad_value(repr(value), dtype.name)])
