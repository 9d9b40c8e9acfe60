"""Give a file another text, all of it or nothing."""

import errno
import os
import time

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class ReplaceError(Exception):
    """Why a file was left as it is."""


def replace(path: str, data: bytes, *, is_precious: bool = True) -> None:
    """Write beside the file first, then let that take its place: a full disk or an interruption leaves the file whole.

    A link stays a link, and the permissions stay; a file that is not there is made. Raises ReplaceError.

    is_precious: wait for the disk, so that it is whole even if the power fails now.
    """
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        temporary = os.path.join(os.path.dirname(target), f".weft-{os.getpid()}-{time.monotonic_ns()}")
        descriptor = os.open(temporary, _NEW, 0o600)
    except OSError as error:
        raise ReplaceError(_words(error)) from None
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            if is_precious:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        os.unlink(temporary)
        raise ReplaceError(_words(error)) from None
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(target: str) -> int:
    if not os.path.lexists(target):
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
    if not os.access(target, os.W_OK):
        raise ReplaceError("may not be written (permission denied): change its permissions")
    return os.stat(target).st_mode


def _words(error: OSError) -> str:
    match error.errno:
        case errno.EACCES | errno.EPERM:  # the file itself may be written
            advice = "change the permissions of its folder, where the new text is written first"
        case errno.EROFS:
            advice = "mount it for writing, or mend a copy"
        case _:
            advice = "see to the disk, and try again"
    return f"is left as it was ({os.strerror(error.errno or 0).lower()}): {advice}"
