"""`weft cache`: what compiled kernels take on disk."""

import os
from typing import Literal

from weft.backends.cache import DEFAULT_LIMIT_BYTES, Usage, clear, usage
from weft.cli.sources import complain_of

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def run(action: Literal["info", "clear"]) -> int:
    """0: done; 2: `WEFT_CACHE_BYTES` is no number, so the default holds, or not everything could be removed."""
    if action == "clear":
        removed = clear()
        print(f"removed {_kernels(removed)} from {removed.directory}")
        left = usage()
        if left.files:
            complain_of(
                f"{left.directory} still holds {_kernels(left)}: see to its permissions, or clear again"
            )
            return 2
        return 0
    found = usage()
    print(f"{found.directory}: {_kernels(found)}, limit {_size(found.limit_bytes)}")
    given = os.environ.get("WEFT_CACHE_BYTES", "").strip()
    if given and not given.isdecimal():
        complain_of(
            f"WEFT_CACHE_BYTES is `{given}`, which is no whole number of bytes: the limit is {_size(DEFAULT_LIMIT_BYTES)}"
        )
        return 2
    return 0


def _kernels(found: Usage) -> str:
    files = "1 file" if found.files == 1 else f"{found.files} files"
    return f"{files}, {_size(found.size_bytes)}"


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size_bytes} bytes" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"
