"""`weft check --watch`: what it checks, when, and how it ends."""

from pathlib import Path

import pytest
from weft.cli.settings import Settings
from weft.cli.watch import watch

RIGHT = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[i]
"""
WRONG = RIGHT.replace("y[i] = x[i]", "y[i, i] = x[i]")
SETTINGS = Settings(["."], format="concise", is_cached=False)
CLOSING = "Watching for changes; Ctrl+C ends it\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.py").write_text(RIGHT)


def test_it_checks_again_when_a_file_has_changed(capsys: pytest.CaptureFixture[str]):
    looks = 0

    def wait(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            Path("k.py").write_text(WRONG)
        if looks == 3:
            Path("other.py").write_text("import weft\n")

    assert watch(SETTINGS, wait, rounds=3) == 1
    assert looks == 4
    words = "k.py:9:5: wrong-rank: `y` has 1 axis (N,) and is given 2 indices: write `y[i]`\n"
    assert capsys.readouterr().out == f"{CLOSING}{words}{CLOSING}{words}{CLOSING}"


def test_an_interruption_between_two_checks_ends_it_with_the_last_status():
    def wait(seconds: float) -> None:
        raise KeyboardInterrupt

    assert watch(SETTINGS, wait) == 0
    Path("k.py").write_text(WRONG)
    assert watch(SETTINGS, wait) == 1
