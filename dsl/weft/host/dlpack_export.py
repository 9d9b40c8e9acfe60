"""Give a tensor of Weft to other libraries through DLPack.

Source: dlpack.h of DLPack 1.0, and "Python Specification for DLPack".
"""

import ctypes
from typing import Any

from weft.host.device_tensor import DeviceTensor
from weft.host.dlpack import Tensor

_CODES = {"int": 0, "uint": 1, "float": 2, "bool": 6}
_BFLOAT, _CUDA = 4, 2
_NAME = b"dltensor"

_Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Destructor = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Managed(ctypes.Structure):
    """`DLManagedTensor`."""

    _fields_ = (("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", _Deleter))


# What was given away, by address, until who took it says that it is done.
_GIVEN: dict[int, tuple[DeviceTensor, _Managed, Any]] = {}


def capsule_of(tensor: DeviceTensor) -> object:
    """A capsule whose memory lives as long as its taker wants it."""
    axes = len(tensor.shape)
    sizes = (ctypes.c_int64 * (2 * axes))(*tensor.shape, *tensor.host.strides)
    shape = ctypes.cast(sizes, ctypes.POINTER(ctypes.c_int64))
    strides = ctypes.cast(ctypes.addressof(sizes) + 8 * axes, ctypes.POINTER(ctypes.c_int64))
    code = _BFLOAT if tensor.dtype.name == "bf16" else _CODES[tensor.dtype.kind]
    place = (_CUDA, tensor.host.device[1])
    described = Tensor(tensor.host.address, *place, axes, code, tensor.dtype.bits, 1, shape, strides, 0)
    managed = _Managed(described, None, _delete)
    address = ctypes.addressof(managed)
    _GIVEN[address] = (tensor, managed, sizes)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, _NAME, ctypes.cast(_destroy, ctypes.c_void_p))


@_Deleter
def _delete(address: int) -> None:
    _GIVEN.pop(address, None)


@_Destructor
def _destroy(capsule: int) -> None:
    """A capsule goes away; who took what is in it has renamed it."""
    api = ctypes.PyDLL(None)
    if api.PyCapsule_IsValid(ctypes.c_void_p(capsule), _NAME):
        get = api.PyCapsule_GetPointer
        get.restype = ctypes.c_void_p
        _GIVEN.pop(get(ctypes.c_void_p(capsule), _NAME), None)
