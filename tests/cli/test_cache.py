"""`.weft_cache`: the second run says the same without reading, and never something old."""

import json
import os
import zlib
from pathlib import Path

import pytest
import weft.cli.reader
from weft.cli import main
from weft.model.diagnostic import Findings
from weft.model.model import Model

KERNEL = """\
import weft
from threads import THREADS
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, THREADS)
    tile = weft.shared(f32, 64)
    tile[weft.thread_idx.x] = x[i]
    y[i] = tile[63 - weft.thread_idx.x]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.py").write_text(KERNEL)
    Path("threads.py").write_text("THREADS = 64\n")
    Path("clean.py").write_text("import weft\n")


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the front end reads."""
    texts: list[str] = []
    check_all = weft.cli.reader.check_all

    def noted(model: Model, targets: tuple[str, ...]) -> Findings:
        texts.append(Path(model.path).name)
        return check_all(model, targets)

    monkeypatch.setattr(weft.cli.reader, "check_all", noted)
    return texts


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_second_run_reads_nothing_and_says_the_same(
    capsys: pytest.CaptureFixture[str], checked: list[str]
):
    first = check(capsys)
    assert first[0] == 1
    assert checked == ["clean.py", "k.py"]
    assert check(capsys) == first
    assert checked == ["clean.py", "k.py"]
    assert Path(".weft_cache/.gitignore").read_text() == "*\n"


def test_a_change_of_an_import_is_seen(capsys: pytest.CaptureFixture[str], checked: list[str]):
    check(capsys)
    Path("threads.py").write_text("THREADS = 4096\n")
    assert "launch-threads" in check(capsys)[1]
    Path("threads.py").unlink()
    assert "launch-threads" not in check(capsys)[1]
    Path("threads.py").write_text("THREADS = 4096\n")
    assert "launch-threads" in check(capsys)[1]


def test_it_can_be_left_alone(capsys: pytest.CaptureFixture[str], checked: list[str]):
    check(capsys, "--no-cache")
    check(capsys, "--no-cache")
    assert checked == ["clean.py", "k.py"] * 2
    assert not Path(".weft_cache").exists()


@pytest.mark.parametrize(
    "data", [b"", b"junk", zlib.compress(b"[1]"), zlib.compress(json.dumps({"/k.py": [1]}).encode())]
)
def test_whatever_is_in_it(data: bytes, capsys: pytest.CaptureFixture[str]):
    first = check(capsys)
    (path,) = Path(".weft_cache").glob("*.json")
    path.write_bytes(data)
    assert check(capsys) == first


def test_a_cache_that_cannot_be_kept(capsys: pytest.CaptureFixture[str]):
    Path(".weft_cache").write_text("a file")
    assert check(capsys)[0] == 1


def test_processes_say_what_one_says(capsys: pytest.CaptureFixture[str]):
    for number in range(80):
        Path(f"k{number}.py").write_text(KERNEL)
    assert check(capsys, "--no-cache", "--jobs", "2") == check(capsys, "--no-cache", "--jobs", "1")


def test_files_of_other_versions_go_after_a_while(capsys: pytest.CaptureFixture[str]):
    folder = Path(".weft_cache")
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:08x}.json").write_text("")
        os.utime(folder / f"{number:08x}.json", (number, number))
    check(capsys)
    kept = sorted(path.name for path in folder.glob("*.json"))
    assert len(kept) == 8
    assert set(kept) > {f"{number:08x}.json" for number in range(5, 12)}


def test_what_an_import_imports_counts_for_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Also for the files that were read after another one had asked for it."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.chdir(folder)
    function = "import weft\nfrom weft import f32\n\n\n@weft.function\ndef f({}) -> f32:\n    return x\n"
    kernel = (
        "import weft\nfrom {} import f\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n\n"
        "@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = f(x[i])\n\n\nK = k\n"
    )
    (folder / "deep.py").write_text(function.format("x: f32"))
    (folder / "between.py").write_text("from deep import f\n")
    (folder / "starred.py").write_text("from deep import *\n")
    for number, source in enumerate(("between", "between", "starred", "starred")):
        (folder / f"k{number}.py").write_text(kernel.format(source))
    assert main(["check"]) == 0
    (folder / "deep.py").write_text(function.format("x: f32, y: f32"))
    capsys.readouterr()
    assert main(["check", "--format", "concise"]) == 1
    found = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in found if ":" in line] == ["k0.py", "k1.py", "k2.py", "k3.py"]


def test_a_module_that_an_import_misses_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("from .late import SIZE\n")
    (folder / "k.py").write_text(
        "import weft\nfrom package import SIZE\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n\n"
        "@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = x[SIZE]\n\n\nK = k\n"
    )
    assert main(["check"]) == 0
    (folder / "package" / "late.py").write_text("SIZE = 'no number'\n")
    assert main(["check"]) == 1
