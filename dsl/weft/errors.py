"""What Weft raises, by who must act: the kernel's author, the caller, nobody here (this GPU, this version), or us."""

from weft.model.diagnostic import Diagnostic, Span


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
