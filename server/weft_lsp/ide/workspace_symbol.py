"""Names to go to from anywhere: Weft's public ones, and those of the files that are open and use Weft."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from weft.model.facts import Location, SymbolKind
from weft.model.library import Library
from weft.model.model import Model


@dataclass(frozen=True, slots=True)
class Found:
    """A name and where it is declared. container: the module, as it is imported."""

    name: str
    kind: SymbolKind
    location: Location
    container: str


def workspace_symbols(library: Library, models: Iterable[Model], query: str) -> tuple[Found, ...]:
    """The names that have the letters of the query in their order, whatever their case; files first."""
    own = (found for model in models for found in _of_file(model))
    return tuple(found for found in (*own, *_of_language(library)) if _matches(found.name, query))


def _of_file(model: Model) -> Iterator[Found]:
    for entry in model.outline if model.is_about_kernels else ():
        yield Found(entry.name, entry.kind, Location(model.path, entry.name_span), model.module.name)


def _of_language(library: Library) -> Iterator[Found]:
    package = library.dialect.package
    path = library.find(package, "")
    module = library.module(path) if path else None
    for name in module.names() if module else ():
        symbol = module.lookup(name).symbol if module else None
        if symbol and symbol.location and _is_public(symbol.qualified_name, name, package):
            yield Found(name, symbol.kind, symbol.location, package)


def _is_public(qualified_name: str, name: str, package: str) -> bool:
    return not name.startswith("_") and qualified_name.startswith(f"{package}.")


def _matches(name: str, query: str) -> bool:
    letters = iter(name.casefold())
    return all(letter in letters for letter in query.casefold())
