"""A request for each feature of the server, at a place of a document."""

from collections.abc import Callable
from typing import Any

from weft_lsp.lsp import server

Ask = Callable[[str, dict[str, Any]], Any]

METHODS = tuple(feature.method for feature in (*server.REQUESTS, server.PULL_DIAGNOSTICS))

# The members of an item, lens or kind of call that a request is given, by how the server gave it.
_FROM = {
    "completionItem/resolve": ("textDocument/completion", ""),
    "codeLens/resolve": ("textDocument/codeLens", ""),
    "callHierarchy/incomingCalls": ("textDocument/prepareCallHierarchy", "item"),
    "callHierarchy/outgoingCalls": ("textDocument/prepareCallHierarchy", "item"),
}


def ask_for(method: str, uri: str, position: dict[str, int], end: dict[str, int], ask: Ask) -> Any:
    """What the server answers to a request of a feature. end: that of the document."""
    return ask(method, params_of(method, uri, position, end, ask))


def params_of(method: str, uri: str, position: dict[str, int], end: dict[str, int], ask: Ask) -> Any:
    """`ask` is for what must be asked before."""
    if method in _FROM:
        first, member = _FROM[method]
        found = ask(first, params_of(first, uri, position, end, ask))
        items = found["items"] if isinstance(found, dict) else found
        assert items, f"nothing to ask {method} about"
        return {member: items[0]} if member else items[0]
    document = {"textDocument": {"uri": uri}}
    whole = {"range": {"start": {"line": 0, "character": 0}, "end": end}}
    match method.rpartition("/")[2]:
        case "symbol":
            return {"query": "k"}
        case "rename":
            return {**document, "position": position, "newName": "another"}
        case "references":
            return {**document, "position": position, "context": {"includeDeclaration": True}}
        case "codeAction":
            return {**document, **whole, "context": {"diagnostics": []}}
        case "inlayHint" | "range":
            return {**document, **whole}
        case "selectionRange":
            return {**document, "positions": [position]}
        case "delta":
            return {**document, "previousResultId": "none"}
        case _:
            return {**document, "position": position}
