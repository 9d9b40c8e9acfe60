"""Compiled code on disk: whole or absent, whatever happens to the directory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from weft.backends import cache

# Another process compiles the same kernel, runs it, and says whether it had to compile.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy
from building import dim, domain, index, kernel, load, op, store, tensor
from weft.backends import cpu
from weft.model.dtypes import F32
from weft.model.limits import Geometry
from weft.model.specialize import Specialization
N, i = dim("N"), index("i")
x, y = tensor("x", F32, N), tensor("y", F32, N)
what = kernel("twice", [x, y], domain({"i": N}, store(y, i, value=op("add", load(x, i), load(x, i)))))
compiled = cpu.compile(what, Specialization(contiguous=frozenset("xy")))
given, found = numpy.arange(100, dtype="f4"), numpy.zeros(100, "f4")
compiled.launch((given.ctypes.data, 100, found.ctypes.data), Geometry((1, 1, 1), (128, 1, 1)))
right = bool((found == 2 * given).all())
print(json.dumps({"right": right, "cached": compiled.was_cached, "numba": "numba" in sys.modules}))
"""


def start(directory: Path) -> "subprocess.Popen[str]":
    here = str(Path(__file__).parent)
    environment = os.environ | {"WEFT_CACHE_DIR": str(directory)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, here], env=environment, stdout=subprocess.PIPE, text=True
    )


def answer(process: "subprocess.Popen[str]") -> dict[str, bool]:
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(text)


def test_a_second_process_neither_compiles_nor_loads_numba(tmp_path: Path):
    assert answer(start(tmp_path)) == {"right": True, "cached": False, "numba": True}
    assert answer(start(tmp_path)) == {"right": True, "cached": True, "numba": False}


def test_processes_at_once(tmp_path: Path):
    answers = [answer(process) for process in [start(tmp_path) for _ in range(3)]]
    assert all(one["right"] for one in answers)
    assert answer(start(tmp_path))["cached"]
    assert [path.name for path in tmp_path.rglob(".*")] == []


def test_a_damaged_file_is_compiled_again(tmp_path: Path):
    answer(start(tmp_path))
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-100])
    assert answer(start(tmp_path)) == {"right": True, "cached": False, "numba": True}
    assert answer(start(tmp_path))["cached"]


def test_a_directory_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert answer(start(tmp_path / "file")) == {"right": True, "cached": False, "numba": True}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_what_is_written_is_read(directory: Path):
    assert cache.read("ab12") is None
    cache.write("ab12", b"code")
    assert cache.read("ab12") == b"code"
    assert (directory / "ab" / "ab12").exists()


@pytest.mark.parametrize("kept_bytes", [0, 10, 32, 35])
def test_part_of_a_file_is_no_file(directory: Path, kept_bytes: int):
    cache.write("ab12", b"code")
    file = directory / "ab" / "ab12"
    file.write_bytes(file.read_bytes()[:kept_bytes])
    assert cache.read("ab12") is None


def test_a_write_that_fails_leaves_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    cache.write("ab12", b"code")
    assert [path for path in directory.rglob("*") if path.is_file()] == []


def test_keys_depend_on_every_part():
    assert cache.key("a", "b") != cache.key("ab") != cache.key("a", b"c")
    assert cache.key("a", "b") == cache.key("a", b"b")


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("linux", {"HOME": "/h"}, "/h/.cache/weft"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/c/weft"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/weft"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/weft/cache"),
        ("linux", {"HOME": "/h", "WEFT_CACHE_DIR": "/w"}, "/w"),
    ],
)
def test_directory(system: str, environment: dict[str, str], expected: str):
    assert cache.directory(environment, system) == Path(expected)
