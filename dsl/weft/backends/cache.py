"""Compiled code on disk, shared by processes: a file for each key, whole or absent.

A directory that cannot be read or written means only that nothing is kept.
"""

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from weft import __version__

_DIGEST_BYTES = 32


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
    try:
        data = _path(name).read_bytes()
    except OSError:
        return None
    payload = data[_DIGEST_BYTES:]
    return payload if hashlib.sha256(payload).digest() == data[:_DIGEST_BYTES] else None


def write(name: str, payload: bytes) -> None:
    """Keep `payload` under `name`, if the directory allows."""
    path = _path(name)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, hashlib.sha256(payload).digest() + payload)


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
