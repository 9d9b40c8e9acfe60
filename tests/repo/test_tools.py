"""What ruff and pyright say of the repository: nothing. `examples/` is judged as a user's file would be."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLES_CONFIG = "tests/repo/pyright-examples.json"


def complaints(*command: str) -> str:
    """What a tool prints if it is not content."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def ruff(*arguments: str) -> str:
    return complaints(str(BIN / "ruff"), *arguments)


def pyright(*arguments: str) -> str:
    return complaints(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *arguments)


def test_ruff_check():
    assert ruff("check", ".") == ""


def test_ruff_format():
    assert ruff("format", "--check", ".") == ""


def test_examples_under_the_defaults_of_ruff():
    assert ruff("check", "--isolated", "examples") == ""


def test_pyright_strict():
    assert pyright() == ""


def test_pyright_basic_on_examples():
    assert pyright("-p", EXAMPLES_CONFIG) == ""


def test_no_path_of_a_machine():
    """What is shipped must not know where it was written."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    shipped = [name for name in names if name.startswith(("dsl/", "server/", "examples/", "docs/", "tools/"))]
    guilty = [
        name for name in shipped if any(word in _text(ROOT / name) for word in ("/home/", "/root/", "/tmp/"))
    ]
    assert guilty == []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
