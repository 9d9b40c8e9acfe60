"""textDocument/references."""

from lsprotocol import types

from weft_lsp.ide.references import references
from weft_lsp.lsp.language_server import Server


def on_references(ls: Server, params: types.ReferenceParams) -> list[types.Location] | None:
    document = ls.document(params.text_document.uri)
    offset = document.offset(params.position)
    found = references(document.model, offset, with_declaration=params.context.include_declaration)
    return None if found is None else [types.Location(document.uri, document.range(span)) for span in found]
