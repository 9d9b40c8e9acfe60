"""What a path can turn out to be, and the one line that says so."""

import errno
import io
import os
import socket
import sys
from pathlib import Path

import pytest
from weft.cli.sources import LIMIT_BYTES, Source, SourceError, Unreadable, read, sources


def reason(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read(str(path))
    return str(caught.value)


def found_below(path: Path) -> list[str]:
    return [os.path.relpath(found.path, path) for found in sources([str(path)])]


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let opening fail as the system would: permissions do not bind root, who runs the tests in CI."""

    def fail(path: str, *_: object) -> int:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(os, "open", fail)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é = 1\n".encode(), "é = 1\n"),
        (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n"),
        (b"# -*- coding: latin-1 -*-\n\xe9 = 1\n", "# -*- coding: latin-1 -*-\né = 1\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80\n", None),
    ],
)
def test_text_is_decoded_as_python_decodes_it(tmp_path: Path, data: bytes, text: str | None):
    path = tmp_path / "k.py"
    path.write_bytes(data)
    assert read(str(path)).text == (data.decode("cp1252") if text is None else text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = 1\n\0", "is a binary file (byte 6 is 0); Python source is text: name a Python file"),
        (
            "x = 1".encode("utf-16"),
            "is UTF-16 text; Python source is UTF-8 or names its encoding: save it as UTF-8",
        ),
        (
            b"x = '\xe9'\n",
            "is not utf-8 text: byte 5 is 0xe9; save it as UTF-8 or name its encoding in the first line",
        ),
        (
            b"# coding: ascii\n'\xe9'\n",
            "is not ascii text: byte 17 is 0xe9; save it as UTF-8 or name its encoding in the first line",
        ),
        (
            b"# coding: klingon\n",
            "has an encoding line that Python refuses (unknown encoding: klingon): correct it",
        ),
        (
            b"\xef\xbb\xbf# coding: latin-1\n",
            "has an encoding line that Python refuses (encoding problem: utf-8): correct it",
        ),
        (b"# coding: hex\n", "names `hex`, which is no encoding of text: save it as UTF-8"),
        (b"# coding: undefined\n", "names `undefined`, which is no encoding of text: save it as UTF-8"),
        (b"\n" * (LIMIT_BYTES + 1), "is larger than 4 MB, the most that Weft reads: split it"),
    ],
    ids=["binary", "utf-16", "not utf-8", "not ascii", "unknown", "two minds", "hex", "undefined", "large"],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, words: str):
    path = tmp_path / "k.py"
    path.write_bytes(data)
    assert reason(path) == words


def test_the_limit_itself_is_allowed(tmp_path: Path):
    path = tmp_path / "k.py"
    path.write_bytes(b"#" * LIMIT_BYTES)
    assert len(read(str(path)).text) == LIMIT_BYTES


def test_missing_file(tmp_path: Path):
    assert reason(tmp_path / "k.py") == "does not exist: correct the path"


def test_file_where_a_directory_is_expected(tmp_path: Path):
    (tmp_path / "k.py").touch()
    words = "does not exist, since a part of the path is a file, not a directory: correct the path"
    assert reason(tmp_path / "k.py" / "l.py") == words
    assert list(sources([f"{tmp_path}/k.py/"])) == [Unreadable(f"{tmp_path}/k.py/", words)]


def test_directory_where_a_file_is_expected(tmp_path: Path):
    assert reason(tmp_path) == "is a directory; a Python file is expected: name a file in it"


def test_named_pipe(tmp_path: Path):
    os.mkfifo(tmp_path / "k.py")
    assert reason(tmp_path / "k.py") == (
        "is a named pipe; a Python file is expected: name a file, or pass the text to `-`"
    )


def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("k.py")
        words = "is a socket; a Python file is expected: name a file, or pass the text to `-`"
        assert reason(Path("k.py")) == words


def test_device():
    assert reason(Path(os.devnull)) == (
        "is a device; a Python file is expected: name a file, or pass the text to `-`"
    )


def test_links(tmp_path: Path):
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("good.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    assert read(str(tmp_path / "link.py")).text == "x = 1\n"
    assert reason(tmp_path / "loop.py") == "is a link that leads back to itself: mend the link"
    assert reason(tmp_path / "dangling.py") == (
        "is a link to `nowhere.py`, which does not exist: mend the link"
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "may not be read (permission denied): change its permissions or leave it out"),
        (errno.EPERM, "may not be read (permission denied): change its permissions or leave it out"),
        (errno.EIO, "cannot be read (input/output error): see to the file or leave it out"),
    ],
)
def test_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str):
    refuse(monkeypatch, number)
    assert reason(tmp_path / "k.py") == words


def test_odd_paths():
    assert reason(Path("a" * 5000)) == "is longer than a path may be: correct the path"
    assert reason(Path("a\0b")) == "holds a character 0, which no path may: correct the path"


def test_a_directory_is_walked_in_order(tmp_path: Path):
    kept = ["a.py", "b/c.py", "b/d.py"]
    skipped = [".hidden.py", ".git/x.py", "node_modules/x.py", "build/x.py", "env/lib/x.py", "notes.txt"]
    for name in (*reversed(kept), *skipped):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert found_below(tmp_path) == kept


def test_a_directory_without_python_files(tmp_path: Path):
    (tmp_path / "notes.txt").touch()
    assert list(sources([str(tmp_path)])) == [
        Unreadable(str(tmp_path), "holds no Python files: name a directory or a file that has some")
    ]


def test_a_path_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k.py").write_text("x = 1\n")
    assert list(sources([".", "k.py", "./k.py"])) == [Source("k.py", "x = 1\n")]


def test_a_link_to_a_directory_above_is_not_followed(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "k.py").touch()
    (tmp_path / "a" / "up").symlink_to("..")
    assert found_below(tmp_path) == ["a/k.py"]


def test_a_file_deleted_between_listing_and_reading(tmp_path: Path):
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).touch()
    seen: list[Source | Unreadable] = []
    for found in sources([str(tmp_path)]):
        seen.append(found)
        (tmp_path / "b.py").unlink(missing_ok=True)
    assert seen == [
        Source(f"{tmp_path}/a.py", ""),
        Unreadable(f"{tmp_path}/b.py", "was deleted while it was read: check again"),
        Source(f"{tmp_path}/c.py", ""),
    ]


def test_a_directory_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "k.py").touch()
    scan = os.scandir

    def guarded(path: str):
        if os.path.basename(path) == "a":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert list(sources([str(tmp_path)])) == [
        Source(f"{tmp_path}/k.py", ""),
        Unreadable(
            f"{tmp_path}/a", "may not be read (permission denied): change its permissions or leave it out"
        ),
    ]


def test_a_large_file_below_a_directory_matters_if_it_says_weft(tmp_path: Path):
    (tmp_path / "table.py").write_bytes(b"1\n" * LIMIT_BYTES)
    assert found_below(tmp_path) == ["."], "a directory without Python files"
    (tmp_path / "kernels.py").write_bytes(b"1\n" * (1024 * 1024 // 2 - 1) + b"weft" + b"1\n" * LIMIT_BYTES)
    assert found_below(tmp_path) == ["kernels.py"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("é".encode())))
    assert list(sources(["-"])) == [Source("<stdin>", "é")]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\0")))
    assert list(sources(["-"])) == [
        Unreadable("<stdin>", "is a binary file (byte 0 is 0); Python source is text: name a Python file")
    ]
