"""`weft run`: as Python itself, but for Weft's own errors. Each in a process of its own, since `run` is one."""

import os
import subprocess
import sys
from pathlib import Path

WEFT = str(Path(sys.executable).with_name("weft"))


def weft(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WEFT, *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"},
        check=False,
    )


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_script_sees_what_python_would_show_it(tmp_path: Path):
    write(tmp_path / "sub" / "beside.py", "HERE = 'beside'\n")
    script = "import sys, beside\nprint(__name__, sys.argv, sys.path[0], __file__, beside.HERE)\n"
    write(tmp_path / "sub" / "s.py", script)
    done = weft(tmp_path, "run", "sub/s.py", "--help", "-x", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"__main__ ['sub/s.py', '--help', '-x', '1'] {tmp_path}/sub sub/s.py beside\n"


def test_exit_status_is_the_scripts(tmp_path: Path):
    write(tmp_path / "s.py", "raise SystemExit(7)\n")
    assert weft(tmp_path, "run", "s.py").returncode == 7


def test_an_exception_shows_the_users_frames_alone(tmp_path: Path):
    write(tmp_path / "s.py", "def f():\n    1 / 0\n\nf()\n")
    ours = weft(tmp_path, "run", "s.py")
    pythons = subprocess.run(
        [sys.executable, "s.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ours.returncode, ours.stdout) == (1, "")
    assert ours.stderr == pythons.stderr.replace(f"{tmp_path}/", "")
    assert "ZeroDivisionError" in ours.stderr


def test_a_file_that_does_not_parse(tmp_path: Path):
    write(tmp_path / "s.py", "x = (\n")
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "  File \"s.py\", line 1\n    x = (\n        ^\nSyntaxError: '(' was never closed\n"


def test_a_file_that_is_not_there(tmp_path: Path):
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "weft: s.py does not exist: correct the path\n"


def test_a_directory(tmp_path: Path):
    done = weft(tmp_path, "run", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "weft: . is a directory; a Python file is expected: name a file in it\n"


def test_interrupted(tmp_path: Path):
    write(tmp_path / "s.py", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nwhile True: pass\n")
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_error_of_weft_is_shown_at_its_own_place(tmp_path: Path):
    write(
        tmp_path / "s.py",
        "from weft.errors import KernelError\n"
        "from weft.model.diagnostic import Diagnostic, Span\n"
        "text = open(__file__).read()\n"
        "start = text.index('here')\n"
        "raise KernelError(Diagnostic('some-code', 'what; do this', Span(start, start + 4)), __file__, 4)\n",
    )
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "s.py:4:21: some-code: what; do this\n"
        "    4 | start = text.index('here')\n"
        "      |                     ^^^^\n"
    )


def test_an_error_of_weft_without_a_place_is_shown_at_the_call(tmp_path: Path):
    write(
        tmp_path / "s.py",
        "from weft.errors import LaunchError, finding\n"
        "def launch(size):\n"
        "    raise LaunchError(finding('some-code', 'what; do this'))\n"
        "é = 0; launch(2048)\n",
    )
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "s.py:3:5: some-code: what; do this\n"
        "    3 |     raise LaunchError(finding('some-code', 'what; do this'))\n"
        "      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
    )


def test_an_error_of_weft_without_any_source(tmp_path: Path):
    text = "from weft.errors import LaunchError, finding\nraise LaunchError(finding('some-code', 'what; do this'))"
    write(tmp_path / "s.py", f"exec(compile({text!r}, '<made up>', 'exec'))\n")
    done = weft(tmp_path, "run", "s.py")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "weft: some-code: what; do this\n")
