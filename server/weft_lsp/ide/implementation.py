"""Where something is made real: the body of a function, and for the class of dimensions each dimension."""

from weft.model.facts import Location
from weft.model.model import Model
from weft.model.text import ModuleText
from weft.model.values import Class, Dimension, Value

from weft_lsp.ide.definition import definition


def implementations(model: Model, offset: int) -> tuple[Location, ...] | None:
    fact = model.fact_at(offset)
    if fact is not None and _is_dimensions(model, fact.value):
        own = [Location(None, place.span) for place in _dimensions(model.module)]
        path = model.library.find(f"{model.library.dialect.package}.dims", model.path)
        module = model.library.module(path) if path else None
        return (*own, *(_dimensions(module) if module else ()))
    found = definition(model, offset)
    return None if found is None else (found,)


def _is_dimensions(model: Model, value: Value) -> bool:
    return isinstance(value, Class) and value.qualified_name == model.library.dialect.dimension


def _dimensions(module: ModuleText) -> list[Location]:
    bindings = [module.lookup(name) for name in module.names()]
    return [
        binding.symbol.location
        for binding in bindings
        if isinstance(binding.value, Dimension)
        and binding.symbol
        and binding.symbol.location
        and binding.symbol.location.path == module.path
    ]
