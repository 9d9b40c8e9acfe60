"""Machine code in memory, ready to be called."""

import mmap
from collections.abc import Mapping
from ctypes import CDLL, addressof, c_char, c_int, c_size_t, c_void_p, cast
from functools import cache
from importlib import import_module
from struct import pack
from typing import Protocol

from weft.backends.native.flat_code import FlatCode, flattened
from weft.errors import InternalError, UnsupportedError, finding

# What is kept of compiled code; an object file only where it cannot be made flat.
Code = FlatCode | bytes


class Loaded(Protocol):
    """Code, which stays in memory as long as this lives."""

    def address_of(self, name: str, /) -> int: ...


def to_code(object_file: bytes) -> Code:
    """What to keep of an object file."""
    return flattened(object_file) or object_file


def load(code: Code, known: Mapping[str, int]) -> Loaded:
    """known: the addresses of functions that the code calls, beside those of C."""
    if isinstance(code, FlatCode):
        return _Flat(code, known)
    return import_module("weft.backends.native.machine").load_object(code, known)


class _Flat:
    def __init__(self, code: FlatCode, known: Mapping[str, int]) -> None:
        addresses = [known.get(name) or _c_function(name) for name in code.imported]
        memory = mmap.mmap(-1, len(code.code), prot=mmap.PROT_READ | mmap.PROT_WRITE)
        memory.write(code.code[: code.table] + pack(f"<{len(addresses)}Q", *addresses))
        # It keeps the memory, and knows where that is.
        self._first = c_char.from_buffer(memory)
        self._exported = code.exported
        _make_executable(addressof(self._first), len(code.code))

    def address_of(self, name: str) -> int:
        return addressof(self._first) + self._exported[name]


def _make_executable(address: int, size_bytes: int) -> None:
    protect = _c()["mprotect"]
    protect.argtypes, protect.restype = [c_void_p, c_size_t, c_int], c_int
    if protect(address, size_bytes, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
        raise UnsupportedError(
            finding(
                "executable-memory",
                "this system lets no program make machine code: allow it, or launch on a GPU",
            )
        )


def _c_function(name: str) -> int:
    try:
        function = _c()[name]
    except AttributeError:
        raise InternalError(
            finding("internal-function", f"compiled code needs `{name}`, which is not here: please report it")
        ) from None
    return cast(function, c_void_p).value or 0


@cache
def _c() -> CDLL:
    return CDLL(None)
