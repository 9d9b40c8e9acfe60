"""Which tensors machine code can read, and what it must find in them."""

import sys
from ctypes import PYFUNCTYPE, addressof, c_int, c_int32, c_int64, c_uint32, c_void_p, py_object
from functools import lru_cache
from typing import Any

from weft.backends.native import cupy_places, launch
from weft.backends.native.runtime import capsule_address
from weft.host.device_tensor import DeviceTensor
from weft.records import record


@record
class Known:
    """What the record of a tensor says. sizes: words, or the objects of `launch.read_attributes`. kept: what addresses
    among the numbers belong to."""

    kind: int
    axes: int
    sizes: tuple[int, ...]
    dtype: int = 0
    place: int = 0
    reader: int = 0
    objects: tuple[object, ...] = ()
    kept: tuple[object, ...] = ()


@record
class Stream:
    """Where the current stream is asked for. source: the address of a function or of an object. owner: keeps it."""

    kind: int = launch.LEGACY
    source: int = 0
    name: str = ""
    owner: object = None


def known(value: object) -> Known | None:
    """None where machine code cannot read the tensor."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _numpy(value)
    if isinstance(value, DeviceTensor):
        names = ("memory", "address", "facts", value.facts)
        return Known(launch.ATTRIBUTES, 1, (), objects=tuple(map(_interned, names)))
    functions = exchange(type(value))
    if functions is not None:
        return _exchanged(value, functions)
    return _cupy(value) if type(value).__module__.partition(".")[0] == "cupy" else None


def stream(value: object) -> Stream | None:
    """The stream of the library that made a GPU's tensor; None where machine code cannot ask for it."""
    if isinstance(value, DeviceTensor):
        return Stream()
    functions = exchange(type(value))
    if functions is not None:
        return Stream(launch.EXCHANGED, functions.stream) if functions.stream else Stream()
    module = type(value).__module__.partition(".")[0]
    if module == "cupy":
        asked = sys.modules["cupy"].cuda.get_current_stream
        return Stream(launch.OBJECT, id(asked), "ptr", asked)
    return None


@record
class Exchange:
    """The addresses of a type's functions: read a tensor, tell the current stream (0 for none)."""

    read: int
    stream: int


_VERSION = 1
# The places of `dltensor_from_py_object_no_sync` and `current_work_stream` in `DLPackExchangeAPI` of DLPack 1.3.
_READ, _STREAM = 5, 6


@lru_cache(maxsize=256)
def exchange(kind: type) -> Exchange | None:
    """The functions of DLPack that a type has."""
    capsule = getattr(kind, "__dlpack_c_exchange_api__", None)
    address = None if capsule is None else capsule_address(capsule, b"dlpack_exchange_api")
    if not address or c_uint32.from_address(address).value != _VERSION:
        return None
    words = (c_int64 * (_STREAM + 1)).from_address(address)
    return Exchange(words[_READ], words[_STREAM]) if words[_READ] else None


def _numpy(array: Any) -> Known | None:
    address = id(array)
    axes = c_int32.from_address(address + 24).value
    words = (c_int64 * 8).from_address(address)
    # The places are NumPy's, and are believed only as far as they give what NumPy says.
    if axes != array.ndim or words[2] != array.__array_interface__["data"][0] or words[7] != id(array.dtype):
        return None
    sizes = tuple((c_int64 * axes).from_address(words[4])) if axes else ()
    strides = tuple((c_int64 * axes).from_address(words[5])) if axes else ()
    if sizes != array.shape or strides != array.strides:
        return None
    dtype, place = (c_int32.from_address(words[7] + offset).value for offset in (28, 24))
    return Known(launch.NUMPY, axes, (*sizes, *strides), dtype, place)


def _exchanged(value: object, functions: Exchange) -> Known | None:
    found = (c_int64 * 6)()
    read = PYFUNCTYPE(c_int, py_object, c_void_p)(functions.read)
    try:
        if read(value, addressof(found)) != 0 or not found[4]:
            return None
    except Exception:  # noqa: BLE001 - whatever a library raises here, the tensor is read in another way
        return None
    axes, dtype = (c_int32.from_address(addressof(found) + offset).value for offset in (16, 20))
    sizes = (
        (*(c_int64 * axes).from_address(found[3]), *(c_int64 * axes).from_address(found[4])) if axes else ()
    )
    return Known(launch.EXCHANGE, axes, sizes, dtype, found[1], functions.read)


def _interned(part: object) -> object:
    return sys.intern(part) if isinstance(part, str) else part


def _cupy(array: Any) -> Known:
    return _seen_cupy(array) or _asked_cupy(array)


def _seen_cupy(array: Any) -> Known | None:
    cupy = sys.modules["cupy"]
    found = cupy_places.places(cupy) if type(array) is cupy.ndarray else None
    if found is None:
        return None
    said = cupy_places.Seen(array.data.ptr, array.data.device_id, id(array.dtype), array.shape, array.strides)
    if cupy_places.see(array, found) != said:
        return None
    words = cupy_places.as_words(found)
    sizes, kept = (*said.shape, *said.strides), (words, array.dtype)
    return Known(launch.CUPY, array.ndim, sizes, said.dtype, said.device, addressof(words), kept=kept)


def _asked_cupy(array: Any) -> Known:
    pairs = {"shape": array.shape, "strides": array.strides, "dtype": array.dtype, "device": array.device}
    objects = tuple(part for name, value in pairs.items() for part in (sys.intern(name), value))
    return Known(launch.ATTRIBUTES, len(pairs), (), objects=(sys.intern("data"), sys.intern("ptr"), *objects))
