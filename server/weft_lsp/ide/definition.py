"""Where a name is declared."""

from weft.model.facts import Location
from weft.model.model import Model

from weft_lsp.ide.relevance import is_ours


def definition(model: Model, offset: int) -> Location | None:
    """The place of the declaration; its path is None for the text that the Model was made of."""
    fact = model.fact_at(offset)
    if fact is None or fact.symbol is None or not is_ours(model, offset, fact):
        return None
    return fact.symbol.location
