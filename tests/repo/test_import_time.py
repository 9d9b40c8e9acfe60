"""Invariant 2 of docs/architecture.md: what starts at once, and loads neither numba nor NumPy."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numba", "llvmlite", "numpy", "cuda")
LIMIT_MS = 100
EXAMPLE = str(Path(__file__).parents[2] / "examples" / "saxpy.py")


def loaded(code: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('LOADED', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return {name.partition(".")[0] for name in line.split()[1:]}


def import_ms(module: str) -> float:
    """The processor's time for an import in a fresh process, the best of five: what else the machine does is not counted."""
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    return min(float(done.stdout) for done in runs) * 1000


@pytest.mark.parametrize(
    "code",
    [
        "import weft",
        "import weft_lsp",
        "import weft_lsp.lsp.server",
        "from weft import *",
        "import weft.cli.check",
        f"import weft.cli; assert weft.cli.main(['check', {EXAMPLE!r}]) == 0",
    ],
    ids=["weft", "weft_lsp", "the server", "all names", "weft check", "weft check of a kernel"],
)
def test_nothing_heavy_is_loaded(code: str):
    assert loaded(code).isdisjoint(HEAVY)


def test_importing_weft_is_quick(capsys: pytest.CaptureFixture[str]):
    taken = import_ms("weft")
    with capsys.disabled():
        print(f"\nimport weft: {taken:.0f} ms")
    assert taken < LIMIT_MS
