"""Compiled code on disk: whole or absent, whatever happens to the directory."""

import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from building import dim, kernel, lit, store, tensor
from weft.backends import cache
from weft.backends.cpu import compiled
from weft.model.dtypes import F32
from weft.model.specialization import Specialization

# Another process compiles the same kernel, runs it, and says whether it had to compile.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy
from building import dim, domain, index, kernel, load, op, store, tensor
from weft.backends import cpu
from weft.model.dtypes import F32
from weft.model.limits import Geometry
from weft.model.specialization import Specialization
N, i = dim("N"), index("i")
x, y = tensor("x", F32, N), tensor("y", F32, N)
what = kernel("twice", [x, y], domain({"i": N}, store(y, i, value=op("add", load(x, i), load(x, i)))))
compiled = cpu.compile(what, Specialization(contiguous=frozenset("xy")))
given, found = numpy.arange(100, dtype="f4"), numpy.zeros(100, "f4")
compiled.launch((given.ctypes.data, 100, found.ctypes.data), Geometry((1, 1, 1), (128, 1, 1)))
right = bool((found == 2 * given).all())
print(json.dumps({"right": right, "cached": compiled.was_cached, "llvm": "llvmlite" in sys.modules}))
"""


# Elsewhere LLVM loads what it compiled.
IS_FLAT = sys.platform == "linux" and platform.machine() == "x86_64"


def start(directory: Path, before: str = "") -> "subprocess.Popen[str]":
    here = str(Path(__file__).parent)
    environment = os.environ | {"WEFT_CACHE_DIR": str(directory)}
    return subprocess.Popen(
        [sys.executable, "-c", before + PROGRAM, here], env=environment, stdout=subprocess.PIPE, text=True
    )


def answer(process: "subprocess.Popen[str]") -> dict[str, bool]:
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(text)


def test_a_second_process_neither_compiles_nor_loads_llvm(tmp_path: Path):
    assert answer(start(tmp_path)) == {"right": True, "cached": False, "llvm": True}
    assert answer(start(tmp_path)) == {"right": True, "cached": True, "llvm": not IS_FLAT}


def test_processes_at_once(tmp_path: Path):
    answers = [answer(process) for process in [start(tmp_path) for _ in range(3)]]
    assert all(one["right"] for one in answers)
    assert answer(start(tmp_path))["cached"]
    assert [path.name for path in tmp_path.rglob(".*")] == []


def cut(data: bytes) -> bytes:
    return data[:-100]


def changed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def foreign(data: bytes) -> bytes:
    return b"\x7fELF" + b"\0" * (len(data) - 4)


@pytest.mark.parametrize("damage", [cut, changed, foreign])
def test_a_damaged_file_is_compiled_again(tmp_path: Path, damage: Callable[[bytes], bytes]):
    answer(start(tmp_path))
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        file.write_bytes(damage(file.read_bytes()))
    assert answer(start(tmp_path)) == {"right": True, "cached": False, "llvm": True}
    assert answer(start(tmp_path))["cached"]


def test_a_directory_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert answer(start(tmp_path / "file")) == {"right": True, "cached": False, "llvm": True}


# Writes end after so many bytes, as on a disk that is full.
NO_ROOM = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
"""


@pytest.mark.skipif(os.name != "posix", reason="a limit of POSIX stands for a disk that is full")
def test_a_disk_that_is_full(tmp_path: Path):
    assert answer(start(tmp_path, NO_ROOM)) == {"right": True, "cached": False, "llvm": True}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert answer(start(tmp_path)) == {"right": True, "cached": False, "llvm": True}


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


# Another process writes and reads until it is killed, or so often; a read that gives something else than was written
# ends it with an error. What it writes is large, so that a kill hits a write.
WRITER = """
import random, sys
from weft.backends import cache
print("started", flush=True)
for turn in range(int(sys.argv[1])):
    name = f"{random.randrange(20):02x}" + "0" * 62
    payload = name.encode() * 40_000
    cache.write(name, payload)
    found = cache.read(name)
    assert found is None or found == payload
    if random.random() < 0.01:
        cache.clear()
"""


def writer(directory: Path, turns: int) -> "subprocess.Popen[str]":
    limits = {"WEFT_CACHE_DIR": str(directory), "WEFT_CACHE_BYTES": "20000000"}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(turns)],
        env=os.environ | limits,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_eight_processes_write_read_prune_and_clear_at_once(directory: Path):
    writers = [writer(directory, 60) for _ in range(8)]
    errors = [process.communicate(timeout=300)[1] for process in writers]
    assert errors == [""] * 8
    assert not list(directory.rglob(".*"))


def test_processes_killed_while_they_write_leave_nothing_broken(directory: Path):
    for turn in range(6):
        process = writer(directory, 10**6)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        # Kills hit other places in each turn: this process does so much work of its own before.
        for number in range(turn * 3):
            cache.write(f"ff{number:062x}", b"x" * 100_000)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    whole = [path for path in directory.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert whole
    assert all(cache.read(path.name) is not None for path in whole)
    for left in directory.rglob(".*"):
        os.utime(left, (0, 0))
    cache.write("ab12", b"code")
    assert not list(directory.rglob(".*"))


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.rglob("*") if path.is_file()}


def test_what_was_not_used_for_longest_goes_first(directory: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WEFT_CACHE_BYTES", "350")
    for age, name in enumerate(["cc00", "bb00", "aa00"]):
        cache.write(name, bytes(68))
        os.utime(directory / name[:2] / name, (1000 - age, 1000 - age))
    assert cache.read("aa00") == bytes(68)
    cache.write("dd00", bytes(68))
    assert names(directory) == {"cc00", "aa00", "dd00"}


def test_the_limit_holds_whatever_is_written(directory: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WEFT_CACHE_BYTES", "10000")
    for number in range(200):
        cache.write(f"{number:08x}", bytes(1 + number * 7))
        assert cache.usage().size_bytes <= 10000
    cache.write("ee00", bytes(10000))
    assert cache.read("ee00") is None


def test_no_limit_of_bytes_keeps_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WEFT_CACHE_BYTES", "0")
    cache.write("ab12", b"code")
    assert names(directory) == set()


def test_clear_leaves_what_weft_did_not_write(directory: Path):
    own = directory / "ab" / "notes.txt"
    cache.write("ab12", b"code")
    own.write_text("mine")
    (directory / "photo.png").write_text("mine")
    removed = cache.clear()
    assert (removed.files, removed.size_bytes) == (1, 36)
    assert names(directory) == {"notes.txt", "photo.png"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", cache.DEFAULT_LIMIT_BYTES), ("1000", 1000), ("0", 0), ("1 GB", cache.DEFAULT_LIMIT_BYTES)],
)
def test_limit(text: str, expected: int):
    assert cache.limit_bytes({"WEFT_CACHE_BYTES": text}) == expected


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


def test_code_for_another_processor_is_not_taken(directory: Path, monkeypatch: pytest.MonkeyPatch):
    x = tensor("x", F32, dim("N"))
    what = kernel("filled", [x], store(x, lit(0), value=lit(1.0, F32)))

    def was_cached(processor: str) -> bool:
        monkeypatch.setattr(compiled, "processor", lambda: processor)
        compiled._compiler.cache_clear()
        return compiled.compile(what, Specialization()).was_cached

    assert [was_cached(name) for name in ("this", "this", "that", "this")] == [False, True, False, True]
    compiled._compiler.cache_clear()
