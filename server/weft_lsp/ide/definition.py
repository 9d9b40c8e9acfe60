"""Where a name is declared."""

from weft.model.facts import Location
from weft.model.model import Model

from weft_lsp.ide.relevance import is_ours


def definition(model: Model, offset: int) -> Location | None:
    """The place of the declaration; its path is None for the text that the Model was made of."""
    fact = model.fact_at(offset)
    location = fact.symbol.location if fact and fact.symbol else None
    if fact is None or location is None or not is_ours(model, offset, fact):
        return None
    return Location(None, location.span) if location.path == model.path else location
