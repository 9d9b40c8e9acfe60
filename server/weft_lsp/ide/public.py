"""The public names of the language, with the modules that they are imported from."""

from collections.abc import Iterator
from functools import lru_cache

from weft.model.dialect import Dialect
from weft.model.facts import Symbol
from weft.model.library import Library
from weft.model.model import Model
from weft.model.values import NOTHING, Class, HostFunction, Module, Value
from weft.records import record

from weft_lsp.ide.relevance import is_unknown

_MODULES = ("", ".dims", ".layout")
_MOST_LIBRARIES = 8


@record
class PublicName:
    """`from module import name`."""

    name: str
    module: str
    symbol: Symbol
    value: Value
    is_for_kernels: bool


@lru_cache(_MOST_LIBRARIES)
def public_names(library: Library) -> tuple[PublicName, ...]:
    """A name that several modules have is told of the first."""
    found: dict[str, PublicName] = {}
    for suffix in _MODULES:
        for each in names_of_module(library, f"{library.dialect.package}{suffix}"):
            found.setdefault(each.name, each)
    return tuple(found.values())


@lru_cache(_MOST_LIBRARIES * len(_MODULES))
def names_of_module(library: Library, dotted: str) -> tuple[PublicName, ...]:
    """What `from dotted import` takes of a module of the language."""
    is_public = dotted in {f"{library.dialect.package}{suffix}" for suffix in _MODULES}
    return tuple(_of_module(library, dotted)) if is_public else ()


def names_in_steps(library: Library) -> Iterator[None]:
    """`public_names` bit by bit, for who has other things to do in between: a name may need another module to be read."""
    for suffix in _MODULES:
        path = library.find(f"{library.dialect.package}{suffix}", "")
        module = library.module(path) if path else None
        for name in module.names() if module else ():
            if module:
                module.lookup(name)
            yield
    public_names(library)


def written_as(model: Model, public: PublicName) -> str | None:
    """How a file writes a public name: `kernel` or `weft.kernel`, by what it imports; None if it can do neither."""
    module = model.module
    bound = module.lookup(public.name).symbol if module.declares(public.name) else None
    if bound is not None and bound.qualified_name == public.symbol.qualified_name:
        return public.name
    for name in module.names():
        value = module.lookup(name).value
        if isinstance(value, Module) and value.qualified_name == public.module:
            return f"{name}.{public.name}"
    return None


def _of_module(library: Library, dotted: str) -> Iterator[PublicName]:
    path = library.find(dotted, "")
    module = library.module(path) if path else None
    for name in module.names() if module else ():
        found = module.lookup(name) if module else NOTHING
        symbol = found.symbol
        if symbol and symbol.location and _is_public(symbol, name, library.dialect.package):
            yield PublicName(name, dotted, symbol, found.value, _is_for_kernels(found.value, library.dialect))


def _is_for_kernels(value: Value, dialect: Dialect) -> bool:
    """Whether it can stand in a kernel or its signature; decorators, errors and what makes arrays cannot."""
    match value:
        case HostFunction(qualified_name=name):
            return name in dialect.algebra
        case Class(qualified_name=name):
            return name in dialect.algebra or name == dialect.tensor
        case _:
            return not is_unknown(value)


def _is_public(symbol: Symbol, name: str, package: str) -> bool:
    is_own = symbol.qualified_name.startswith(f"{package}.")
    return is_own and not name.startswith("_") and symbol.kind != "module"
