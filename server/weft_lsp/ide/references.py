"""Who uses the name at the cursor, in the files that may."""

from collections.abc import Iterable

from weft.model.facts import Location
from weft.model.model import Model

from weft_lsp.ide.keyword import keyword_at
from weft_lsp.ide.relevance import is_ours, is_ours_to_call
from weft_lsp.ide.target import Target, target_at, uses


def our_target(model: Model, offset: int) -> Target | None:
    """The name at the cursor: any in a kernel, and elsewhere those that stand for something of Weft."""
    keyword = keyword_at(model, offset)
    if keyword is not None:
        is_for_us = is_ours_to_call(model, offset, keyword.function)
    else:
        fact = model.fact_at(offset)
        is_for_us = model.kernel_at(offset) is not None or (fact is not None and is_ours(model, offset, fact))
    return target_at(model, offset) if is_for_us else None


def references(target: Target, models: Iterable[Model], *, with_declaration: bool) -> tuple[Location, ...]:
    """The places, file by file. The declaration is the first place that binds the name in its file."""
    found: list[Location] = []
    for model in models:
        places = uses(target, model)
        bound = [each for each in places if each.is_write]
        if model.path == target.path and bound and not with_declaration:
            places.remove(bound[0])
        found += [Location(model.path, each.span) for each in places]
    return tuple(found)
