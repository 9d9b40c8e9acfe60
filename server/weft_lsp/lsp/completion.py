"""textDocument/completion and completionItem/resolve."""

from lsprotocol import types
from weft.model.facts import SymbolKind

from weft_lsp.ide.completion import Completion, completions, documentation
from weft_lsp.lsp.language_server import Server

OPTIONS = types.CompletionOptions(trigger_characters=["."], resolve_provider=True)

_KINDS: dict[SymbolKind, types.CompletionItemKind] = {
    "kernel": types.CompletionItemKind.Function,
    "function": types.CompletionItemKind.Function,
    "operation": types.CompletionItemKind.Function,
    "class": types.CompletionItemKind.Class,
    "dtype": types.CompletionItemKind.Class,
    "dimension": types.CompletionItemKind.TypeParameter,
    "constant": types.CompletionItemKind.Constant,
    "parameter": types.CompletionItemKind.Variable,
    "variable": types.CompletionItemKind.Variable,
    "module": types.CompletionItemKind.Module,
    "method": types.CompletionItemKind.Method,
    "property": types.CompletionItemKind.Property,
}


def on_completion(ls: Server, params: types.CompletionParams) -> types.CompletionList | None:
    document = ls.document(params.text_document.uri)
    found = completions(document.model, document.offset(params.position))
    if found is None:
        return None
    ls.completions = (ls.completions[0] + 1, found)
    items = [_to_lsp(each, ls.completions[0], index) for index, each in enumerate(found)]
    return types.CompletionList(is_incomplete=False, items=items)


def on_resolve(ls: Server, item: types.CompletionItem) -> types.CompletionItem:
    """Add the documentation, which is made only for the item that is looked at."""
    answer, found = ls.completions
    match item.data:
        case [int() as asked, int() as index] if asked == answer and 0 <= index < len(found):
            text = documentation(found[index])
            item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text) if text else None
        case _:
            pass
    return item


def _to_lsp(completion: Completion, answer: int, index: int) -> types.CompletionItem:
    return types.CompletionItem(
        label=completion.name,
        kind=_KINDS[completion.kind],
        detail=completion.detail or None,
        sort_text=f"{index:04}",
        data=[answer, index],
    )
