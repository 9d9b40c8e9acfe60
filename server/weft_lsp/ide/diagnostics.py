"""The findings of a file: those that the linter gives with the project's configuration, and no others."""

from weft.lint.config import Config, Selection
from weft.lint.findings import check
from weft.model.diagnostic import Diagnostic
from weft.model.model import Model


def diagnostics(model: Model, config: Config | None = None) -> tuple[Diagnostic, ...]:
    return selected(model, check(model, config.targets if config else ()), config)


def selected(model: Model, found: tuple[Diagnostic, ...], config: Config | None) -> tuple[Diagnostic, ...]:
    """What the project's configuration leaves of all that was found."""
    if config is None:
        return found
    return () if config.excludes(model.path) else Selection().of(found, config, model.path)
