"""workspace/symbol."""

from collections.abc import Iterator

from lsprotocol import types
from weft.model.diagnostic import Span
from weft.model.facts import Location

from weft_lsp.ide.workspace_symbol import Found, workspace_symbols
from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import places
from weft_lsp.lsp.symbols import KINDS


def on_workspace_symbol(ls: Server, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    return list(_found(ls, params.query))


def _found(ls: Server, query: str) -> Iterator[types.SymbolInformation]:
    # The names of the workspace are the other server's to find.
    models = () if ls.is_beside else ls.open_models()
    unopened = {} if ls.is_beside else dict(_unopened(ls))
    for found in workspace_symbols(ls.project.library, models, query, unopened):
        place = unopened.get(found)
        located = places(ls, found.location.path or "", [found.location.span]) if place is None else [place]
        for each in located:
            yield types.SymbolInformation(each, found.name, KINDS[found.kind], container_name=found.container)


def _unopened(ls: Server) -> Iterator[tuple[Found, types.Location]]:
    for file in ls.background.known:
        uri = uri_of(file.path)
        for name in file.names:
            found = Found(name.name, name.kind, Location(file.path, Span(name.start, name.end)), file.module)
            yield found, types.Location(uri, ls.protocol.range(name.range))
