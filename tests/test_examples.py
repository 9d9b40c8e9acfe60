"""The examples: clean, right, and the mistakes wrong in the same words everywhere."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import numpy as np
import pytest
import weft
import weft.lint.findings
from annotations import expected, found, read
from weft.backends import cuda
from weft.errors import KernelError, LaunchError, UnsupportedError
from weft.kernel import ir_of
from weft.model.ir import TensorParameter, has_barrier
from weft.model.specialization import Specialization
from weft.model.specialize import specialize

EXAMPLES = Path(__file__).parents[1] / "examples"
MISTAKES = EXAMPLES / "mistakes.py"
# What an example says of its cost, where it is not written to be fast.
COSTS: dict[str, tuple[str, ...]] = {}
RIGHT = [
    *sorted(path for path in EXAMPLES.glob("*.py") if path != MISTAKES),
    *sorted((EXAMPLES / "puzzles").glob("*.py")),
]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_examples_have_no_findings(path: Path):
    model = read(path.read_text(), str(path))
    findings = weft.lint.findings.check(model)
    assert [finding for finding in findings if finding.severity != "information"] == []
    costs = tuple(finding.code for finding in findings)
    assert costs == COSTS.get(path.stem, ())
    assert all(kernel.ir is not None for _, kernel in model.kernels() if kernel.is_kernel)


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_examples_agree_with_numpy(path: Path):
    # Each checks itself against NumPy and fails if it is wrong.
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "NumPy" in done.stdout


def test_mistakes_have_exactly_the_expected_findings():
    text = MISTAKES.read_text()
    assert found(read(text, str(MISTAKES))) == expected(text)
    assert len(expected(text)) >= 20


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def words_by_function() -> dict[str, list[str]]:
    """What the text says of each function of the file."""
    text = MISTAKES.read_text()
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: [
            finding.words
            for finding in expected(text)
            if node.lineno - 1 <= finding.line < (node.end_lineno or 0)
        ]
        for node in functions
    }


WRONG_KERNELS = [name for name, words in words_by_function().items() if words and name != "launches"]
# A fault of a device function is told there; what can be launched is a kernel that calls it.
LAUNCHED_FOR = {"power": "recursive"}


@pytest.mark.parametrize("name", WRONG_KERNELS)
def test_launching_a_wrong_kernel_says_the_same(name: str):
    launched = LAUNCHED_FOR.get(name, name)
    kernel = getattr(load(MISTAKES), launched)
    vector, matrix = np.ones(64, np.float32), np.ones((64, 64), np.float32)
    shapes = {"unknown_attribute": (matrix, vector), "wrong_rank": (matrix, vector)}
    arguments = shapes.get(name, (vector, vector) if len(ast_parameters(launched)) == 2 else (vector,))
    with pytest.raises(KernelError) as raised:
        kernel(*arguments)
    assert f"{raised.value.code}: {raised.value.diagnostic.message}" == words_by_function()[name][0]


def ast_parameters(name: str) -> list[str]:
    functions = {
        node.name: node for node in ast.parse(MISTAKES.read_text()).body if isinstance(node, ast.FunctionDef)
    }
    return [argument.arg for argument in functions[name].args.args]


def wrong_launches() -> list[tuple[str, str]]:
    """The calls in `launches`, each with what the text says of it first."""
    text = MISTAKES.read_text()
    function = next(
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "launches"
    )
    calls = [node for node in function.body if isinstance(node, ast.Expr)]
    return [
        (
            ast.unparse(call),
            next(finding.words for finding in expected(text) if finding.line == call.lineno - 1),
        )
        for call in calls
    ]


@pytest.mark.parametrize(("call", "words"), wrong_launches())
def test_a_wrong_launch_says_the_same(call: str, words: str):
    names = vars(load(MISTAKES)) | {"x": np.ones(4096, np.float32), "y": np.zeros(4096, np.float32)}
    with pytest.raises(LaunchError) as raised:
        FunctionType(compile(call, "<launch>", "exec"), names)()
    assert f"{raised.value.code}: {raised.value.diagnostic.message}" == words
    assert (names["y"] == 0).all()


def _is_shown(path: Path, name: str) -> bool:
    """A puzzle has one kernel, another example one of its own name."""
    return path.parent.name == "puzzles" or name == path.stem


@pytest.mark.parametrize("arch", ["sm_80", "sm_90"])
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_examples_compile_for_gpus_without_one(path: Path, arch: str):
    module = load(path)
    (kernel,) = {
        ir_of(value)
        for name, value in vars(module).items()
        if isinstance(value, weft.Kernel) and _is_shown(path, name)
    }
    tensors = [parameter.name for parameter in kernel.parameters if isinstance(parameter, TensorParameter)]
    specialization = Specialization(contiguous=frozenset(tensors), index_bits=32)
    if kernel.cluster is not None and arch == "sm_80":
        with pytest.raises(UnsupportedError, match="a cluster of blocks needs compute capability"):
            cuda.compile(kernel, specialization, arch)
        return
    compiled = cuda.compile(specialize(kernel, specialization), specialization, arch)
    assert compiled.cubin[:4] == b"\x7fELF"
    # Each array starts at a multiple of 16 bytes.
    sizes = [(array.size or 0) * array.dtype.itemsize_bytes for array in kernel.shared]
    shared_bytes = sum(-(-size // 16) * 16 for size in sizes[:-1]) + sum(sizes[-1:])
    assert (compiled.shared_bytes, compiled.spill_bytes) == (shared_bytes, 0)
    barriers = ("bar.sync", "barrier.sync", "barrier.cluster")
    assert any(barrier in compiled.ptx for barrier in barriers) == has_barrier(kernel.body)
