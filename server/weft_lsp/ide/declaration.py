"""Where a name comes into the file: the import of what is declared elsewhere, else the declaration itself."""

from weft.model.facts import Location
from weft.model.model import Model
from weft.model.scopes import name_at

from weft_lsp.ide.definition import definition
from weft_lsp.ide.places import blocks_of


def declaration(model: Model, offset: int) -> Location | None:
    found = definition(model, offset)
    if found is None or found.path is None:
        return found
    name = name_at(blocks_of(model), offset)
    imports = [place for place in name.occurrences if place.is_write] if name and name.is_import else []
    return Location(None, imports[0].span) if imports else found
