"""The findings of a file: those that the linter gives, and no others."""

from weft.lint import check
from weft.model.diagnostic import Diagnostic
from weft.model.model import Model


def diagnostics(model: Model) -> tuple[Diagnostic, ...]:
    return check(model)
