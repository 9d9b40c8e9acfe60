"""`weft cache`."""

from pathlib import Path

import pytest
from weft.backends import cache as disk
from weft.cli import main


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("WEFT_CACHE_BYTES", raising=False)
    return tmp_path


def cache(capsys: pytest.CaptureFixture[str], action: str) -> tuple[int, str, str]:
    return main(["cache", action]), *capsys.readouterr()


def test_info(capsys: pytest.CaptureFixture[str], directory: Path):
    assert cache(capsys, "info") == (0, f"{directory}: 0 files, 0 bytes, limit 1.0 GB\n", "")
    disk.write("ab12", bytes(2016))
    assert cache(capsys, "info") == (0, f"{directory}: 1 file, 2.0 KB, limit 1.0 GB\n", "")


def test_clear(capsys: pytest.CaptureFixture[str], directory: Path):
    disk.write("ab12", b"code")
    disk.write("cd34", b"code")
    assert cache(capsys, "clear") == (0, f"removed 2 files, 72 bytes from {directory}\n", "")
    assert disk.read("ab12") is None
    assert cache(capsys, "clear") == (0, f"removed 0 files, 0 bytes from {directory}\n", "")


def test_a_limit_that_is_no_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, directory: Path
):
    monkeypatch.setenv("WEFT_CACHE_BYTES", "1 GB")
    assert cache(capsys, "info") == (
        2,
        f"{directory}: 0 files, 0 bytes, limit 1.0 GB\n",
        "weft: WEFT_CACHE_BYTES is `1 GB`, which is no whole number of bytes: the limit is 1.0 GB\n",
    )
