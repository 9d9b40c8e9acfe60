"""Names to go to from anywhere: Weft's public ones, and those of the files that use Weft."""

from collections.abc import Iterable, Iterator

from weft.model.facts import Location, SymbolKind
from weft.model.library import Library
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.public import public_names


@record
class Found:
    """A name and where it is declared. container: the module, as it is imported."""

    name: str
    kind: SymbolKind
    location: Location
    container: str


def workspace_symbols(
    library: Library, models: Iterable[Model], query: str, others: Iterable[Found] = ()
) -> tuple[Found, ...]:
    """The names that have the letters of the query in their order, whatever their case; what is nearest first.

    others: the names of files that are not open.
    """
    own = (found for model in models for found in _of_file(model))
    matching = [found for found in (*own, *others, *_of_language(library)) if _matches(found.name, query)]
    return tuple(sorted(matching, key=lambda found: _distance(found.name, query)))


def _of_file(model: Model) -> Iterator[Found]:
    for entry in model.outline if model.is_about_kernels else ():
        yield Found(entry.name, entry.kind, Location(model.path, entry.name_span), model.module.name)


def _of_language(library: Library) -> Iterator[Found]:
    for public in public_names(library):
        if public.symbol.location:
            yield Found(public.name, public.symbol.kind, public.symbol.location, public.module)


def _matches(name: str, query: str) -> bool:
    letters = iter(name.casefold())
    return all(letter in letters for letter in query.casefold())


def _distance(name: str, query: str) -> tuple[int, int]:
    """The name itself, then those that start with the query, then those that hold it, then the others, the shortest first."""
    name, query = name.casefold(), query.casefold()
    kind = 0 if name == query else 1 if name.startswith(query) else 2 if query in name else 3
    return kind, len(name) if kind == 3 else 0
