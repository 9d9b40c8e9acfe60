"""What the machine code of a launch asks of Python and of the driver: addresses in one piece of memory."""

import os
import sys
from collections.abc import Callable
from ctypes import addressof, c_char_p, c_int, c_int64, c_void_p, cast, py_object, pythonapi, sizeof
from functools import cache
from typing import Any

from weft.backends.native import launch
from weft.backends.native.library import address_of
from weft.once import Once

_FUNCTIONS = {
    launch.ADD_REFERENCE: "Py_IncRef",
    launch.DROP_REFERENCE: "Py_DecRef",
    launch.TO_INTEGER: "PyLong_AsLongLong",
    launch.TO_DOUBLE: "PyFloat_AsDouble",
    launch.ERROR: "PyErr_Occurred",
    launch.CLEAR_ERROR: "PyErr_Clear",
    launch.GET_ATTRIBUTE: "PyObject_GetAttr",
    launch.IS_EQUAL: "PyObject_RichCompareBool",
    launch.CALL_OBJECT: "PyObject_CallNoArgs",
    launch.SAVE_THREAD: "PyEval_SaveThread",
    launch.RESTORE_THREAD: "PyEval_RestoreThread",
}
_OBJECTS = {launch.NONE: None, launch.NOT_IMPLEMENTED: NotImplemented, launch.TRUE: True}
_FASTCALL = 0x80


@Once
def words() -> Any:
    """The runtime's memory, as integers by place."""
    found = (c_int64 * launch.RUNTIME_WORDS)()
    for place, value in _OBJECTS.items():
        found[place] = id(value)
    for place, name in _FUNCTIONS.items():
        found[place] = cast(getattr(pythonapi, name), c_void_p).value or 0
    if hasattr(os, "register_at_fork"):
        # The pool that a child inherits has no workers.
        os.register_at_fork(after_in_child=_forget_pool)
    return found


def _forget_pool() -> None:
    words()[launch.POOL] = 0


@cache
def can_launch() -> bool:
    """Whether this Python keeps objects as the machine code expects: CPython with its lock, not a debug build."""
    if sys.implementation.name != "cpython" or os.name != "posix" or sizeof(c_void_p) != 8:
        return False
    if "t" in sys.abiflags or hasattr(sys, "gettotalrefcount"):
        return False
    probe = b"12345678"
    type_of = c_int64.from_address(id(probe) + 8).value
    content = c_int64.from_address(id(probe) + 32).value
    return type_of == id(bytes) and content == int.from_bytes(probe, sys.byteorder)


class _Definition:
    """`PyMethodDef`, which Python does not copy."""

    def __init__(self, name: bytes) -> None:
        self.name = c_char_p(name)
        pointer = cast(self.name, c_void_p).value or 0
        self.words = (c_int64 * 4)(pointer, address_of("weft_launch"), _FASTCALL, 0)


@Once
def _definition() -> _Definition:
    return _Definition(b"launch")


def function_of(table: int, owner: object) -> Callable[..., object]:
    """The function of Python that launches by the table at an address, which `owner` keeps alive."""
    new = pythonapi.PyCFunction_NewEx
    # The last is the function's module, for which any object will do.
    new.restype, new.argtypes = py_object, [c_void_p, py_object, py_object]
    return new(addressof(_definition().words), table.to_bytes(8, sys.byteorder), owner)


def capsule_address(capsule: object, name: bytes) -> int | None:
    """What a capsule of this name points to; None where `capsule` is something else."""
    is_valid = pythonapi.PyCapsule_IsValid
    is_valid.restype, is_valid.argtypes = c_int, [py_object, c_char_p]
    if not is_valid(capsule, name):
        return None
    get = pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = c_void_p, [py_object, c_char_p]
    return get(capsule, name)
