"""Where in the file the name at the cursor stands."""

from weft.model.model import Model

from weft_lsp.ide.places import blocks_of
from weft_lsp.ide.relevance import is_ours
from weft_lsp.ide.scopes import Name, Occurrence, name_at


def highlights(model: Model, offset: int) -> tuple[Occurrence, ...] | None:
    """The occurrences of a local, a parameter or a name of the module, where Weft is the one to answer."""
    name = our_name(model, offset)
    return name and name.occurrences


def our_name(model: Model, offset: int) -> Name | None:
    """The name at the cursor: any in a kernel, and elsewhere those that stand for something of Weft."""
    fact = model.fact_at(offset)
    if model.kernel_at(offset) is None and (fact is None or not is_ours(model, offset, fact)):
        return None
    return name_at(blocks_of(model), offset)
