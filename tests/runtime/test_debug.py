"""`print`, `assert` and checked accesses, as they are written in kernels."""

import re
import subprocess
import sys
import textwrap

import ml_dtypes
import numpy as np
import pytest
import weft
from annotations import check
from weft import KernelError, Tensor, bf16, f16, f32, f64, i32, u32
from weft.backends import cuda
from weft.dims import M, N
from weft.kernel import ir_of
from weft.model.specialization import Specialization


@weft.kernel
def speak(n: i32, x: Tensor[f32, N]):
    i = weft.index(x)
    print("element", i, x[i], sep=": ")
    print(f"{i:3d}|{x[i]:7.2f}|{u32(n):x}|{n:<4}|{x[i] > 0} 100%", (i, N), end=";\n")


def test_print(capsys: pytest.CaptureFixture[str]):
    speak(-1, np.array([0.1, -2.5], np.float32))
    assert capsys.readouterr().out == (
        "element: 0: 0.1\n"
        "  0|   0.10|ffffffff|-1  |True 100% (0, 2);\n"
        "element: 1: -2.5\n"
        "  1|  -2.50|ffffffff|-1  |False 100% (1, 2);\n"
    )


NUMBERS = [0, -0.0, 3, -2, 0.1, 1e-5, 2.5e20, float("nan"), float("inf"), -float("inf")]


@weft.kernel
def floats(s: Tensor[f32, N], d: Tensor[f64, N], h: Tensor[f16, N], b: Tensor[bf16, N]):
    i = weft.index(s)
    print(s[i], d[i], f"{s[i]:8}|{s[i]:<8}|{s[i]:.2}", h[i], b[i])


@np.errstate(over="ignore")
def in_python(value: float) -> str:
    half = str(np.float16(value))
    # What bf16 makes of 2.5e20, in as few digits as tell it from its neighbours.
    return f"{value} {value} {value:8}|{value:<8}|{value:.2} {half} {value}"


@np.errstate(over="ignore")
def floats_of(numbers: list[float]) -> list[np.ndarray]:
    return [
        np.array(numbers, np.float64).astype(kind)
        for kind in (np.float32, np.float64, np.float16, ml_dtypes.bfloat16)
    ]


def test_floats_are_printed_as_python_does(capsys: pytest.CaptureFixture[str]):
    floats(*floats_of(NUMBERS))
    expected = [in_python(float(number)) for number in NUMBERS]
    assert capsys.readouterr().out.splitlines() == expected


@weft.kernel
def singles(x: Tensor[f32, N]):
    i = weft.index(x)
    print(x[i])


def test_each_float_has_its_own_text(capsys: pytest.CaptureFixture[str]):
    bits = np.random.default_rng(0).integers(0, 2**32, 500, dtype=np.uint32)
    x = bits.view(np.float32)
    x = np.concatenate([x[np.isfinite(x)], np.float32([16777216, 1 / 3, 1e7, 1e15, 3.4e38, 1e-45])])
    singles(x)
    texts = capsys.readouterr().out.splitlines()
    assert np.array_equal(np.array(texts, np.float32), x)
    # As many digits as NumPy writes, and Python's form.
    assert [float(text) for text in texts] == [float(str(one)) for one in x]
    assert texts == [repr(float(text)) for text in texts]


@weft.kernel
def positive(x: Tensor[f32, M, N]):
    row, col = weft.index(x)
    assert x[row, col] > 0, f"element ({row}, {col}) is {x[row, col]:.1f}"
    x[row, col] = 1


def failure(kernel: weft.Kernel, *arguments: object) -> tuple[str, str]:
    """The words of the error, and the source line that it names."""
    with pytest.raises(KernelError) as raised:
        kernel(*arguments)
    error = raised.value
    assert error.filename == __file__
    with open(__file__, encoding="utf-8") as source:
        line = source.read().splitlines()[(error.line or 0) - 1]
    return f"{error.code}: {error.diagnostic.message}", line.strip()


def test_the_first_failure_is_raised_after_the_launch():
    x = np.ones((300, 500), np.float32)
    x[200, 3] = x[17, 400] = -2
    words, line = failure(positive, x)
    assert words.startswith("assertion: `positive`: element (17, 400) is -2.0 (thread (")
    assert line.startswith("assert x[row, col] > 0")
    assert (x == 1).all()


def test_no_failure_is_no_error():
    positive(np.ones((3, 5), np.float32))


@weft.kernel
def in_order(x: Tensor[f32, N]):
    i = weft.index(x, block=64)
    assert x[i] == 0


def test_thread_and_block():
    x = np.zeros(200, np.float32)
    x[130] = x[199] = 1
    words, _ = failure(in_order, x)
    assert words == "assertion: `in_order`: x[i] == 0 (thread (2, 0, 0) of block (2, 0, 0))"


@weft.kernel(debug=False)
def silent(x: Tensor[f32, N]):
    i = weft.index(x)
    print(i)
    assert x[i] > 0
    x[i] = 1


def test_without_debug_nothing_is_said(capsys: pytest.CaptureFixture[str]):
    x = np.zeros(3, np.float32)
    silent(x)
    assert x.tolist() == [1, 1, 1]
    assert capsys.readouterr().out == ""


@weft.kernel(check_bounds=True)
def shifted(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[i + 1] if i < 5 else x[i - 3]


def test_checked_accesses():
    x, y = np.arange(6, dtype=np.float32), np.zeros(6, np.float32)
    shifted(x, y)
    assert y.tolist() == [1, 2, 3, 4, 5, 2]
    words, line = failure(shifted, x[:4], y[:4])
    assert words == (
        "assertion: `shifted`: index 4 of `x` is outside of an extent of 4 (thread (3, 0, 0) of block (0, 0, 0))"
    )
    assert line == "y[i] = x[i + 1] if i < 5 else x[i - 3]"


@weft.kernel(check_bounds=True)
def scattered(at: Tensor[i32, N], y: Tensor[f32, N]):
    i = weft.index(at)
    weft.barrier()
    y[at[i]] = 1
    weft.atomic_add(y, at[i], 1)


def test_checked_writes_and_atomics():
    scattered(np.arange(5, dtype=np.int32), y := np.zeros(5, np.float32))
    assert y.tolist() == [2] * 5
    words, _ = failure(scattered, np.array([0, 1, -7], np.int32), y[:3])
    assert words == (
        "assertion: `scattered`: index -7 of `y` is negative (thread (2, 0, 0) of block (0, 0, 0))"
    )


def test_all_kernels_are_checked_by_an_environment_variable(tmp_path):
    program = textwrap.dedent("""
        import numpy as np
        import weft
        from weft import Tensor, f32
        from weft.dims import N

        @weft.kernel
        def beyond(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = x[i + 1]

        beyond(np.zeros(3, np.float32), np.zeros(3, np.float32))
    """)
    path = tmp_path / "program.py"
    path.write_text(program)
    command, environment = [sys.executable, str(path)], {"WEFT_CACHE_DIR": str(tmp_path)}
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    environment["WEFT_CHECK_BOUNDS"] = "1"
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert "index 3 of `x` is outside of an extent of 3" in done.stderr


def test_gpus_say_it_themselves():
    specialization = Specialization(frozenset("x"), (), 32)
    compiled = cuda.compile(ir_of(positive), specialization, "sm_90")
    assert "vprintf" in compiled.ptx and "__assertfail" in compiled.ptx
    assert compiled.registers > 0
    assert cuda.compile(ir_of(silent), specialization, "sm_90").ptx.count("call") == 0


@weft.kernel
def timed(x: Tensor[f32, N], cycles: Tensor[i32, N]):
    i = weft.index(x)
    start = weft.clock()
    for _ in range(100):
        x[i] = weft.sin(x[i])
    cycles[i] = weft.clock() - start


def test_clock():
    timed(np.ones(4, np.float32), cycles := np.zeros(4, np.int32))
    assert (cycles > 100).all()
    ptx = cuda.compile(ir_of(timed), Specialization(frozenset(("x", "cycles")), (), 32), "sm_90").ptx
    assert ptx.count("%clock64") == 2


def test_what_they_take():
    check("""
        TILE = 12

        @weft.kernel
        def k(n: i32, x: Tensor[f32, N]):
            i = weft.index(x)
            assert TILE % 8 == 0, "a tile is a multiple of 8"
                 # ^^^^^^^^^^^^^ assertion: the assertion is wrong: a tile is a multiple of 8
            assert n > 0, "positive"
            print("x", x)
                     # ^ call-arguments: a kernel prints numbers and texts; found Tensor f32 (N,) global: index the tensor, or print its shape
            print(f"{n:.3f} {x[i]:d}")
                           # ^^^^ print-format: a number cannot be written as `d` in a kernel: write width, precision and one of `d`, `x`, `o` for integers, `f`, `e`, `g` for floats, as in `{x:8.3f}`
            print(n, file=None)
          # ^^^^^^^^^^^^^^^^^^^ call-arguments: `print` in a kernel takes `sep` and `end`, each a text: drop the others
            y = f"{n}"
              # ^^^^^^ unsupported: an f-string outside of `print` and `assert` cannot be used in a kernel: kernels have no text; compute with numbers
    """)


@pytest.mark.parametrize("kernel", [floats, singles, speak, positive], ids=lambda kernel: kernel.__name__)
def test_what_is_said_compiles_for_a_gpu(kernel: weft.Kernel):
    """Without one: NVIDIA's compiler knows few of LLVM's functions."""
    assert "vprintf" in kernel.inspect(target="sm_90")["ptx"].text


ON_A_GPU = """
import sys
import cupy
import weft
from weft import Tensor, f32
from weft.dims import N

@weft.kernel
def speak(x: Tensor[f32, N]):
    i = weft.index(x, block=32)
    print(f"{i}: {x[i]:.2f}|{x[i]}|{x[i]:6}|{x[i]:<6}|{x[i] > 0}", 1 / x[i])
    assert x[i] < 3, f"too large: {x[i]}"

speak(cupy.arange(int(sys.argv[1]), dtype=cupy.float32) / 2)
cupy.cuda.runtime.deviceSynchronize()
"""


@pytest.mark.gpu
@pytest.mark.parametrize(("count", "fails"), [(3, False), (40, True)])
def test_on_a_gpu(tmp_path, count: int, fails: bool):
    # A failed assertion ends the context, so each has a process of its own.
    path = tmp_path / "program.py"
    path.write_text(ON_A_GPU)
    command = [sys.executable, str(path), str(count)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode != 0) == fails
    if fails:
        assert re.search(
            r"program\.py:12: speak: block: \[\d,0,0\], thread: \[\d+,0,0\] Assertion `too large:",
            done.stderr,
        )
    else:
        assert sorted(done.stdout.splitlines()) == [
            "0: 0.00|0.0|   0.0|0     |False inf",
            "1: 0.50|0.5|   0.5|0.5   |True 2.0",
            "2: 1.00|1.0|   1.0|1     |True 1.0",
        ]
