"""Where a name is declared."""

from weft.model.facts import Location
from weft.model.model import Model

from weft_lsp.ide.keyword import keyword_at, parameter_location
from weft_lsp.ide.relevance import is_ours, is_ours_to_call


def definition(model: Model, offset: int) -> Location | None:
    """The place of the declaration; its path is None for the text that the Model was made of."""
    if keyword := keyword_at(model, offset):
        found = is_ours_to_call(model, offset, keyword.function) and parameter_location(model, keyword)
        return _own(model, found) if found else None
    fact = model.fact_at(offset)
    location = fact.symbol.location if fact and fact.symbol else None
    if fact is None or location is None or not is_ours(model, offset, fact):
        return None
    return _own(model, location)


def _own(model: Model, location: Location) -> Location:
    return Location(None, location.span) if location.path == model.path else location
