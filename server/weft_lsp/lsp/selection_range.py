"""textDocument/selectionRange."""

from lsprotocol import types

from weft_lsp.ide.selection_range import selection_ranges
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server


def on_selection_range(ls: Server, params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
    document = ls.document(params.text_document.uri)
    if ls.is_beside:
        return None
    found = [_to_lsp(document, position) for position in params.positions]
    complete = [each for each in found if each is not None]
    # The client expects one answer for each position.
    return complete if len(complete) == len(found) else None


def _to_lsp(document: Document, position: types.Position) -> types.SelectionRange | None:
    around: types.SelectionRange | None = None
    for span in reversed(selection_ranges(document.model, document.offset(position)) or ()):
        around = types.SelectionRange(document.range(span), around)
    return around
