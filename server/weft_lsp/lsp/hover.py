"""textDocument/hover."""

from collections.abc import Coroutine

from lsprotocol import types

from weft_lsp.ide.complement import own_hover
from weft_lsp.ide.hover import Hover, hover
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server


def on_hover(
    ls: Server, params: types.HoverParams
) -> types.Hover | Coroutine[None, None, types.Hover | None] | None:
    document = ls.document(params.text_document.uri)
    offset = document.offset(params.position)
    ask = own_hover if ls.is_beside else hover
    found = ask(document.model, offset, shows_images=ls.settings.hover_images)
    if found is None and ls.is_alone:
        return _plain(ls, document, offset)
    return found and _to_lsp(document, found, ls.settings.manual)


async def _plain(ls: Server, document: Document, offset: int) -> types.Hover | None:
    found = await ls.plain_python.ask(lambda plain: plain.hover, document.model, offset)
    return found and _to_lsp(document, found)


def _to_lsp(document: Document, found: Hover, manual: str = "") -> types.Hover:
    link = f"\n\n[Manual]({manual}/{found.manual})" if manual and found.manual else ""
    contents = types.MarkupContent(types.MarkupKind.Markdown, found.markdown + link)
    return types.Hover(contents, document.range(found.span))
