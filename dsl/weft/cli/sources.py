"""Reading sources for the command line: whatever a path turns out to be, a text or one clear line, never a traceback."""

import codecs
import errno
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence

from weft.cli.notebook import NOTEBOOK_SUFFIX, NotebookError, code_cells
from weft.cli.terminal import printable
from weft.lint.files import is_skipped
from weft.records import record

STDIN = "-"
STDIN_NAME = "<stdin>"
LIMIT_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
_OURS = "weft"
_SUFFIXES = (".py", NOTEBOOK_SUFFIX)
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


@record
class Source:
    """A text and the path to show for it."""

    path: str
    text: str
    # Of a notebook: the offset in `text` at which each code cell starts, and its number in the notebook.
    cells: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> tuple[int, ...]:
        """Where a block of the text must start, whatever is open above it."""
        return tuple(start for start, _ in self.cells)

    @property
    def mentions_weft(self) -> bool:
        """Whether the text can hold a kernel at all: a cheap look before the front end reads it."""
        return _OURS in self.text


@record
class Unreadable:
    """A path that gave no text; `reason` says what was found, what is allowed and what to do."""

    path: str
    reason: str


class SourceError(Exception):
    """Why a path gave no text."""


@record
class Entry:
    """A file that is to be checked; not read yet. is_named: on the command line, not found below a directory."""

    path: str
    is_named: bool

    def read(self) -> Source | Unreadable:
        if self.path == STDIN_NAME:
            return _attempt_stdin()
        return _attempt(self.path) if self.is_named else _attempt_below(self.path)


def sources(paths: Iterable[str]) -> Iterator[Source | Unreadable]:
    """Each source that `paths` name, once, in order."""
    for entry in entries(paths):
        yield entry if isinstance(entry, Unreadable) else entry.read()


def entries(paths: Iterable[str]) -> Iterator[Entry | Unreadable]:
    """Each file that `paths` name, once, in order: files, the Python files and notebooks below directories, `-`."""
    seen: set[str] = set()
    for path in paths:
        for found in _named(path):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def read(path: str) -> Source:
    """The text of the file at `path`, which must be there and be a text; raises SourceError."""
    text = decode(_read_bytes(path))
    if not path.endswith(NOTEBOOK_SUFFIX):
        return Source(path, text)
    from weft.model.notebook import joined  # few files are notebooks

    try:
        cells = code_cells(text)
    except NotebookError as error:
        raise SourceError(str(error)) from None
    text, starts = joined(cell for _, cell in cells)
    numbers = (number for number, _ in cells)
    return Source(path, text, tuple(zip(starts, numbers, strict=True)))


def read_stdin() -> Source:
    """The text of standard input; raises SourceError."""
    data = sys.stdin.buffer.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise SourceError(_too_large())
    return Source(STDIN_NAME, decode(data))


def decode(data: bytes) -> str:
    """`data` as Python itself would decode it: byte order mark, PEP 263 cookie, else UTF-8. Newlines stay as they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("is UTF-16 text; Python source is UTF-8 or names its encoding: save it as UTF-8")
    if (nul := data.find(0)) >= 0:
        raise SourceError(f"is a binary file (byte {nul} is 0); Python source is text: name a Python file")
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"is not {error.encoding} text: byte {error.start} is 0x{error.object[error.start]:02x}; "
            "save it as UTF-8 or name its encoding in the first line"
        ) from None
    except (UnicodeError, LookupError):
        raise SourceError(f"names `{encoding}`, which is no encoding of text: save it as UTF-8") from None


def encoded(path: str, text: str) -> bytes:
    """`text` in the encoding of the file at `path`, with its byte order mark. Raises UnicodeError."""
    data = _read_bytes(path)
    encoding = _encoding(data)
    return text.encode(encoding)


def _encoding(data: bytes) -> str:
    if not data.startswith(codecs.BOM_UTF8) and not any(
        b"coding" in line for line in data.split(b"\n", 2)[:2]
    ):
        return "utf-8"
    import tokenize  # slow to load, and few files name an encoding

    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        if error.msg.startswith("invalid or missing"):
            return "utf-8"  # no encoding is named, and a byte of the first lines is not UTF-8
        raise SourceError(f"has an encoding line that Python refuses ({error.msg}): correct it") from None


def complain(unreadable: Unreadable) -> None:
    """Say on stderr, in one line, why a path gave no text."""
    complain_of(f"{unreadable.path} {unreadable.reason}")


def complain_of(trouble: str) -> None:
    """Say on stderr, in one line, what kept the command from its work."""
    sys.stdout.flush()  # so that the two streams keep their order on a terminal
    print(f"weft: {printable(trouble)}", file=sys.stderr)


def _named(path: str) -> Iterator[Entry | Unreadable]:
    if path == STDIN:
        yield Entry(STDIN_NAME, is_named=True)
    elif os.path.isdir(path):
        yield from _directory(path)
    else:
        yield Entry(path if path.endswith(os.sep) else os.path.normpath(path), is_named=True)


def _attempt_stdin() -> Source | Unreadable:
    try:
        return read_stdin()
    except SourceError as error:
        return Unreadable(STDIN_NAME, str(error))


def _attempt(path: str) -> Source | Unreadable:
    try:
        return read(path)
    except SourceError as error:
        return Unreadable(path, str(error))


def _directory(path: str) -> Iterator[Entry | Unreadable]:
    """What is below a directory. Nothing at all is a mistake: a gate that checks nothing must not stay open."""
    is_empty = True
    for found in _below(path):
        is_empty = False
        yield found
    if is_empty:
        yield Unreadable(
            os.path.normpath(path), "holds no Python files: name a directory or a file that has some"
        )


def _below(top: str) -> Iterator[Entry | Unreadable]:
    """The Python files below a directory. Links to directories are not followed, so there are no loops."""
    failed: list[OSError] = []
    for directory, names, files in os.walk(top, onerror=failed.append):
        names[:] = sorted(name for name in names if not is_skipped(directory, name))
        for name in sorted(files):
            path = os.path.join(directory, name)
            if name.endswith(_SUFFIXES) and not name.startswith(".") and not _is_large_and_not_ours(path):
                yield Entry(os.path.normpath(path), is_named=False)
        while failed:
            yield _unlisted(failed.pop())
    while failed:
        yield _unlisted(failed.pop())


def _attempt_below(path: str) -> Source | Unreadable:
    found = _attempt(path)
    if isinstance(found, Unreadable) and not os.path.lexists(path):
        return Unreadable(found.path, "was deleted while it was read: check again")
    return found


def _unlisted(error: OSError) -> Unreadable:
    path = os.path.normpath(os.fsdecode(error.filename))
    if isinstance(error, FileNotFoundError):
        return Unreadable(path, "was deleted while it was read: check again")
    return Unreadable(path, _system_reason(path, error))


def _is_large_and_not_ours(path: str) -> bool:
    """Whether a file over the limit never says `weft`: a generated table, say, which is nobody's kernel."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size <= LIMIT_BYTES:
            return False
        with open(path, "rb") as file:
            return not _says(file, _OURS.encode())
    except OSError:
        return False  # the reading that follows names the trouble


def _says(file: io.BufferedReader, word: bytes) -> bool:
    tail = b""
    while chunk := file.read(_CHUNK_BYTES):
        if word in tail + chunk:
            return True
        tail = chunk[1 - len(word) :]
    return False


def _read_bytes(path: str) -> bytes:
    """At most the limit, of a regular file; opened without waiting, since a pipe would keep us for ever."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(_kind_reason(status.st_mode))
            # Of a file that says less than it holds, as some of the system do, the rest; room for the limit would cost more
            # than reading.
            data = file.read(min(status.st_size, LIMIT_BYTES) + 1)
            data += file.read(LIMIT_BYTES + 1 - len(data)) if len(data) > status.st_size else b""
    except OSError as error:
        raise SourceError(_system_reason(path, error)) from None
    except ValueError:
        raise SourceError("holds a character 0, which no path may: correct the path") from None
    if len(data) > LIMIT_BYTES:
        raise SourceError(_too_large())
    return data


def _too_large() -> str:
    return f"is larger than {LIMIT_BYTES // 1024**2} MB, the most that Weft reads: split it"


_KINDS: Sequence[tuple[int, str]] = (
    (stat.S_IFDIR, "a directory"),
    (stat.S_IFIFO, "a named pipe"),
    (stat.S_IFSOCK, "a socket"),
    (stat.S_IFCHR, "a device"),
    (stat.S_IFBLK, "a device"),
)


def _kind_reason(mode: int) -> str:
    kind = next((words for code, words in _KINDS if code == stat.S_IFMT(mode)), "no regular file")
    advice = "name a file in it" if stat.S_ISDIR(mode) else "name a file, or pass the text to `-`"
    return f"is {kind}; a Python file is expected: {advice}"


def _system_reason(path: str, error: OSError) -> str:
    match error.errno:
        case errno.ENOENT if os.path.islink(path):
            return f"is a link to `{os.readlink(path)}`, which does not exist: mend the link"
        case errno.ENOENT:
            return "does not exist: correct the path"
        case errno.ENOTDIR:
            return "does not exist, since a part of the path is a file, not a directory: correct the path"
        case errno.EISDIR:
            return _kind_reason(stat.S_IFDIR)
        case errno.ELOOP:
            return "is a link that leads back to itself: mend the link"
        case errno.ENXIO:
            return _kind_reason(stat.S_IFSOCK)
        case errno.EACCES | errno.EPERM:
            return "may not be read (permission denied): change its permissions or leave it out"
        case errno.ENAMETOOLONG:
            return "is longer than a path may be: correct the path"
        case _:
            return (
                f"cannot be read ({os.strerror(error.errno or 0).lower()}): see to the file or leave it out"
            )
