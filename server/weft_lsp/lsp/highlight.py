"""textDocument/documentHighlight."""

from collections.abc import Coroutine

from lsprotocol import types
from weft.model.scopes import Occurrence

from weft_lsp.ide.highlight import highlights
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server

_Found = list[types.DocumentHighlight] | None


def on_document_highlight(
    ls: Server, params: types.DocumentHighlightParams
) -> _Found | Coroutine[None, None, _Found]:
    document = ls.document(params.text_document.uri)
    offset = document.offset(params.position)
    found = None if ls.is_beside else highlights(document.model, offset)
    if found is None and ls.is_alone:
        return _plain(ls, document, offset)
    if found is None:
        return None
    return [_to_lsp(document, occurrence) for occurrence in found if document.holds(occurrence.span)]


async def _plain(ls: Server, document: Document, offset: int) -> _Found:
    found = await ls.plain_python.ask(lambda plain: plain.highlights, document.model, offset)
    return [types.DocumentHighlight(document.range(span)) for span in found or () if document.holds(span)]


def _to_lsp(document: Document, occurrence: Occurrence) -> types.DocumentHighlight:
    kind = types.DocumentHighlightKind.Write if occurrence.is_write else types.DocumentHighlightKind.Read
    return types.DocumentHighlight(document.range(occurrence.span), kind)
