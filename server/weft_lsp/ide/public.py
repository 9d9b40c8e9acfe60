"""The public names of the language, with the modules that they are imported from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from weft.model.facts import Symbol
from weft.model.library import Library

_MODULES = ("", ".dims", ".layout")
_MOST_LIBRARIES = 8


@dataclass(frozen=True, slots=True)
class PublicName:
    """`from module import name`."""

    name: str
    module: str
    symbol: Symbol


@lru_cache(_MOST_LIBRARIES)
def public_names(library: Library) -> tuple[PublicName, ...]:
    """A name that several modules have is told of the first."""
    found: dict[str, PublicName] = {}
    for suffix in _MODULES:
        for each in _of_module(library, f"{library.dialect.package}{suffix}"):
            found.setdefault(each.name, each)
    return tuple(found.values())


def _of_module(library: Library, dotted: str) -> Iterator[PublicName]:
    path = library.find(dotted, "")
    module = library.module(path) if path else None
    for name in module.names() if module else ():
        symbol = module.lookup(name).symbol if module else None
        if symbol and symbol.location and _is_public(symbol, name, library.dialect.package):
            yield PublicName(name, dotted, symbol)


def _is_public(symbol: Symbol, name: str, package: str) -> bool:
    is_own = symbol.qualified_name.startswith(f"{package}.")
    return is_own and not name.startswith("_") and symbol.kind != "module"
