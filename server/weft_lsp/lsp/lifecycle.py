"""The server ends with its client, also when the client dies without a word."""

import asyncio
import os
import sys

from weft_lsp.lsp.language_server import Server

if sys.platform == "win32":
    import ctypes

INTERVAL_SECONDS = 3.0


def end_with(ls: Server, process_id: int | None) -> None:
    """Watch the client. A process that cannot be seen from here, as in another container, is not watched."""
    if process_id and is_alive(process_id):
        _watch(ls, process_id)


def is_alive(process_id: int) -> bool:
    if sys.platform == "win32":
        return _is_alive_on_windows(process_id)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _watch(ls: Server, process_id: int) -> None:
    if is_alive(process_id):
        asyncio.get_running_loop().call_later(INTERVAL_SECONDS, _watch, ls, process_id)
    else:
        ls.end()


def _is_alive_on_windows(process_id: int) -> bool:
    """Signal 0 is Ctrl+C there, so ask for a handle of the process and whether it has ended."""
    if sys.platform != "win32":
        return True
    synchronize, wait_timeout = 0x00100000, 0x102
    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(synchronize, False, process_id)
    if not handle:
        return False
    waited = kernel.WaitForSingleObject(handle, 0)
    kernel.CloseHandle(handle)
    return waited == wait_timeout
