"""`weft check` as CI calls it: its output, its exit status, and what it does with what it cannot read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from weft import __version__
from weft.cli import main

WEFT = str(Path(sys.executable).with_name("weft"))

CLEAN = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def double(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = 2.0 * x[i]
"""
GUILTY = CLEAN + "\n\ndef main(x):\n\tdouble[1, 2048](x)\n"


COLUMN = """

@weft.kernel
def turn(x: Tensor[f32, N, 64], y: Tensor[f32, 64, N]):
    row, col = weft.index(x)
    y[col, row] = x[row, col]
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_nothing_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "k.py", CLEAN)
    write(tmp_path / "other.py", "def broken(:\n")
    assert check(capsys, ".") == (0, "No findings in 2 files\n", "")


def test_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "k.py", GUILTY)
    status, out, err = check(capsys, "k.py")
    assert (status, err) == (1, "")
    head, line, carets, *_ = out.splitlines()
    assert head.startswith("k.py:13:")
    assert "2048" in head
    assert "1024" in head
    assert line == "   13 |     double[1, 2048](x)"
    assert carets.strip(" |^") == ""
    assert out.splitlines()[-1] == "1 finding in 1 of 1 file"


def test_what_a_kernel_costs_fails_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "k.py", CLEAN + COLUMN)
    status, out, err = check(capsys, "k.py")
    assert (status, err) == (0, "")
    assert "uncoalesced-access" in out
    assert out.splitlines()[-1] == "1 finding in 1 of 1 file"


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "k.py", GUILTY)
    status, out, err = check(capsys, "--format", "json", "k.py")
    assert (status, err) == (1, "")
    (found,) = json.loads(out)
    assert list(found) == [
        "path", "code", "message", "severity", "certainty", "start", "end", "related", "fixes",
    ]  # fmt: skip
    assert found["path"] == "k.py"
    assert found["start"]["line"] == 13
    assert check(capsys, "--format", "json", os.devnull)[:2] == (2, "[]\n")


def test_what_cannot_be_read_outweighs_findings_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(tmp_path / "k.py", GUILTY)
    (tmp_path / "b.py").write_bytes(b"weft\0")
    status, out, err = check(capsys, "b.py", "k.py", "missing.py")
    assert status == 2
    assert err == (
        "weft: b.py is a binary file (byte 4 is 0); Python source is text: name a Python file\n"
        "weft: missing.py does not exist: correct the path\n"
    )
    assert out.splitlines()[-1] == "1 finding in 1 of 1 file; 2 paths could not be read"


def test_imports_of_the_workspace_are_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "kernels" / "threads.py", "THREADS = 2048\n")
    launch = "from threads import THREADS\n" + CLEAN + "\n\ndef main(x):\n    double[1, THREADS](x)\n"
    write(tmp_path / "kernels" / "k.py", launch)
    status, out, _ = check(capsys, "kernels")
    assert status == 1
    assert "2048" in out


def test_any_text_is_survived(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "nested.py", "import weft\nx = " + "(" * 2000)
    write(tmp_path / "long.py", "import weft  # " + "x" * 3_000_000)
    write(tmp_path / "odd.py", "import weft\n\f\x1c\u2028@weft.kernel\ndef \ud7ff(")
    status, _, err = check(capsys, ".")
    assert status in (0, 1)
    assert err == ""


def test_standard_input():
    done = subprocess.run([WEFT, "check", "-"], input=GUILTY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("<stdin>:13:")


def test_a_reader_that_leaves_early(tmp_path: Path):
    """`weft check | head`: quiet, though there is more to say than a pipe holds."""
    for number in range(300):
        write(tmp_path / f"k{number}.py", GUILTY)
    command = f"'{WEFT}' check . | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("options", [[], ["--format", "sarif"], ["--show-files"]])
def test_an_output_that_is_full(options: list[str], tmp_path: Path):
    write(tmp_path / "k.py", GUILTY)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [WEFT, "check", *options, "k.py"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        "weft: the output cannot be written: no space left on device\n",
    )


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_where_no_terminal_is(variables: dict[str, str], is_coloured: bool, tmp_path: Path):
    write(tmp_path / "k.py", GUILTY)
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR")}
    done = subprocess.run(
        [WEFT, "check", "k.py"],
        cwd=tmp_path, env=kept | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("\x1b[1;31m" in done.stdout) == is_coloured


def test_a_terminal_without_unicode(tmp_path: Path):
    write(tmp_path / "ké.py", GUILTY)
    done = subprocess.run(
        [WEFT, "check", "."],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("k\\xe9.py:13:")


def test_version(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"weft {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["check", "--jobs", "0"], ["run"], ["chek"], ["check", "--format", "xml", "."]]
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: weft")
