"""Read a DLPack capsule in place: the data's address, type and strides, without taking it over.

Source: dlpack.h of DLPack 1.0.
"""

import ctypes
from typing import Any, NamedTuple

_CAPSULE = ctypes.pythonapi
_get_name = _CAPSULE.PyCapsule_GetName
_get_name.restype, _get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
_get_pointer = _CAPSULE.PyCapsule_GetPointer
_get_pointer.restype, _get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Found(NamedTuple):
    """strides: in elements, None for row-major."""

    address: int
    dtype_name: str
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None
    device: tuple[str, int]
    is_writable: bool


class Tensor(ctypes.Structure):
    """`DLTensor`."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


class _Versioned(ctypes.Structure):
    """`DLManagedTensorVersioned`; the unversioned one begins with its tensor."""

    _fields_ = (
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    )


_READ_ONLY = 1
# kDLCPU, kDLCUDA, kDLCUDAHost (pinned: a host address), kDLCUDAManaged.
_DEVICES = {1: "cpu", 2: "cuda", 3: "cpu", 13: "cuda"}
_CODES = {0: "int", 1: "uint", 2: "float", 4: "bfloat", 5: "complex", 6: "bool"}


def read(value: Any) -> Found:
    # A capsule that nobody consumes frees itself; the data lives on in `value`.
    capsule = _capsule(value)
    name = _get_name(capsule)
    pointer = _get_pointer(capsule, name)
    if name == b"dltensor_versioned":
        managed = ctypes.cast(pointer, ctypes.POINTER(_Versioned)).contents
        return _found(managed.tensor, not managed.flags & _READ_ONLY)
    return _found(ctypes.cast(pointer, ctypes.POINTER(Tensor)).contents, True)


def _capsule(value: Any) -> object:
    try:
        return value.__dlpack__(max_version=(1, 0))
    except TypeError:  # A maker older than DLPack 1.0.
        return value.__dlpack__()


def _found(tensor: Tensor, is_writable: bool) -> Found:
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = tuple(tensor.strides[: tensor.ndim]) if tensor.strides else None
    kind = _DEVICES.get(tensor.device_type, f"DLPack device {tensor.device_type}")
    device = (kind, 0 if kind == "cpu" else tensor.device_id)
    address = (tensor.data or 0) + tensor.byte_offset
    return Found(address, _dtype_name(tensor), shape, strides, device, is_writable)


def _dtype_name(tensor: Tensor) -> str:
    code = _CODES.get(tensor.code, f"DLPack code {tensor.code} of ")
    name = "bool" if code == "bool" else f"{code}{tensor.bits}"
    return name if tensor.lanes == 1 else f"{name}x{tensor.lanes}"
