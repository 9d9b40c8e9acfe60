"""textDocument/inlayHint."""

from lsprotocol import types
from weft.model.diagnostic import Span

from weft_lsp.ide.complement import own_hints
from weft_lsp.ide.inlay_hint import Hint, inlay_hints
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server

_KINDS = {"type": types.InlayHintKind.Type, "parameter": types.InlayHintKind.Parameter}


def on_inlay_hint(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    document = ls.document(params.text_document.uri)
    span = Span(document.offset(params.range.start), document.offset(params.range.end))
    settings = own_hints(ls.settings.hints) if ls.is_beside else ls.settings.hints
    return [_to_lsp(document, hint) for hint in inlay_hints(document.model, span, settings)]


def _to_lsp(document: Document, hint: Hint) -> types.InlayHint:
    return types.InlayHint(
        document.range(Span(hint.offset, hint.offset)).start,
        hint.label,
        kind=_KINDS.get(hint.kind),
        tooltip=types.MarkupContent(types.MarkupKind.Markdown, hint.tooltip) if hint.tooltip else None,
        padding_left=hint.kind == "guard",
        padding_right=hint.kind == "parameter",
    )
