"""textDocument/documentSymbol."""

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.facts import Outline, SymbolKind

from weft_lsp.ide.symbols import symbols
from weft_lsp.lsp import plain
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server

KINDS: dict[SymbolKind, types.SymbolKind] = {
    "kernel": types.SymbolKind.Function,
    "function": types.SymbolKind.Function,
    "operation": types.SymbolKind.Function,
    "class": types.SymbolKind.Class,
    "dtype": types.SymbolKind.Class,
    "dimension": types.SymbolKind.TypeParameter,
    "constant": types.SymbolKind.Constant,
    "parameter": types.SymbolKind.Variable,
    "variable": types.SymbolKind.Variable,
    "module": types.SymbolKind.Module,
    "method": types.SymbolKind.Method,
    "property": types.SymbolKind.Property,
}


def on_document_symbol(
    ls: Server, params: types.DocumentSymbolParams
) -> list[plain.DocumentSymbol] | list[plain.SymbolInformation] | None:
    document = ls.document(params.text_document.uri)
    if ls.is_beside:
        return None
    found = [entry for entry in symbols(document.model) if document.holds(entry.span)]
    nested = "text_document.document_symbol.hierarchical_document_symbol_support"
    if get_capability(ls.client_capabilities, nested):
        return [_to_lsp(document, entry) for entry in found]
    return [information for entry in found for information in _flat(document, entry, None)]


def _to_lsp(document: Document, entry: Outline) -> plain.DocumentSymbol:
    symbol: plain.DocumentSymbol = {
        "name": entry.name,
        "kind": KINDS[entry.kind],
        "range": document.plain_range(entry.span),
        "selectionRange": document.plain_range(entry.name_span),
        "children": [_to_lsp(document, child) for child in entry.children],
    }
    if entry.detail:
        symbol["detail"] = entry.detail
    return symbol


def _flat(document: Document, entry: Outline, container: str | None) -> list[plain.SymbolInformation]:
    """For clients that know no tree: the entry and all below it, each naming what contains it."""
    location: plain.Location = {"uri": document.uri, "range": document.plain_range(entry.span)}
    own: plain.SymbolInformation = {"name": entry.name, "kind": KINDS[entry.kind], "location": location}
    if container is not None:
        own["containerName"] = container
    below = [each for child in entry.children for each in _flat(document, child, entry.name)]
    return [own, *below]
