"""Where CuPy's arrays keep what a launch asks: the places in the C structures of two of its classes.

CuPy says nowhere how they lie, and asking by attributes costs more than the launch itself. So an array whose numbers
nobody else has is made (of no memory: nothing is allocated, no GPU is needed), and its structure is searched for them.
What is found for a tensor is still compared with what its attributes say, in `recognise.py`.
"""

from collections.abc import Iterable
from ctypes import Array, addressof, c_int32, c_int64
from functools import cache
from typing import Any

from weft.records import record

_ADDRESS, _DEVICE = 0x12345678900, 77
_SHAPE, _STRIDES, _ITEMSIZE_BYTES = (3, 5, 7), (1120, 204, 28), 4


@record
class Places:
    """shape, strides: a vector of C++ (its beginning and its end); dtype, data: an object; all as words of the array.
    address: a word of what `data` is; device: bytes from its beginning."""

    shape: int
    strides: int
    dtype: int
    data: int
    address: int
    device: int


@record
class Seen:
    """What the structures of an array say. dtype: the address of the object."""

    address: int
    device: int
    dtype: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@cache
def places(cupy: Any) -> Places | None:
    """None where they cannot be told, as in a version that keeps them in another way."""
    memory = cupy.cuda.UnownedMemory(_ADDRESS, 1 << 20, None, _DEVICE)
    pointer = cupy.cuda.MemoryPointer(memory, 0)
    probe = cupy.ndarray(_SHAPE, "f4", memptr=pointer, strides=_STRIDES)
    words, inside = _words(probe), _words(probe.data)
    halves = (c_int32 * (len(inside) * 2)).from_address(addressof(inside))
    found = (
        _only(at for at in range(len(words) - 1) if _vector(words, at, len(_SHAPE)) == _SHAPE),
        _only(at for at in range(len(words) - 1) if _vector(words, at, len(_STRIDES)) == _STRIDES),
        _only(at for at, word in enumerate(words) if word == id(probe.dtype)),
        _only(at for at, word in enumerate(words) if word == id(probe.data)),
        _only(at for at, word in enumerate(inside) if word == _ADDRESS),
        _only(at * 4 for at, half in enumerate(halves) if half == _DEVICE),
    )
    return None if -1 in found else Places(*found)


@cache
def as_words(places: Places) -> "Array[c_int64]":
    """For machine code, in the order of the fields."""
    return (c_int64 * 6)(
        places.shape, places.strides, places.dtype, places.data, places.address, places.device
    )


def see(array: Any, places: Places) -> Seen:
    """array: of the very class `cupy.ndarray`."""
    words, inside = _words(array), _words(array.data)
    return Seen(
        inside[places.address],
        c_int32.from_address(addressof(inside) + places.device).value,
        words[places.dtype],
        _vector(words, places.shape, array.ndim),
        _vector(words, places.strides, array.ndim),
    )


def _words(value: object) -> Any:
    return (c_int64 * (type(value).__basicsize__ // 8)).from_address(id(value))


def _vector(words: Any, at: int, length: int) -> tuple[int, ...]:
    """The numbers of a vector that begins at a word; nothing where none of that length does."""
    begin, end = words[at], words[at + 1]
    is_vector = begin > 0 and begin % 8 == 0 and end - begin == length * 8
    return tuple((c_int64 * length).from_address(begin)) if is_vector else ()


def _only(found: Iterable[int]) -> int:
    """-1 where there is none, or more than one."""
    all_found = list(found)
    return all_found[0] if len(all_found) == 1 else -1
