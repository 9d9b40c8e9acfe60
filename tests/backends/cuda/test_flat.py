"""Flat Python as LLVM IR: what a loop, a branch and an expression do is what Python does. It runs on the CPU here."""

import ctypes
import textwrap
from typing import Any

import pytest
from building import dim, domain, index, kernel, load, op, store, tensor
from llvmlite import binding, ir
from weft.backends.cuda import memory
from weft.backends.cuda.compiler import emit, to_nvvm_ir
from weft.backends.cuda.conversions import definitions as conversions
from weft.backends.cuda.prelude import Settings
from weft.backends.llvm.definitions import Definition
from weft.backends.llvm.flat import new_function, write_function
from weft.backends.llvm.lines import Lines
from weft.errors import InternalError
from weft.model import fold
from weft.model.dtypes import F32, I32, I64
from weft.model.ir import Kernel
from weft.model.specialization import Specialization

MEANINGS = {
    **{name: made for name, made in memory.definitions(I64, has_tiles=False) if isinstance(made, Definition)},
    **dict(conversions()),
}
PLACES = 64

CASES = {
    "the least number": """
        store_i64(out, 0, n if n > 99 else -9223372036854775808)
    """,
    "rounds of a range": """
        for i in range(n):
            store_i64(out, i, i * i - 3)
    """,
    "a range from, to and by": """
        for i in range(3, n, 4):
            store_i64(out, i, i)
        for i in range(n, -1, -3):
            store_i64(out, i, -i)
        for i in range(n, 3):
            store_i64(out, 40, i)
    """,
    "a step that is known when it runs": """
        step = n - 8
        for i in range(n, 0, step):
            store_i64(out, i, 1)
        step = n - 13
        for i in range(n, 0, step):
            store_i64(out, i, step)
    """,
    "break and continue": """
        for i in range(n):
            if i == 3:
                continue
            for j in range(n):
                if j > i:
                    break
                store_i64(out, i, j + i * 16)
            if i >= 7:
                break
        else_ = i
        store_i64(out, 30, else_)
    """,
    "a loop's variable that is assigned": """
        for i in range(n):
            kept = i
            i = i + 100
            store_i64(out, kept, i)
    """,
    "while": """
        i = n
        total = 0
        while i > 0 and total < 20:
            total = total + i
            i = i - 1
            if i % 4 == 2:
                continue
            store_i64(out, i, total)
    """,
    "branches": """
        for i in range(n):
            if i < 2:
                x = 1
            elif i < 5 or i == 8:
                x = 2
            else:
                x = 3
            store_i64(out, i, x)
    """,
    "a side that is not looked at": """
        for i in range(n):
            if i > 0 and load_i64(out, i - 1) < 50:
                store_i64(out, i, load_i64(out, i - 1) + 20)
            if not (i < 5 or load_i64(out, i - 5) == 0):
                store_i64(out, i, 7)
            store_i64(out, i + 16, load_i64(out, i) if i % 2 == 0 else -1)
    """,
    "division towards minus infinity": """
        for i in range(-9, 9):
            store_i64(out, i + 9, i // 4 * 100 + i % 4)
    """,
    "bits": """
        for i in range(-4, n):
            store_i64(out, i + 4, (i << 3 ^ i & 6 | 1) + (i >> 1) + ~i)
    """,
    "narrow numbers wrap where it is said": """
        x = i32(2147483647)
        store_i64(out, 0, x + 1)
        store_i64(out, 1, i32(x + 1))
        store_i64(out, 2, i8(300) + u8(300))
    """,
    "floats": """
        x = 0.5
        for i in range(n):
            x = -x * 1.5 if x > 0.0 else x * x / 2.0
            store_i64(out, i, truncate(x * 1024.0))
    """,
}


def wrapped(bits: int, signed: bool):
    def wrap(value: int) -> int:
        low = value & ((1 << bits) - 1)
        return low - (1 << bits) if signed and low >> (bits - 1) else low

    return wrap


def of_python(text: str) -> list[int]:
    out = [0] * PLACES

    def write(base: int, at: int, value: int) -> None:
        out[at] = value

    def read(base: int, at: int) -> int:
        return out[at]

    names: dict[str, Any] = {
        "store_i64": write,
        "load_i64": read,
        "truncate": int,
        "i8": wrapped(8, True),
        "u8": wrapped(8, False),
        "i32": wrapped(32, True),
    }
    exec(text, names)  # noqa: S102
    names["k"](0, 12)
    return out


def _truncated(builder: Any, value: Any) -> Any:
    return builder.fptosi(value, ir.IntType(64))


def of_machine(text: str) -> list[int]:
    module = ir.Module("flat")
    meanings = {**MEANINGS, "truncate": Definition(I64, (None,), _truncated)}
    function = new_function(module, "k", [I64, I64])
    write_function(function, text, [I64, I64], meanings, Lines(module, "k.py", None))
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    parsed = binding.parse_assembly(str(module))
    parsed.verify()
    engine = binding.create_mcjit_compiler(
        parsed, binding.Target.from_default_triple().create_target_machine()
    )
    engine.finalize_object()
    out = (ctypes.c_int64 * PLACES)()
    ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)(engine.get_function_address("k"))(
        ctypes.addressof(out), 12
    )
    return list(out)


@pytest.mark.parametrize("case", CASES)
def test_what_python_does(case: str):
    text = "def k(out, n):\n" + textwrap.indent(textwrap.dedent(CASES[case]), "    ")
    assert of_machine(text) == of_python(text)


def unrolled(count: int) -> Kernel:
    n, i = dim("N"), index("i")
    x, y = tensor("x", F32, n), tensor("y", F32, n)
    body = [
        store(y, i, value=op("add", load(y, i), load(x, op("add", i, fold.const(at))))) for at in range(count)
    ]
    return kernel("unrolled", [x, y], domain({"i": n}, *body))


def test_code_grows_as_the_kernel_does():
    sizes = [len(_nvvm(unrolled(count)).splitlines()) for count in (0, 400, 800)]
    assert sizes[2] - sizes[1] <= (sizes[1] - sizes[0]) * 1.01


def _nvvm(of: Kernel) -> str:
    emitted = emit(of, Specialization(index_bits=32))
    return to_nvvm_ir(of, emitted, Settings(32, (9, 0)), with_lines=True)


def test_what_is_not_known_is_our_fault():
    module = ir.Module("flat")
    with pytest.raises(InternalError) as raised:
        write_function(
            new_function(module, "k", [I32]), "def k(n):\n    del n\n", [I32], {}, Lines(module, "k.py", None)
        )
    assert (
        str(raised.value)
        == "internal-code: generated code has a statement that is not known: del n: please report it"
    )
