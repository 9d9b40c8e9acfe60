"""Where in the file the name at the cursor stands."""

import ast

from weft.model.model import Model
from weft.model.scopes import Name, Occurrence, name_at

from weft_lsp.ide.places import blocks_of
from weft_lsp.ide.references import our_target
from weft_lsp.ide.relevance import is_of_language, is_ours
from weft_lsp.ide.target import uses


def highlights(model: Model, offset: int) -> tuple[Occurrence, ...] | None:
    """The occurrences of a local, a parameter or a name of the module, where Weft is the one to answer."""
    name = our_name(model, offset)
    if name is not None and not isinstance(name.function, ast.ClassDef):
        return name.occurrences
    # An attribute of a class.
    target = our_target(model, offset)
    is_of_user = target is not None and not is_of_language(target.symbol)
    return (tuple(uses(target, model)) or None) if target and is_of_user else None


def our_name(model: Model, offset: int) -> Name | None:
    """The name at the cursor: any in a kernel, and elsewhere those that stand for something of Weft."""
    fact = model.fact_at(offset)
    if model.kernel_at(offset) is None and (fact is None or not is_ours(model, offset, fact)):
        return None
    return name_at(blocks_of(model), offset)
