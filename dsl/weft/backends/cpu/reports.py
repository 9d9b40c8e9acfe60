"""What kernels say while they run: machine code calls back with the launch, the number of what it says and its values."""

import sys
from collections.abc import Sequence
from contextlib import contextmanager
from ctypes import CFUNCTYPE, c_int64, c_void_p, cast
from typing import TYPE_CHECKING, Any

from weft.errors import KernelError, finding
from weft.model.texts import written
from weft.once import Once

if TYPE_CHECKING:
    from collections.abc import Generator

    from weft.backends.speech import Speech

# The name of the function that machine code calls.
REPORT = "weft_report"

# x, y, z of the thread and of the block come before the values of an assertion's message.
_PLACE = 6
_Place = tuple[int, ...]


class Reports:
    """What one launch says. Prints go out at once; of failed assertions the first thread of the first block's is kept."""

    def __init__(self, speeches: "Sequence[Speech]") -> None:
        self._speeches = speeches
        self._first: tuple[_Place, Speech, str] | None = None

    def hear(self, number: int, address: int) -> None:
        speech = self._speeches[number]
        count = speech.format.count("%") - 2 * speech.format.count("%%")
        place = _PLACE if speech.effect == "fail" else 0
        values = (c_int64 * (place + count)).from_address(address)
        text = written(speech.format, values[place:])
        if speech.effect == "print":
            sys.stdout.write(text)
            return
        # The launch's order: blocks by z, y, x, and in each its threads.
        order = tuple(reversed(values[3:6])) + tuple(reversed(values[:3]))
        if self._first is None or order < self._first[0]:
            self._first = (order, speech, text)

    def raise_failure(self) -> None:
        """Raise KernelError if an assertion failed."""
        if self._first is None:
            return
        order, speech, text = self._first
        z, y, x, tz, ty, tx = order
        raise KernelError(
            finding(
                "assertion",
                f"`{speech.kernel}`: {text} (thread ({tx}, {ty}, {tz}) of block ({x}, {y}, {z}))",
            ),
            speech.filename,
            speech.line,
        )


_listening: dict[int, Reports] = {}


@contextmanager
def listening(slots: int, speeches: "Sequence[Speech]") -> "Generator[None]":
    """Hear what the launch with these slots says. Raises KernelError at the end if an assertion failed."""
    reports = _listening[slots] = Reports(speeches)
    try:
        yield
    finally:
        del _listening[slots]
    reports.raise_failure()


def known() -> dict[str, int]:
    """The function that machine code calls, and its address."""
    return {REPORT: cast(_function(), c_void_p).value or 0}


@Once
def _function() -> Any:
    return CFUNCTYPE(None, c_int64, c_int64, c_int64)(_report)


def _report(slots: int, number: int, values: int) -> None:
    _listening[slots].hear(number, values)
