"""textDocument/completion and completionItem/resolve."""

from collections.abc import Coroutine
from typing import Literal

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.facts import SymbolKind

from weft_lsp.ide.auto_import import import_edit
from weft_lsp.ide.complement import own_completions
from weft_lsp.ide.completion import Completion, completions, documentation, leaves_names, names_to_import
from weft_lsp.lsp import plain
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import CompletionAnswer, Server

OPTIONS = types.CompletionOptions(trigger_characters=[".", "[", "@"], resolve_provider=True)

_KINDS: dict[SymbolKind | Literal["snippet"], types.CompletionItemKind] = {
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
    "snippet": types.CompletionItemKind.Snippet,
}


def on_completion(
    ls: Server, params: types.CompletionParams
) -> plain.CompletionList | Coroutine[None, None, plain.CompletionList | None] | None:
    document = ls.document(params.text_document.uri)
    knows_snippets = get_capability(
        ls.client_capabilities, "text_document.completion.completion_item.snippet_support"
    )
    offset = document.offset(params.position)
    found = (own_completions if ls.is_beside else completions)(
        document.model,
        offset,
        with_snippets=ls.settings.snippets and bool(knows_snippets),
    )
    if ls.is_alone and leaves_names(document.model, offset, found):
        return _with_plain(ls, document, offset, found or ())
    return None if found is None else _answer(ls, document, found)


async def _with_plain(
    ls: Server, document: Document, offset: int, own: tuple[Completion, ...]
) -> plain.CompletionList | None:
    plain = await ls.plain_python.ask(lambda plain: plain.completions, document.model, offset)
    found = dict[str, Completion]()
    for each in (*own, *(plain or ()), *names_to_import(document.model, offset)):
        found.setdefault(each.name, each)
    return _answer(ls, document, tuple(found.values()))


def _answer(ls: Server, document: Document, found: tuple[Completion, ...]) -> plain.CompletionList:
    ls.answers += 1
    ls.completions = CompletionAnswer(ls.answers, document, found)
    items = [_to_lsp(each, ls.answers, index) for index, each in enumerate(found)]
    return {"isIncomplete": False, "items": items}


def on_resolve(ls: Server, item: types.CompletionItem) -> types.CompletionItem:
    """Add the documentation and the import, which are made only for the item that is looked at."""
    answer = ls.completions
    match item.data:
        case [int() as asked, int() as index] if answer and asked == answer.number:
            if 0 <= index < len(answer.found):
                _resolve(item, answer.found[index], answer.document)
        case _:
            pass
    return item


def _resolve(item: types.CompletionItem, found: Completion, document: Document) -> None:
    if text := documentation(found):
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
    if found.module:
        edit = import_edit(document.model, found.module, found.name, document.code)
        item.additional_text_edits = [types.TextEdit(document.range(edit.span), edit.text)]


def _to_lsp(completion: Completion, answer: int, index: int) -> plain.CompletionItem:
    item: plain.CompletionItem = {
        "label": completion.name,
        "kind": _KINDS[completion.kind],
        "sortText": f"{index:04}",
        "data": [answer, index],
    }
    if completion.detail:
        item["detail"] = completion.detail
    if completion.text:
        item["insertText"] = completion.text
    if completion.is_snippet:
        item["insertTextFormat"] = types.InsertTextFormat.Snippet
    return item
