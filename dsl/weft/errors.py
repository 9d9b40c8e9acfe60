"""What Weft raises, by who must act: the kernel's author, the caller, nobody here (this GPU, this version), or us."""

import os
import sys
from collections.abc import Sequence

from weft.model.diagnostic import Diagnostic, Span
from weft.model.limits import Problem

_PACKAGE = os.path.dirname(__file__)


class WeftError(Exception):
    """A finding that stops the program. `str(error)` is `path:line: code: message`, or `code: message`."""

    def __init__(
        self,
        diagnostic: Diagnostic,
        filename: str | None = None,
        line: int | None = None,
        others: tuple[Diagnostic, ...] = (),
    ) -> None:
        super().__init__(diagnostic, filename, line, others)
        self.diagnostic = diagnostic
        self.filename = filename
        self.line = line
        self.others = others

    @property
    def code(self) -> str:
        return self.diagnostic.code

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was found; `diagnostic` is the first."""
        return (self.diagnostic, *self.others)

    def __str__(self) -> str:
        words = f"{self.diagnostic.code}: {self.diagnostic.message}"
        return words if self.filename is None else f"{self.filename}:{self.line}: {words}"


class KernelError(WeftError):
    """The kernel is wrong: what the front end found in its text."""


class LaunchError(WeftError):
    """The call is wrong: its arguments or its geometry do not fit the kernel."""


class UnsupportedError(WeftError):
    """This machine cannot do it: no driver, too old a GPU, a package that is missing."""


class InternalError(WeftError):
    """Weft is wrong: please report it."""


def finding(code: str, message: str) -> Diagnostic:
    """A Diagnostic of something that is not in a text."""
    return Diagnostic(code, message, Span(0, 0))


def launch_error(found: Sequence[Problem]) -> LaunchError:
    """The error for what was found, at the line outside Weft that made the call."""
    first, *others = [finding(problem.code, problem.message) for problem in found]
    filename, line = _caller()
    return LaunchError(first, filename, line, tuple(others))


def unsupported(problem: Problem) -> UnsupportedError:
    return UnsupportedError(finding(problem.code, problem.message))


def internal(message: str) -> InternalError:
    return InternalError(finding("internal-code", f"{message}: please report it"))


def _caller() -> tuple[str | None, int | None]:
    """The file and the line of the innermost frame outside Weft."""
    frame = sys._getframe()  # pyright: ignore[reportPrivateUsage]  `inspect`, which has it too, is slow to load
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return (None, None) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
