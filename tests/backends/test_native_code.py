"""Object files as flat code, and machine code in memory: the same function, whichever way it is loaded."""

import ctypes
import math
import platform
import sys
from collections.abc import Callable

import llvmlite.binding as llvm
import pytest
from weft.backends.native.flat_code import FlatCode, flattened
from weft.backends.native.machine import target_machine
from weft.backends.native.memory import Code, load, to_code
from weft.errors import InternalError

IS_FLAT = sys.platform == "linux" and platform.machine() == "x86_64"
only_flat = pytest.mark.skipif(not IS_FLAT, reason="code is flat on Linux with x86-64")

# It has a constant, calls a function of its own, one of C and one that whoever loads it knows.
FUNCTION = """
declare double @cos(double)
declare double @told(double)

define internal double @half(double %x) noinline optnone {
  %y = fmul double %x, 0.5
  ret double %y
}

define double @whole(double %x) {
  %a = call double @half(double %x)
  %b = call double @cos(double %a)
  %c = call double @told(double %b)
  %d = fadd double %c, 0.1
  ret double %d
}
"""
WITH_MEMORY = """
@count = global i64 7

define i64 @next() {
  %now = load i64, ptr @count
  %more = add i64 %now, 1
  store i64 %more, ptr @count
  ret i64 %more
}
"""
WITH_A_CALL_OF_NOBODY = """
declare void @nobody_has_this()

define void @calls() {
  call void @nobody_has_this()
  ret void
}
"""


def object_of(text: str) -> bytes:
    machine = target_machine()
    return machine.emit_object(llvm.parse_assembly(f'target triple = "{machine.triple}"\n{text}'))


@ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
def told(x: float) -> float:
    return x * 100


KNOWN = {"told": ctypes.cast(told, ctypes.c_void_p).value or 0}


@pytest.mark.parametrize("as_kept", [to_code, bytes])
def test_a_function_with_constants_and_calls(as_kept: Callable[[bytes], Code]):
    code = as_kept(object_of(FUNCTION))
    loaded = [load(code, KNOWN) for _ in range(3)]
    for one in loaded:
        function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(one.address_of("whole"))
        assert [function(x) for x in (0.0, 3.0)] == [math.cos(x / 2) * 100 + 0.1 for x in (0.0, 3.0)]
    assert len({one.address_of("whole") for one in loaded}) == 3


@only_flat
def test_what_calls_only_what_all_have_is_flat():
    found = flattened(object_of(FUNCTION))
    assert isinstance(found, FlatCode)
    assert (list(found.exported), sorted(found.imported)) == (["whole"], ["cos", "told"])


@pytest.mark.parametrize("as_kept", [to_code, bytes])
def test_code_with_memory_of_its_own_is_left_to_llvm(as_kept: Callable[[bytes], Code]):
    code = object_of(WITH_MEMORY)
    assert flattened(code) is None
    loaded = load(as_kept(code), {})
    function = ctypes.CFUNCTYPE(ctypes.c_int64)(loaded.address_of("next"))
    assert [function(), function()] == [8, 9]


@pytest.mark.parametrize("code", [b"", b"MZ" + b"\0" * 100, b"\x7fELF\x01\x01" + b"\0" * 100])
def test_an_object_of_another_kind(code: bytes):
    assert flattened(code) is None


@only_flat
def test_a_function_that_is_not_here():
    with pytest.raises(InternalError) as raised:
        load(to_code(object_of(WITH_A_CALL_OF_NOBODY)), {})
    assert str(raised.value) == (
        "internal-function: compiled code needs `nobody_has_this`, which is not here: please report it"
    )
