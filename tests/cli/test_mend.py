"""`weft check --fix` and the other options that change files, or would."""

import errno
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from weft.cli import main
from weft.cli.fix import mended
from weft.model.diagnostic import Diagnostic, Edit, Fix, Span

NOBODY = 65534
RACE = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    t = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[t] = x[i]
    y[i] = tile[63 - t]
"""
MENDED = RACE.replace("    y[i] =", "    weft.barrier()\n    y[i] =")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.py").write_text(RACE)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_fix(capsys: pytest.CaptureFixture[str]):
    assert check(capsys, "--fix", "k.py") == (0, "No findings in 1 file (1 mended)\n", "")
    assert Path("k.py").read_text() == MENDED
    assert check(capsys, "--fix", "k.py") == (0, "No findings in 1 file\n", "")


def test_what_is_left_is_reported(capsys: pytest.CaptureFixture[str]):
    Path("k.py").write_text(RACE + "    y[i, i] = 1.0\n")
    status, out, _ = check(capsys, "--fix", "k.py")
    assert (status, out.splitlines()[-1]) == (1, "1 finding in 1 of 1 file")
    assert "wrong-rank" in out


@pytest.mark.parametrize("text", ["x = 1", "import weft\nx = 1\n", RACE, RACE.replace("y[i] =", "y[i, i] =")])
@pytest.mark.parametrize("option", ["--fix", "--add-ignores"])
def test_standard_input_always_goes_on_to_standard_output(
    text: str, option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status, out, err = check(capsys, option, "--stdin-filename", "new.py")
    ignored = text.replace("63 - t]", "63 - t]  # weft: ignore[race]")
    if "i, i" in text:
        ignored = ignored.replace("race", "wrong-rank")
    is_left = "i, i" in text and option == "--fix"
    assert out == ((MENDED if text == RACE else text) if option == "--fix" else ignored)
    assert status == int(is_left)
    assert ("new.py:12:5: wrong-rank" in err) == is_left


def test_with_a_name_for_standard_input_nothing_else_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n")))
    status, out, err = check(capsys, "--stdin-filename", "new.py", "k.py")
    assert (status, out) == (0, "No findings in 1 file\n")
    assert err == "weft: with --stdin-filename only standard input is read, and not k.py\n"


def test_the_summary_says_what_can_be_mended(capsys: pytest.CaptureFixture[str]):
    Path("k.py").write_text(RACE + "    y[i] = scael\n    y[i] = xx[i]\n")
    last = check(capsys, "k.py")[1].splitlines()[-1]
    assert last == "2 findings in 1 of 1 file (1 can be mended with --unsafe-fixes)"
    Path("k.py").write_text(RACE)
    last = check(capsys, "k.py")[1].splitlines()[-1]
    assert last == "1 finding in 1 of 1 file (1 can be mended with --fix)"


def test_diff_changes_nothing(capsys: pytest.CaptureFixture[str]):
    status, out, err = check(capsys, "--diff", "k.py")
    assert (status, err, Path("k.py").read_text()) == (1, "", RACE)
    assert [line for line in out.splitlines() if line.startswith("+")] == ["+++ k.py", "+    weft.barrier()"]
    Path("k.py").write_text(MENDED)
    assert check(capsys, "--diff", "k.py") == (0, "", "")


def test_line_ends_encoding_and_permissions_stay(capsys: pytest.CaptureFixture[str]):
    text = "# -*- coding: latin-1 -*-\n# \xe9\n" + RACE
    Path("k.py").write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
    Path("k.py").chmod(0o640)
    assert check(capsys, "--fix", "k.py")[0] == 0
    assert Path("k.py").stat().st_mode & 0o777 == 0o640
    assert b"\xe9" in Path("k.py").read_bytes()
    assert Path("k.py").read_bytes().count(b"\r\n") >= text.count("\n")


def test_a_link_stays_a_link(capsys: pytest.CaptureFixture[str]):
    Path("link.py").symlink_to("k.py")
    assert check(capsys, "--fix", "link.py")[0] == 0
    assert Path("link.py").is_symlink()
    assert Path("k.py").read_text() == MENDED


@pytest.fixture
def ordinary_user(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a folder of a user for whom permissions mean something: for root they do not."""
    check(
        capsys, "--fix", "k.py"
    )  # what is imported late is imported now, since the other user may not read it
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        Path("k.py").write_text(RACE)
        is_root = os.geteuid() == 0
        if is_root:
            os.chown("k.py", NOBODY, NOBODY)
            os.chown(folder, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, 0)
        yield
        if is_root:
            os.setresuid(0, 0, 0)
        Path(folder).chmod(0o755)
        monkeypatch.undo()


FILE_WORDS = "may not be written (permission denied): change its permissions"
FOLDER_WORDS = "is left as it was (permission denied): change the permissions of its folder, where the new text is written first"


@pytest.mark.parametrize("options", [["--fix"], ["--add-ignores"], ["--fix", "--no-cache"]])
@pytest.mark.parametrize(
    ("of_folder", "of_file", "words"),
    [(0o555, 0o444, FILE_WORDS), (0o755, 0o444, FILE_WORDS), (0o555, 0o644, FOLDER_WORDS)],
)
def test_a_read_only_tree(
    options: list[str],
    of_folder: int,
    of_file: int,
    words: str,
    ordinary_user: None,
    capsys: pytest.CaptureFixture[str],
):
    Path("k.py").chmod(of_file)
    Path().chmod(of_folder)
    status, _, err = check(capsys, *options, "k.py")
    assert (status, err) == (2, f"weft: k.py {words}\n")
    assert Path("k.py").read_text() == RACE
    assert {path.name for path in Path().iterdir()} <= {"k.py", ".weft_cache"}


def test_a_read_only_file_system(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    opened = os.open

    def refuse(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, "read-only")
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    status, _, err = check(capsys, "--fix", "--no-cache", "k.py")
    assert (status, Path("k.py").read_text()) == (2, RACE)
    assert err == (
        "weft: k.py is left as it was (read-only file system): mount it for writing, or mend a copy\n"
    )


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk(call: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, call, refuse)
    status, _, err = check(capsys, "--fix", "--no-cache", "k.py")
    assert (status, Path("k.py").read_text()) == (2, RACE)
    assert err == "weft: k.py is left as it was (no space left on device): see to the disk, and try again\n"
    assert [path.name for path in Path().iterdir()] == ["k.py"]


def test_an_interruption(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    status, _, err = check(capsys, "--fix", "--no-cache", "k.py")
    words = "weft: interrupted: each file is whole, as it was or mended; check again for the rest\n"
    assert (status, err) == (2, words)
    assert Path("k.py").read_text() == RACE
    assert [path.name for path in Path().iterdir()] == ["k.py"]


def test_a_tree_that_may_not_be_written(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    # As root everything may be written, so the answer is given here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    status, _, err = check(capsys, "--fix", "--no-cache", "k.py")
    assert (status, Path("k.py").read_text()) == (2, RACE)
    assert err == "weft: k.py may not be written (permission denied): change its permissions\n"


def test_fixes_that_would_break_the_text_or_meet_are_left_out():
    def finding(*edits: Edit, is_safe: bool = True) -> Diagnostic:
        return Diagnostic("race", "what", edits[0].span, fixes=(Fix("Mend", edits, is_safe),))

    breaks = finding(Edit(Span(4, 5), "("))
    first = finding(Edit(Span(0, 5), "y = 2"))
    meets = finding(Edit(Span(4, 5), "3"))
    unsafe = finding(Edit(Span(4, 5), "4"), is_safe=False)
    text = "x = 1\n"

    def mend(*found: Diagnostic, is_unsafe: bool = False) -> tuple[str, int]:
        done = mended(text, lambda now: found if now == text else (), unsafe=is_unsafe)
        return done.text, done.count

    assert mend(breaks) == (text, 0)
    assert mend(first, meets) == ("y = 2\n", 1)
    assert mend(unsafe) == (text, 0)
    assert mend(unsafe, is_unsafe=True) == ("x = 4\n", 1)


def test_add_ignores(capsys: pytest.CaptureFixture[str]):
    # What is suppressed hides nothing: with the errors out of the way, the race is found next.
    Path("k.py").write_text(RACE + "    y[i, i] = scael  # weft: ignore[wrong-rank]\n")
    assert check(capsys, "--add-ignores", "k.py") == (0, "No findings in 1 file (1 suppressed)\n", "")
    assert (
        Path("k.py").read_text() == RACE + "    y[i, i] = scael  # weft: ignore[wrong-rank, unknown-name]\n"
    )
    Path("k.py").write_text(RACE)
    assert check(capsys, "--add-ignores", "k.py") == (0, "No findings in 1 file (1 suppressed)\n", "")
    assert Path("k.py").read_text() == RACE.replace("63 - t]", "63 - t]  # weft: ignore[race]")


def test_a_baseline(capsys: pytest.CaptureFixture[str]):
    assert check(capsys, "--write-baseline", "known.json", "k.py")[0] == 0
    assert check(capsys, "--baseline", "known.json", "k.py") == (0, "No findings in 1 file\n", "")
    Path("k.py").write_text("# one line more\n" + RACE + "    y[i, i] = 1.0\n")
    status, out, _ = check(capsys, "--baseline", "known.json", "k.py")
    assert (status, out.splitlines()[-1]) == (1, "1 finding in 1 of 1 file")
    assert "wrong-rank" in out
    status, _, err = check(capsys, "--baseline", "none.json", "k.py")
    assert (status, err) == (
        2,
        "weft: none.json cannot be read (no such file or directory): make it with `weft check --write-baseline none.json`\n",
    )


def test_a_baseline_that_cannot_be_written_whole_is_not_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr("weft.cli.replace.os.replace", fail)
    status, _, err = check(capsys, "--write-baseline", "known.json", "--no-cache", "k.py")
    assert (status, err) == (
        2,
        "weft: known.json is not made (no space left on device): see to the disk, and try again\n",
    )
    assert not Path("known.json").exists()


def test_statistics(capsys: pytest.CaptureFixture[str]):
    assert check(capsys, "--statistics", "k.py") == (1, "1  [*] race\n[*] has fixes\n", "")


def test_show_files(capsys: pytest.CaptureFixture[str]):
    Path("a.py").write_text("")
    assert check(capsys, "--show-files") == (0, "a.py\nk.py\n", "")


def test_explain(capsys: pytest.CaptureFixture[str]):
    status, out, _ = check(capsys, "--explain", "race")
    assert status == 0
    assert out.startswith("race\n\nTwo threads of a block touch one element")
