"""textDocument/documentLink."""

from lsprotocol import types

from weft_lsp.ide.document_link import document_links
from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server

OPTIONS = types.DocumentLinkOptions(resolve_provider=False)


def on_document_link(ls: Server, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    document = ls.document(params.text_document.uri)
    return [
        types.DocumentLink(
            document.range(link.span), uri_of(link.page), tooltip=f"What `{link.code}` is about"
        )
        for link in document_links(document.model)
        if document.holds(link.span)
    ]
