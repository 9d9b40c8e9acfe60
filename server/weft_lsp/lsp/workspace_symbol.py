"""workspace/symbol."""

from collections.abc import Iterator

from lsprotocol import types

from weft_lsp.ide.workspace_symbol import workspace_symbols
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import places
from weft_lsp.lsp.symbols import KINDS


def on_workspace_symbol(ls: Server, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    return list(_found(ls, params.query))


def _found(ls: Server, query: str) -> Iterator[types.SymbolInformation]:
    # The names of the workspace are the other server's to find.
    models = () if ls.is_beside else ls.open_models()
    for found in workspace_symbols(ls.project.library, models, query):
        for place in places(ls, found.location.path or "", [found.location.span]):
            yield types.SymbolInformation(
                place, found.name, KINDS[found.kind], container_name=found.container
            )
