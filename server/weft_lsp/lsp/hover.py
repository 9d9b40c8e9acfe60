"""textDocument/hover."""

from lsprotocol import types

from weft_lsp.ide.complement import own_hover
from weft_lsp.ide.hover import Hover, hover
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server


def on_hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    document = ls.document(params.text_document.uri)
    found = (own_hover if ls.is_beside else hover)(document.model, document.offset(params.position))
    return found and _to_lsp(document, found)


def _to_lsp(document: Document, found: Hover) -> types.Hover:
    contents = types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
    return types.Hover(contents, document.range(found.span))
