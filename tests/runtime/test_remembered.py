"""What the front end said of a kernel, from one process to the next: used as long as everything is as it was."""

import importlib
import linecache
import subprocess
import sys
import textwrap
from pathlib import Path
from types import FunctionType, ModuleType
from typing import cast

import pytest
from weft.backends import cache
from weft.kernel import Kernel, ir_of
from weft.model.ir import Kernel as Ir
from weft.remembered import recall

KERNELS = """
import math
import weft
import sizes
from weft import Tensor, f32
from weft.dims import N

SCALE = 2.0

@weft.function
def scaled(value: f32) -> f32:
    return value * SCALE * sizes.WIDTH

@weft.kernel
def scale(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = scaled(x[i]) + math.pi

def adding(amount):
    @weft.kernel
    def add(x: Tensor[f32, N]):
        i = weft.index(x)
        x[i] = x[i] + amount
    return add
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "sizes.py").write_text("WIDTH = 3\n")
    (tmp_path / "remembered_kernels.py").write_text(KERNELS)
    return tmp_path


@pytest.fixture
def module(folder: Path) -> ModuleType:
    for name in ("sizes", "remembered_kernels"):
        sys.modules.pop(name, None)
    linecache.clearcache()
    return importlib.import_module("remembered_kernels")


def recalled(kernel: Kernel) -> Ir | None:
    return recall(cast("FunctionType", kernel.python_function))


def again(kernel: Kernel) -> Kernel:
    """The same function, read for the first time."""
    return Kernel(kernel.python_function)


def test_nothing_is_remembered_at_first(module: ModuleType):
    assert recalled(module.scale) is None


def test_what_was_read_is_remembered(module: ModuleType):
    made = ir_of(module.scale)
    assert recalled(module.scale) == made


def test_a_global_that_changes_is_read_anew(module: ModuleType):
    before = ir_of(module.scale)
    module.SCALE = 4.0
    assert recalled(module.scale) is None
    assert ir_of(again(module.scale)) != before
    module.SCALE = 2.0
    assert recalled(module.scale) == before


def test_an_equal_number_of_another_type_is_another_value(module: ModuleType):
    assert ir_of(module.scale) is not None
    module.SCALE = 2
    assert recalled(module.scale) is None


def test_an_attribute_of_a_module_that_changes_is_read_anew(module: ModuleType):
    assert ir_of(module.scale) is not None
    sys.modules["sizes"].WIDTH = 5  # type: ignore[attr-defined]
    assert recalled(module.scale) is None


def test_a_function_of_another_module_that_changes_is_read_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def imported(factor: int) -> Kernel:
        (folder / "device_code.py").write_text(
            f"import weft\nfrom weft import f32\n\n@weft.function\ndef scaled(v: f32) -> f32:\n    return v * {factor}\n"
        )
        for name in ("device_code", "calling"):
            sys.modules.pop(name, None)
        linecache.clearcache()
        importlib.invalidate_caches()
        return importlib.import_module("calling").scale

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (folder / "calling.py").write_text(
        "import weft\nfrom device_code import scaled\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n"
        "@weft.kernel\ndef scale(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = scaled(x[i])\n"
    )
    before = ir_of(imported(2))
    assert recalled(imported(2)) == before
    changed = imported(3)
    assert recalled(changed) is None
    assert ir_of(changed) != before


def test_a_name_that_is_gone_is_read_anew(module: ModuleType):
    assert ir_of(module.scale) is not None
    del module.scaled
    assert recalled(module.scale) is None


def test_kernels_of_one_text_are_told_apart_by_their_closures(module: ModuleType):
    one, two = module.adding(1.0), module.adding(2.0)
    assert ir_of(one) != ir_of(two)
    assert recalled(module.adding(1.0)) == ir_of(one)
    assert recalled(module.adding(2.0)) == ir_of(two)
    assert recalled(module.adding(3.0)) is None


def test_another_text_is_read_anew(module: ModuleType, folder: Path):
    assert ir_of(module.scale) is not None
    (folder / "remembered_kernels.py").write_text(KERNELS.replace("return value *", "return value +"))
    linecache.clearcache()
    assert recalled(module.scale) is None


def test_a_list_is_not_remembered(module: ModuleType):
    module.SCALE = [1.0]
    with pytest.raises(Exception, match="SCALE"):
        assert ir_of(module.scale)
    assert recalled(module.scale) is None


def test_a_file_that_is_no_reading_is_no_harm(module: ModuleType, monkeypatch: pytest.MonkeyPatch):
    made = ir_of(module.scale)
    monkeypatch.setattr(cache, "read", lambda name: b"\x80\x05not a pickle")
    assert recalled(module.scale) is None
    assert ir_of(again(module.scale)) == made


def test_a_second_process_needs_neither_front_end_nor_numba(folder: Path):
    program = textwrap.dedent("""
        import sys
        import numpy
        import remembered_kernels
        x = numpy.ones(10, "f4")
        remembered_kernels.scale(x)
        print(x[0].round(3), "weft.lint" in sys.modules, "numba" in sys.modules)
    """)
    (folder / "program.py").write_text(program)
    first, second = (
        subprocess.run([sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stdout.split() == ["9.142", "True", "True"]
    assert second.stdout.split() == ["9.142", "False", "False"]
