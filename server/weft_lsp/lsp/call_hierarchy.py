"""textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and outgoingCalls."""

from collections.abc import Iterable

from attrs import evolve
from lsprotocol import types
from weft.model.diagnostic import Span
from weft.model.facts import SymbolKind
from weft.model.files import read_file

from weft_lsp.ide.call_hierarchy import CallItem, incoming, outgoing, prepare
from weft_lsp.ide.complement import own_call_item
from weft_lsp.lsp.documents import path_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import places
from weft_lsp.lsp.positions import Lines, span_of
from weft_lsp.lsp.symbols import KINDS
from weft_lsp.lsp.workspace_models import models_with

_NAMES: dict[types.SymbolKind, SymbolKind] = {kind: name for name, kind in reversed(KINDS.items())}


def on_prepare(ls: Server, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
    document = ls.document(params.text_document.uri)
    found = (own_call_item if ls.is_beside else prepare)(document.model, document.offset(params.position))
    item = found and _to_lsp(ls, found)
    return [item] if item else None


async def on_incoming(
    ls: Server, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall] | None:
    item = _from_lsp(ls, params.item)
    if item is None:
        return None
    edges = incoming(item, await models_with(ls, item.name, item.path))
    return [
        types.CallHierarchyIncomingCall(evolve(caller, uri=uri), ranges)
        for edge in edges
        if (caller := _to_lsp(ls, edge.item))
        for uri, ranges in _by_document(ls, edge.item.path, edge.places).items()
    ]


def on_outgoing(
    ls: Server, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall] | None:
    item = _from_lsp(ls, params.item)
    opened = ls.documents.get(params.item.uri)
    text = None if opened else read_file(path_of(params.item.uri))
    if item is None or (opened is None and text is None):
        return None
    model = opened.model if opened else ls.project.read(item.path, text or "")
    return [
        types.CallHierarchyOutgoingCall(callee, ranges)
        for edge in outgoing(item, model)
        if (callee := _to_lsp(ls, edge.item))
        if (ranges := _by_document(ls, item.path, edge.places).get(params.item.uri))
    ]


def _to_lsp(ls: Server, item: CallItem) -> types.CallHierarchyItem | None:
    found = places(ls, item.path, [item.span, item.name_span])
    if not found:
        return None
    whole, name = found
    data = [item.qualified_name, item.kind, item.path]
    return types.CallHierarchyItem(item.name, KINDS[item.kind], name.uri, whole.range, name.range, data=data)


def _from_lsp(ls: Server, item: types.CallHierarchyItem) -> CallItem | None:
    match item.data:
        case [str() as qualified, str(), str() as path]:
            whole, name = (
                _span(ls, path, item.uri, item.range),
                _span(ls, path, item.uri, item.selection_range),
            )
            return whole and name and CallItem(item.name, _NAMES[item.kind], path, whole, name, qualified)
        case _:
            return None


def _span(ls: Server, path: str, uri: str, place: types.Range) -> Span | None:
    if opened := ls.documents.get(uri):
        return Span(opened.offset(place.start), opened.offset(place.end))
    text = read_file(path)
    return None if text is None else span_of(Lines.of(text), place, ls.documents.encoding)


def _by_document(ls: Server, path: str, spans: Iterable[Span]) -> dict[str, list[types.Range]]:
    """The places by their URI: what a notebook's own statements call stands in several of its cells."""
    found: dict[str, list[types.Range]] = {}
    for place in places(ls, path, spans):
        found.setdefault(place.uri, []).append(place.range)
    return found
