"""Read where the data of an array lies, whoever made the array. Nothing is copied and nothing is imported."""

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, SupportsFloat, SupportsIndex, cast

from weft.model.dtypes import BY_NAME, DType

# The names that NumPy, PyTorch, CuPy and ml_dtypes give the dtypes that Weft has.
_NAMES = {
    "float16": "f16",
    "bfloat16": "bf16",
    "float32": "f32",
    "float64": "f64",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "u8",
    "uint16": "u16",
    "uint32": "u32",
    "uint64": "u64",
    "bool": "bool",
}


class HostTensor(NamedTuple):
    """What a launch needs of a tensor. A tuple, since one is made for each tensor of each launch.

    address: of the first element. dtype: None where Weft has no such dtype; dtype_name is what its library says.
    strides: in elements. device: `("cpu", 0)` or `("cuda", ordinal)`, the ordinal -1 where the maker does not tell;
    other words of the maker for anything else. From dtype_name on, everything that a compiled version depends on.
    """

    address: int
    dtype: DType | None
    dtype_name: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    device: tuple[str, int]
    is_writable: bool


class StridesError(ValueError):
    """Strides in bytes that no whole number of elements makes."""

    def __init__(self, strides_bytes: tuple[int, ...], itemsize_bytes: int) -> None:
        super().__init__(strides_bytes, itemsize_bytes)
        self.strides_bytes = strides_bytes
        self.itemsize_bytes = itemsize_bytes


CPU = ("cpu", 0)


def read_tensor(value: object) -> HostTensor | None:
    """The tensor that `value` is; None if it is none. Raises StridesError."""
    reader = _reader_of_type(type(value)) or _reader_of_value(value)
    return reader(value) if reader else None


def read_scalar(value: object) -> int | float | bool | None:
    """The Python number that `value` is (NumPy's scalars are numbers); None if it is none."""
    if isinstance(value, int | float):
        return value
    if _is_numpy_scalar(type(value)):
        item = cast("Any", value).item()
        # ml_dtypes' scalars give no Python number.
        return item if isinstance(item, int | float) else _converted(value)
    return None if read_tensor(value) else _converted(value)


def _converted(value: object) -> int | float | None:
    if isinstance(value, SupportsIndex) and not isinstance(value, type):
        return int(value)
    return float(value) if isinstance(value, SupportsFloat) and not isinstance(value, type) else None


Reader = Callable[[Any], HostTensor]


# A type's protocol does not change, and looking for it costs more than reading the tensor.
@lru_cache(maxsize=256)
def _reader_of_type(kind: type) -> Reader | None:
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.ndarray):
        return _read_numpy
    if _is_numpy_scalar(kind):
        return None
    if kind.__module__ == "weft.host.device_tensor":
        return _read_weft
    if is_of_torch(kind):
        return _read_torch
    if kind.__module__.partition(".")[0] == "cupy" and hasattr(kind, "data"):
        return _read_cupy
    # A type may have several of these; the cheapest to read that tells most comes first.
    for protocol, reader in _PROTOCOLS.items():
        if hasattr(kind, protocol):
            return reader
    return None


def is_of_torch(kind: type) -> bool:
    return hasattr(kind, "data_ptr") and hasattr(kind, "stride")


def _reader_of_value(value: object) -> Reader | None:
    """For objects that carry the protocol as an attribute of their own."""
    if isinstance(value, type | int | float | str) or _is_numpy_scalar(type(value)):
        return None
    return next((reader for protocol, reader in _PROTOCOLS.items() if hasattr(value, protocol)), None)


def _read_numpy(array: Any) -> HostTensor:
    dtype, name = _dtype(array.dtype)
    address = array.__array_interface__["data"][0]
    strides = _in_elements(array.strides, array.itemsize)
    return HostTensor(address, dtype, name, array.shape, strides, CPU, array.flags.writeable)


def _read_weft(tensor: Any) -> HostTensor:
    return tensor.host


def _read_torch(tensor: Any) -> HostTensor:
    dtype, name = _dtype(tensor.dtype)
    device = tensor.device
    place = CPU if device.type == "cpu" else (device.type, device.index or 0)
    return HostTensor(tensor.data_ptr(), dtype, name, tuple(tensor.shape), tensor.stride(), place, True)


def _read_cupy(array: Any) -> HostTensor:
    dtype, name = _dtype(array.dtype)
    strides = _in_elements(array.strides, array.itemsize)
    return HostTensor(array.data.ptr, dtype, name, array.shape, strides, ("cuda", array.device.id), True)


def _read_cuda_interface(value: Any) -> HostTensor:
    return _from_interface(value, value.__cuda_array_interface__, ("cuda", -1))


def _read_array_interface(value: Any) -> HostTensor:
    return _from_interface(value, value.__array_interface__, CPU)


def _from_interface(value: Any, interface: dict[str, Any], place: tuple[str, int]) -> HostTensor:
    """Source: NumPy's "array interface protocol" and numba's "CUDA Array Interface (Version 3)"."""
    dtype, name = _dtype_of_typestr(interface["typestr"], str(getattr(value, "dtype", "")))
    itemsize_bytes = int(interface["typestr"][2:])
    address, is_read_only = interface["data"]
    shape = tuple(interface["shape"])
    strides_bytes = interface.get("strides")
    strides = row_major(shape) if strides_bytes is None else _in_elements(strides_bytes, itemsize_bytes)
    return HostTensor(address or 0, dtype, name, shape, strides, place, not is_read_only)


def _read_dlpack(value: Any) -> HostTensor:
    # Here since ctypes takes longer to import than the rest of this module, and few arrays come this way.
    from weft.host import dlpack

    found = dlpack.read(value)
    dtype, name = _dtype_of_name(found.dtype_name)
    strides = row_major(found.shape) if found.strides is None else found.strides
    return HostTensor(found.address, dtype, name, found.shape, strides, found.device, found.is_writable)


_PROTOCOLS: dict[str, Reader] = {
    "__cuda_array_interface__": _read_cuda_interface,
    "__array_interface__": _read_array_interface,
    "__dlpack__": _read_dlpack,
}


def row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides, in elements, of a tensor without gaps."""
    strides: list[int] = []
    step = 1
    for extent in reversed(shape):
        strides.append(step)
        step *= extent
    return tuple(reversed(strides))


def is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Whether the tensor is stored in row-major order without gaps; an axis of one element may have any stride."""
    if 0 in shape:
        return True
    expected = row_major(shape)
    return all(extent == 1 or a == b for extent, a, b in zip(shape, strides, expected, strict=True))


@lru_cache(maxsize=1024)
def _in_elements(strides_bytes: tuple[int, ...], itemsize_bytes: int) -> tuple[int, ...]:
    if any(stride % itemsize_bytes for stride in strides_bytes):
        raise StridesError(tuple(strides_bytes), itemsize_bytes)
    return tuple(stride // itemsize_bytes for stride in strides_bytes)


# `str` of a dtype takes microseconds.
@lru_cache(maxsize=256)
def _dtype(dtype: object) -> tuple[DType | None, str]:
    """Of a NumPy or PyTorch dtype: `float32`, `torch.float32`, `>f4` where the bytes are swapped."""
    return _dtype_of_name(str(dtype).rpartition(".")[2])


def _dtype_of_name(name: str) -> tuple[DType | None, str]:
    return BY_NAME.get(_NAMES.get(name, "")), name


_KINDS = {"f": "float", "i": "int", "u": "uint", "b": "bool"}


@lru_cache(maxsize=256)
def _dtype_of_typestr(typestr: str, name: str) -> tuple[DType | None, str]:
    """`<f4`. A dtype that the protocol does not know (bfloat16) comes as raw bytes; then the array's own `name` says."""
    order, kind, size = typestr[0], typestr[1], int(typestr[2:])
    if kind in "V" and name:
        return _dtype_of_name(name.rpartition(".")[2])
    if kind not in _KINDS or (order == ">" and size > 1):
        return None, typestr
    return _dtype_of_name("bool" if kind == "b" else f"{_KINDS[kind]}{size * 8}")


def _is_numpy_scalar(kind: type) -> bool:
    """NumPy's scalars have the array protocols too, and are numbers all the same."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and issubclass(kind, numpy.generic)
