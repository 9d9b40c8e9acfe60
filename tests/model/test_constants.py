"""Constants of a module: what a kernel file has at its top. The text tells what the running module says, or nothing."""

import importlib.util
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from weft.model.describe import describe
from weft.model.evaluate import evaluate
from weft.model.library import Library
from weft.model.live import LiveLibrary
from weft.model.text import ModuleText
from weft.model.values import UNKNOWN
from weft.ops.dialect import DIALECT

HEADER = """
import enum
import math
from dataclasses import dataclass
from math import inf, log2
from typing import ClassVar, Final, NamedTuple

import numpy as np
import weft
from weft import Layout, f16, f32

A, B = 8, 32
SIZES = (1, 2, 3)
TILES = Layout((A, B), (B, 1))


class Mode(enum.IntEnum):
    FAST = 2
    SLOW = enum.auto()


class Color(enum.Enum):
    RED = 1


class Plain:
    SIZE = 4
    WIDE = SIZE * 2


class Config(NamedTuple):
    tile: int = 16
    stages: int = 2


@dataclass(frozen=True)
class Settings:
    SHARED: ClassVar[int] = 3
    tile: int
    stages: int = 2


@dataclass
class Changing:
    tile: int = 2


"""

CASES = {
    "A1, X = 8, 32": "int = 32",
    "(Y, X), Z = (1, 2), 3": "int = 2",
    "[Y, X] = SIZES[:2]": "int = 2",
    "X, Y = divmod(7, 2)": "int = 3",
    "*Y, X = SIZES": "unknown",
    "*Y, X = 1, 2, 3": "int = 3",
    "X, *Y = 1, 2, 3": "int = 1",
    "X = Y = 7": "int = 7",
    "X: Final = 5": "int = 5",
    "X = A * 4 + 1": "int = 33",
    "X = A / 3": f"float = {8 / 3!r}",
    "X = -A // 3": "int = -3",
    "X = 7 % -3": "int = -2",
    "X = 2**-1": "float = 0.5",
    "X = 1 << A": "int = 256",
    "X = not A": "bool = False",
    "X = 4 if A > 3 else 5": "int = 4",
    "X = 1 < A < 64": "bool = True",
    "X = A in SIZES": "bool = False",
    "X = A is None": "bool = False",
    "X = SIZES == (1, 2, 3)": "bool = True",
    "X = (1,) * 3 + SIZES": "(1, 1, 1, 1, 2, 3)",
    "X = SIZES[-1]": "int = 3",
    "X = SIZES[1:]": "(2, 3)",
    "X = SIZES[::-1]": "(3, 2, 1)",
    "X = len(SIZES)": "int = 3",
    "X = min(SIZES) + max(1, 2)": "int = 3",
    "X = sum(SIZES)": "int = 6",
    "X = round(2.5) + int(3.7)": "int = 5",
    "X = abs(-3.0)": "float = 3.0",
    "X = pow(2, 10)": "int = 1024",
    "X = math.inf": "float = inf",
    "X = -inf": "float = -inf",
    "X = float('-inf')": "float = -inf",
    "X = 1 / math.log(2)": f"float = {1 / 0.6931471805599453!r}",
    "X = math.log(8, 2)": "float = 3.0",
    "X = log2(8) * math.tau": "float = 18.84955592153876",
    "X = math.pi / np.pi": "float = 1.0",
    "X = math.ceil(7 / 2)": "int = 4",
    "X = math.floor(-2.5)": "int = -3",
    "X = math.fabs(-2)": "float = 2.0",
    "X = math.prod(SIZES) + math.gcd(8, 12)": "int = 10",
    "X = math.isqrt(17)": "int = 4",
    "X = math.factorial(100)": "unknown",
    "X = np.float32(0.1)": "float = 0.10000000149011612",
    "X = np.int32(5)": "int = 5",
    "X = (f32, f16)[1]": "dtype f16",
    "X = TILES.size()": "int = 256",
    "X = weft.layout.size(TILES)": "int = 256",
    "X = Mode.FAST + 1": "int = 3",
    "X = Mode.SLOW": "int = 3",
    "X = Mode.FAST.value": "int = 2",
    "X = Color.RED": "Color(name='RED', value=1)",
    "X = Color.RED.value": "int = 1",
    "X = Plain.WIDE": "int = 8",
    "X = Config()": "(tile=16, stages=2)",
    "X = Config(8, stages=3).stages": "int = 3",
    "X = Config(8)[0]": "int = 8",
    "X = Settings(8)": "Settings(tile=8, stages=2)",
    "X = Settings(8).stages": "int = 2",
    "X = Settings.SHARED": "int = 3",
    "X = Changing().tile": "unknown",
    "X = [1, 2]": "list",
    "X = 1\nX += 1": "unknown",
    "X = (lambda: 3)()": "unknown",
    "X = undefined": "unknown",
}


def running(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("constants_of_a_test", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("line", CASES)
def test_a_constant_in_the_text(line: str):
    module = ModuleText("constants.py", "constants", HEADER + line + "\n", Library(DIALECT, evaluate))
    assert describe(module.lookup("X").value) == CASES[line]


def test_the_text_and_the_running_module_agree(tmp_path: Path):
    lines = [line for line in CASES if "undefined" not in line]
    named = [line.replace("X", f"X{at}") for at, line in enumerate(lines)]
    text = HEADER + textwrap.dedent("\n".join(named)) + "\n"
    (tmp_path / "constants.py").write_text(text)
    live, library = running(tmp_path / "constants.py"), LiveLibrary(DIALECT)
    read = ModuleText(str(tmp_path / "constants.py"), "constants_of_a_test", text, Library(DIALECT, evaluate))
    for name in [name for name in read.names() if name.startswith("X")]:
        told, said = read.lookup(name).value, library.binding(vars(live)[name]).value
        if told != UNKNOWN:
            assert (name, describe(told)) == (name, describe(said))
