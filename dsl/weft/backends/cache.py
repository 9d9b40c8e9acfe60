"""Compiled code on disk, shared by processes: a file for each key, whole or absent.

A directory that cannot be read or written means only that nothing is kept. What is kept is bounded: a file's time says
when it was last used, and those that were not used for longest go first. No lock is needed for that: a file that one
process removes while another reads it is read to its end, and one that is gone is compiled again.
"""

import hashlib
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from weft import __version__
from weft.records import record

_DIGEST_BYTES = 32
DEFAULT_LIMIT_BYTES = 1024**3
_DIRECTORY = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"\.?[0-9a-f]{4,64}(?:\.\w+)?")
# After pruning so much is left, so that not every write prunes again.
_KEPT = 0.9
# A file that is being written is younger; an older one was left behind by a process that was killed.
_ABANDONED_SECONDS = 3600


@record
class Usage:
    """What is kept."""

    directory: Path
    files: int
    size_bytes: int
    limit_bytes: int


def directory(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """`WEFT_CACHE_DIR`, or the platform's place for caches."""
    if chosen := environment.get("WEFT_CACHE_DIR"):
        return Path(chosen)
    home = Path(environment.get("HOME") or os.path.expanduser("~"))
    if system == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "weft" / "cache"
    if system == "darwin":
        return home / "Library" / "Caches" / "weft"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "weft"


def limit_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """`WEFT_CACHE_BYTES`, or the default where that is not set or is no whole number; 0 keeps nothing."""
    text = environment.get("WEFT_CACHE_BYTES", "").strip()
    return int(text) if text.isdecimal() else DEFAULT_LIMIT_BYTES


def key(*parts: str | bytes) -> str:
    """The name for code made from `parts`, by this version of Weft and of Python.

    Pass all that the code depends on: the generated source, the prelude's source, the compiler's version, the machine.
    """
    digest = hashlib.sha256()
    for part in (__version__, platform.python_version(), *parts):
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def read(name: str) -> bytes | None:
    """What was written under `name`; None where nothing was, or not all of it is there."""
    path = _path(name)
    try:
        data = path.read_bytes()
    except OSError:
        return None
    payload = data[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != data[:_DIGEST_BYTES]:
        return None
    with suppress(OSError):
        os.utime(path)
    return payload


def write(name: str, payload: bytes) -> None:
    """Keep `payload` under `name`, if the directory and the limit allow."""
    path = _path(name)
    limit = limit_bytes()
    if len(payload) + _DIGEST_BYTES > limit:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, hashlib.sha256(payload).digest() + payload)
    _prune(limit)


def usage() -> Usage:
    """What is kept now."""
    files = list(_files())
    return Usage(directory(), len(files), sum(file.size_bytes for file in files), limit_bytes())


def clear() -> Usage:
    """Remove everything that Weft keeps; gives what that was. Other files in the directory stay."""
    files = list(_files())
    removed = [file for file in files if _remove(file.path)]
    return Usage(directory(), len(removed), sum(file.size_bytes for file in removed), limit_bytes())


@record
class _File:
    path: str
    size_bytes: int
    used: float

    @property
    def is_whole(self) -> bool:
        return not os.path.basename(self.path).startswith(".")


def _files() -> Iterator[_File]:
    """The files that Weft made; others are never touched."""
    for folder in _entries(str(directory())):
        if _DIRECTORY.fullmatch(folder.name):
            for entry in _entries(folder.path):
                if entry.name.removeprefix(".").startswith(folder.name) and _FILE.fullmatch(entry.name):
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        yield _File(entry.path, status.st_size, status.st_mtime)


def _entries(path: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except OSError:
        return []


def _prune(limit: int) -> None:
    files = list(_files())
    abandoned = time.time() - _ABANDONED_SECONDS
    for file in files:
        if not file.is_whole and file.used < abandoned:
            _remove(file.path)
    kept = sorted((file for file in files if file.is_whole), key=lambda file: file.used)
    total = sum(file.size_bytes for file in kept)
    if total <= limit:
        return
    for file in kept[:-1]:
        if total <= limit * _KEPT:
            return
        total -= file.size_bytes
        _remove(file.path)


def _remove(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True


# What says something of kernels and makes nothing of them, and what is no part of a key: code for GPUs has its own.
_ELSEWHERE = frozenset({"__pycache__", "check", "cli", "cuda", "host", "inspect", "lint"})


@cache
def language() -> str:
    """What tells one state of Weft's own sources from another, by their dates and sizes."""
    found: list[tuple[str, int, int]] = []
    folders = [str(Path(__file__).parents[1])]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
                elif entry.name not in _ELSEWHERE and entry.is_dir():
                    folders.append(entry.path)
    return repr(sorted(found))


@cache
def installed(package: str) -> str:
    """What tells one installation of a package from another, without loading it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        return f"no {package}"
    status = os.stat(found.origin)
    return f"{found.origin} {status.st_size} {status.st_mtime_ns}"


def _path(name: str) -> Path:
    """Files lie in subdirectories by the first two digits of the key, so that no directory grows long."""
    return directory() / name[:2] / name


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file and rename: another process sees the old file, or the whole new one."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise
