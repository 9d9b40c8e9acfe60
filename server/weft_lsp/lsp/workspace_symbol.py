"""workspace/symbol."""

from collections.abc import Iterator

from lsprotocol import types

from weft_lsp.ide.workspace_symbol import workspace_symbols
from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import lines_of
from weft_lsp.lsp.positions import range_of
from weft_lsp.lsp.symbols import KINDS


def on_workspace_symbol(ls: Server, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    return list(_found(ls, params.query))


def _found(ls: Server, query: str) -> Iterator[types.SymbolInformation]:
    uris = {document.model.path: document.uri for document in ls.documents.all()}
    models = [document.model for document in ls.documents.all()]
    for found in workspace_symbols(ls.project.library, models, query):
        path = found.location.path or ""
        uri = uris.get(path) or uri_of(path)
        if lines := lines_of(ls, uri, path):
            place = types.Location(uri, range_of(lines, found.location.span, ls.documents.encoding))
            yield types.SymbolInformation(
                place, found.name, KINDS[found.kind], container_name=found.container
            )
