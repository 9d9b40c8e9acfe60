"""textDocument/foldingRange."""

from lsprotocol import types

from weft_lsp.ide.folding_range import folds
from weft_lsp.lsp.language_server import Server


def on_folding_range(ls: Server, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else folds(document.model, document.span)
    if found is None:
        return None
    imports = types.FoldingRangeKind.Imports
    return [
        types.FoldingRange(fold.first, fold.last, kind=imports if fold.kind == "imports" else None)
        for fold in found
    ]
