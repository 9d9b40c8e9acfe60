"""What is wrong with a call or a kernel, and every word that is said of it: at the launch, and by `weft check` where the text
tells.

The GPU's own faults (no driver, one that is too old, no memory left) are in tests/backends/cuda/test_cuda_launch.py, where
another driver stands in.
"""

import runpy
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import weft
import weft.lint.findings
from annotations import read
from weft import KernelError, LaunchError, Tensor, f32
from weft.dims import M, N

HEADER = """
import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N
"""

ADD = """
@weft.kernel
def add(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, M]):
    i = weft.index(z)
    z[i] = x[i] + y[i]
"""

PLAIN = """
@weft.kernel
def plain(x: Tensor[f32, N]):
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    x[i] = 1

x = np.zeros(8, np.float32)
"""

# A call of one of the kernels above: what is said.
CALLS = {
    "add(np.zeros(8, np.float32), np.zeros(8, np.float32))": "launch-arguments: `z` is missing; `add(x, y, z)` takes 3 arguments: pass it",
    "add(1, 2, 3, 4)": "launch-arguments: 4 arguments were given; `add(x, y, z)` takes 3: drop the extra ones",
    "add(np.zeros(8, np.float32), np.zeros(8, np.float32), np.zeros(8))": (
        "launch-dtype: `z` has dtype f64; the kernel declares `f32`: convert it before the launch, or"
        " change the declaration"
    ),
    "add(np.zeros(8, np.float32), np.zeros(8, np.float32), np.zeros((8, 1), np.float32))": (
        "launch-rank: `z` has 2 axes; the kernel declares 1 axis: reshape it, or change the declaration"
    ),
    "add(np.zeros(8, np.float32), np.zeros(9, np.float32), np.zeros(8, np.float32))": (
        "launch-dims: `N` is 8 in `x.shape[0]` and 9 in `y.shape[0]`; a dimension has one value in a "
        "launch: pass tensors that agree, or give the parameter another dimension"
    ),
    "plain[1, 2048](x)": (
        "launch-threads: a block of 2048 threads is over the limit of 1024 threads per block of any "
        "CUDA GPU: use a smaller block and more blocks"
    ),
    "plain[1, (1, 1, 128)](x)": (
        "launch-block: block.z is 128, over the limit of 64 of any CUDA GPU: put the longest axis on "
        "x, or give each thread more to do"
    ),
    "plain[(1, 70_000), 32](x)": (
        "launch-grid: grid.y is 70,000, over the limit of 65,535 of any CUDA GPU: put the longest "
        "axis on x, or give each thread more to do"
    ),
    "plain(x)": (
        "launch-geometry-missing: `plain` has no domain, so its grid and block are not known: launch "
        "it as `plain[grid, block](...)`, or name its domain with `weft.index`"
    ),
}

# The body of a kernel of `x` and its index `i`, and what stands above the kernel: what is said.
BODIES = {
    ("tile = weft.shared(f32, (256, 256))\ntile[0, 0] = x[i]\nweft.barrier()\nx[i] = tile[0, 0]", ""): (
        "shared-memory: the kernel uses 262,144 bytes of shared memory (`tile` 262,144); a block of "
        "the largest CUDA GPU has 232,448: use smaller tiles or a narrower dtype"
    ),
    ("try:\n    x[i] = 1\nexcept ValueError:\n    x[i] = 2", ""): (
        "unsupported: `try` cannot be used in a kernel: a kernel raises nothing; test the condition with `if`"
    ),
    (
        "with open('a'):\n    x[i] = 1",
        "",
    ): "unsupported: `with` cannot be used in a kernel: kernels have no contexts; drop it",
    (
        "values = [1, 2]\nx[i] = 1",
        "",
    ): "unsupported: a list cannot be used in a kernel: use a tuple, or `weft.shared` for memory",
    (
        "values = {1: 2}\nx[i] = 1",
        "",
    ): "unsupported: a dict cannot be used in a kernel: use module-level constants",
    ("x[i] = sum(k for k in range(3))", ""): (
        "unsupported: a generator expression cannot be used in a kernel: write a `for` loop over `range`"
    ),
    (
        "f = lambda v: v\nx[i] = 1",
        "",
    ): "unsupported: a lambda cannot be used in a kernel: write a `@weft.function`",
    ("text = f'{i}'\nx[i] = 1", ""): (
        "unsupported: an f-string outside of `print` and `assert` cannot be used in a kernel: kernels"
        " have no text; compute with numbers"
    ),
    ("yield x[i]", ""): "unsupported: `yield` cannot be used in a kernel: write results to a tensor",
    ("def inner(v):\n    return v\nx[i] = 1", ""): (
        "unsupported: a function of its own cannot be used in a kernel: define a `@weft.function` at "
        "the top of the file"
    ),
    (
        "class A:\n    pass\nx[i] = 1",
        "",
    ): "unsupported: a class cannot be used in a kernel: use scalars and tensors",
    (
        "global total\nx[i] = 1",
        "",
    ): "unsupported: `global` cannot be used in a kernel: write results to a tensor",
    ("raise ValueError", ""): "unsupported: `raise` cannot be used in a kernel: `assert` the condition",
    ("v = x[i]\ndel v", ""): "unsupported: `del` cannot be used in a kernel: drop it",
    (
        "match i:\n    case 0:\n        x[i] = 1",
        "",
    ): "unsupported: `match` cannot be used in a kernel: use `if` and `elif`",
    (
        "import math\nx[i] = 1",
        "",
    ): "unsupported: `import` cannot be used in a kernel: import at the top of the file",
    ("x[i] = (v := 1)", ""): "unsupported: `:=` cannot be used in a kernel: assign on a line of its own",
    ("for v in x:\n    x[i] = v", ""): (
        "unsupported: a `for` over Tensor f32 (N,) global cannot be used in a kernel: loop over "
        "`range(...)` and index, or over a tuple, which is written out"
    ),
    ("for v in range(3):\n    x[i] = v\nelse:\n    x[i] = 1", ""): (
        "unsupported: `else` after a loop cannot be used in a kernel: set a flag in the loop and test"
        " it after"
    ),
    (
        "v = (*(1, 2), 3)\nx[i] = v[0]",
        "",
    ): "unsupported: a starred expression cannot be used in a kernel: write the items out",
    ("x[i] = VALUES[0]", "VALUES = [1, 2]"): (
        "mutable-global: `VALUES` is of type `list`, which may change after the kernel is compiled: "
        "make it a tuple or a number, or pass it as a parameter"
    ),
    (
        "x[i] = fact(3)",
        "@weft.function\ndef fact(n):\n    return n * fact(n - 1)",
    ): "recursion: `fact` calls itself, and device code has no stack for that: write a loop",
    ("other(x)", "@weft.kernel\ndef other(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = 1"): (
        "kernel-in-kernel: `other` is a kernel, and a kernel cannot launch another: make it a "
        "`@weft.function`, or launch both from the host"
    ),
    (
        "x[i] = x.shpe[0]",
        "",
    ): "unknown-attribute: Tensor f32 (N,) global has no `shpe`: did you mean `shape`?",
    ("weft.barier()", ""): "unknown-attribute: module weft has no `barier`: did you mean `barrier`?",
    ("x[i] = scael", ""): "unknown-name: `scael` is not defined: define it before the kernel, or import it",
    (
        "t = weft.local(f32, 4)\nt[4] = 1\nx[i] = t[0]",
        "",
    ): "out-of-bounds: index 4 is outside of axis 0 of `t`, which has 4: use 0 to 3",
    ("assert 3 > 4, 'three is less'\nx[i] = 1", ""): "assertion: the assertion is wrong: three is less",
}


def said_by_the_launch(path: Path) -> str:
    with pytest.raises((LaunchError, KernelError)) as caught:
        runpy.run_path(str(path))
    error = caught.value
    assert error.filename == str(path)
    return f"{error.code}: {error.diagnostic.message}"


def said_by_the_linter(path: Path) -> set[str]:
    findings = weft.lint.findings.check(read(path.read_text(encoding="utf-8"), str(path)))
    return {f"{found.code}: {found.message}" for found in findings if found.severity != "information"}


@pytest.mark.parametrize("call", CALLS)
def test_calls(call: str, tmp_path: Path):
    path = tmp_path / "case.py"
    kernel = ADD if call.startswith("add") else PLAIN
    path.write_text(f"{HEADER}{kernel}\n{call}\n", encoding="utf-8")
    assert said_by_the_launch(path) == CALLS[call]
    assert said_by_the_linter(path) == {CALLS[call]}


@pytest.mark.parametrize(("body", "above"), BODIES)
def test_kernels(body: str, above: str, tmp_path: Path):
    path = tmp_path / "case.py"
    path.write_text(
        f"{HEADER}\n{above}\n\n@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n"
        f"{textwrap.indent(body, '    ')}\n\nk(np.zeros(8, np.float32))\n",
        encoding="utf-8",
    )
    assert said_by_the_launch(path) == BODIES[body, above]
    assert said_by_the_linter(path) == {BODIES[body, above]}


@weft.kernel
def add(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, M]):
    i = weft.index(z)
    z[i] = x[i] + y[i]


@weft.kernel
def positive(x: Tensor[f32, N]):
    i = weft.index(x)
    assert x[i] > 0, f"element {i} is {x[i]}"


@weft.kernel(contiguous=True)
def in_rows(x: Tensor[f32, M, N]):
    i, j = weft.index(x)
    x[i, j] = 1


@weft.kernel(check_bounds=True)
def shifted(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[i + 1]


def zeros(size: int = 8) -> np.ndarray:
    return np.zeros(size, np.float32)


def frozen() -> np.ndarray:
    array = zeros()
    array.flags.writeable = False
    return array


SAME = zeros()


@dataclass
class Place:
    """A device as PyTorch names it."""

    type: str
    index: int = 0


class Foreign:
    """A tensor of another library, read as PyTorch's are."""

    shape, dtype = (8,), "float32"

    def __init__(self, place: str, address: int) -> None:
        self.device, self.address = Place(place), address

    def data_ptr(self) -> int:
        return self.address

    def stride(self) -> tuple[int, ...]:
        return (1,)


# What only a launch can know.
AT_LAUNCH = {
    "a GPU's tensor beside one of the host": (
        lambda: add(zeros(), Foreign("cuda", 4096), zeros()),
        "launch-device: `x` is in host memory and `y` in GPU 0; the tensors of a launch are in one place: move one of them",
    ),
    "a tensor that was freed or resized": (
        lambda: add(zeros(), Foreign("cpu", 0), zeros()),
        (
            "launch-memory: `y` has elements and no memory: it was freed, or its storage was resized; launch before that, or "
            "make it again"
        ),
    ),
    "a read-only array": (
        lambda: add(zeros(), zeros(), frozen()),
        "launch-read-only: `z` is read-only and the kernel writes to it: pass a writable tensor, or a copy",
    ),
    "a tensor with gaps for a kernel that takes none": (
        lambda: in_rows(zeros(12).reshape(3, 4)[:, ::2]),
        (
            "launch-contiguous: `x` of shape (3, 2) has the strides (4, 2), and `in_rows` takes tensors in row-major order "
            "without gaps: pass a copy, or drop `contiguous=True`"
        ),
    ),
    "a turned tensor for a kernel that takes rows": (
        lambda: in_rows(zeros(12).reshape(3, 4).T),
        (
            "launch-contiguous: `x` of shape (4, 3) has the strides (1, 4), and `in_rows` takes tensors in row-major order "
            "without gaps: pass a copy, or drop `contiguous=True`"
        ),
    ),
    "another view of what is written": (
        lambda: add(SAME[:4], zeros(4), SAME[2:6]),
        (
            "launch-overlap: `z`, which the kernel writes to, shares memory with `x` and is another view of it, so the result "
            "would depend on the order of threads: pass the same view for both, or a copy"
        ),
    ),
    "no tensor": (
        lambda: add(zeros(), zeros(), [1, 2]),
        (
            "launch-dtype: `z` is of type `list`; the kernel declares a tensor of `f32` with 1 axis: pass a NumPy array or a "
            "tensor with DLPack or `__cuda_array_interface__`"
        ),
    ),
    "an assertion": (
        lambda: positive(zeros()),
        "assertion: `positive`: element 0 is 0.0 (thread (0, 0, 0) of block (0, 0, 0))",
    ),
    "an index outside of a tensor": (
        lambda: shifted(zeros(), zeros()),
        "assertion: `shifted`: index 8 of `x` is outside of an extent of 8 (thread (7, 0, 0) of block (0, 0, 0))",
    ),
}


def test_a_kernel_that_takes_rows_takes_rows():
    x = zeros(12).reshape(3, 4)
    for view in (x, x[1:], x[:, :0], x[:1, ::1]):
        in_rows(view)
    assert (x == 1).all()


@pytest.mark.parametrize("what", AT_LAUNCH)
def test_launches(what: str):
    launch, wanted = AT_LAUNCH[what]
    with pytest.raises((LaunchError, KernelError)) as caught:
        launch()
    assert f"{caught.value.code}: {caught.value.diagnostic.message}" == wanted
