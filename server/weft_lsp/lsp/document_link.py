"""textDocument/documentLink."""

from lsprotocol import types

from weft_lsp.ide.document_link import document_links
from weft_lsp.ide.rule_page import RulePage
from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server

OPTIONS = types.DocumentLinkOptions(resolve_provider=False)


def on_document_link(ls: Server, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    document = ls.document(params.text_document.uri)
    return [
        types.DocumentLink(
            document.range(link.span), page_uri(link.page), tooltip=f"What `{link.code}` is about"
        )
        for link in document_links(document.model)
        if document.holds(link.span)
    ]


def page_uri(page: RulePage) -> str:
    """The line as clients take it: after `#L`."""
    return f"{uri_of(page.path)}#L{page.line + 1}" if page.line else uri_of(page.path)
