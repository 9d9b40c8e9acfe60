"""textDocument/documentHighlight."""

from lsprotocol import types

from weft_lsp.ide.highlight import highlights
from weft_lsp.ide.scopes import Occurrence
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server


def on_document_highlight(
    ls: Server, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else highlights(document.model, document.offset(params.position))
    if found is None:
        return None
    return [_to_lsp(document, occurrence) for occurrence in found if document.holds(occurrence.span)]


def _to_lsp(document: Document, occurrence: Occurrence) -> types.DocumentHighlight:
    kind = types.DocumentHighlightKind.Write if occurrence.is_write else types.DocumentHighlightKind.Read
    return types.DocumentHighlight(document.range(occurrence.span), kind)
