"""textDocument/semanticTokens: full, delta and range."""

from collections.abc import Iterator, Sequence

from lsprotocol import types
from weft.model.diagnostic import Span

from weft_lsp.ide.semantic_tokens import KINDS, MODIFIERS, Token, semantic_tokens
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server

LEGEND = types.SemanticTokensLegend(list(KINDS), list(MODIFIERS))
_KIND = {kind: index for index, kind in enumerate(KINDS)}
_BIT = {modifier: 1 << index for index, modifier in enumerate(MODIFIERS)}
# The numbers that the protocol has for each token.
_NUMBERS = 5


def on_semantic_tokens(ls: Server, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
    return _remembered(ls, ls.document(params.text_document.uri))


def on_semantic_tokens_delta(
    ls: Server, params: types.SemanticTokensDeltaParams
) -> types.SemanticTokens | types.SemanticTokensDelta | None:
    """What changed since the answer that the client has, if it is the last one given."""
    document = ls.document(params.text_document.uri)
    before = ls.semantic_tokens.get(document.uri)
    now = _remembered(ls, document)
    if now is None or before is None or before.result_id != params.previous_result_id:
        return now
    return types.SemanticTokensDelta(_edits(before.data, now.data), now.result_id)


def on_semantic_tokens_range(
    ls: Server, params: types.SemanticTokensRangeParams
) -> types.SemanticTokens | None:
    document = ls.document(params.text_document.uri)
    span = Span(document.offset(params.range.start), document.offset(params.range.end))
    found = semantic_tokens(document.model, span)
    return None if found is None else types.SemanticTokens(list(_numbers(document, found)))


def _remembered(ls: Server, document: Document) -> types.SemanticTokens | None:
    found = semantic_tokens(document.model, document.span)
    if found is None:
        return None
    ls.answers += 1
    answer = types.SemanticTokens(list(_numbers(document, found)), str(ls.answers))
    ls.semantic_tokens[document.uri] = answer
    return answer


def _numbers(document: Document, tokens: Sequence[Token]) -> Iterator[int]:
    """Each token by its distance from the one before it, its length, kind and modifiers."""
    line, column = 0, 0
    for token in tokens:
        start, end = document.place(token.span.start), document.place(token.span.end)
        yield start[0] - line
        yield start[1] - (column if start[0] == line else 0)
        yield end[1] - start[1]
        yield _KIND[token.kind]
        yield sum(_BIT[modifier] for modifier in token.modifiers)
        line, column = start


def _edits(before: Sequence[int], now: Sequence[int]) -> list[types.SemanticTokensEdit]:
    """One edit, of whole tokens, between what is the same at the start and at the end."""
    most = min(len(before), len(now)) // _NUMBERS
    start = _same(before, now, most)
    end = _same(_backwards(before), _backwards(now), most - start)
    first, kept = start * _NUMBERS, end * _NUMBERS
    removed, added = len(before) - first - kept, list(now[first : len(now) - kept])
    return [types.SemanticTokensEdit(first, removed, added)] if removed or added else []


def _same(a: Sequence[int], b: Sequence[int], most: int) -> int:
    """How many tokens two lists have in common at their start."""
    for index in range(most):
        here = slice(index * _NUMBERS, (index + 1) * _NUMBERS)
        if a[here] != b[here]:
            return index
    return most


def _backwards(numbers: Sequence[int]) -> Sequence[int]:
    return numbers[::-1]
