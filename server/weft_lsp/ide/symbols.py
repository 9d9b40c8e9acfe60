"""The outline of a file."""

from weft.model.facts import Outline
from weft.model.model import Model


def symbols(model: Model) -> tuple[Outline, ...]:
    return model.outline
