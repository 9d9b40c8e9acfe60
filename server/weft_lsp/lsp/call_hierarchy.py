"""textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and outgoingCalls."""

from lsprotocol import types
from weft.model.diagnostic import Span
from weft.model.facts import SymbolKind
from weft.model.library import read_file

from weft_lsp.ide.call_hierarchy import CallItem, incoming, outgoing, prepare
from weft_lsp.lsp.documents import path_of, uri_of
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import lines_of
from weft_lsp.lsp.positions import Lines, range_of, span_of
from weft_lsp.lsp.symbols import KINDS
from weft_lsp.lsp.workspace_models import models_with

_NAMES: dict[types.SymbolKind, SymbolKind] = {kind: name for name, kind in reversed(KINDS.items())}


def on_prepare(ls: Server, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
    document = ls.document(params.text_document.uri)
    found = prepare(document.model, document.offset(params.position))
    item = found and _to_lsp(ls, found)
    return [item] if item else None


async def on_incoming(
    ls: Server, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall] | None:
    item = _from_lsp(ls, params.item)
    if item is None:
        return None
    edges = incoming(item, await models_with(ls, item.name))
    return [
        types.CallHierarchyIncomingCall(caller, _ranges(ls, edge.item.path, edge.places))
        for edge in edges
        if (caller := _to_lsp(ls, edge.item))
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
        types.CallHierarchyOutgoingCall(callee, _ranges(ls, item.path, edge.places))
        for edge in outgoing(item, model)
        if (callee := _to_lsp(ls, edge.item))
    ]


def _to_lsp(ls: Server, item: CallItem) -> types.CallHierarchyItem | None:
    uri = ls.documents.uri_of_path(item.path) or uri_of(item.path)
    lines = lines_of(ls, uri, item.path)
    if lines is None:
        return None
    return types.CallHierarchyItem(
        item.name,
        KINDS[item.kind],
        uri,
        range_of(lines, item.span, ls.documents.encoding),
        range_of(lines, item.name_span, ls.documents.encoding),
        data=[item.qualified_name, item.kind],
    )


def _from_lsp(ls: Server, item: types.CallHierarchyItem) -> CallItem | None:
    path = path_of(item.uri)
    lines = lines_of(ls, item.uri, path)
    match item.data:
        case [str() as qualified, str()] if lines is not None:
            encoding = ls.documents.encoding
            whole, name = span_of(lines, item.range, encoding), span_of(lines, item.selection_range, encoding)
            return CallItem(item.name, _NAMES[item.kind], path, whole, name, qualified)
        case _:
            return None


def _ranges(ls: Server, path: str, places: tuple[Span, ...]) -> list[types.Range]:
    uri = ls.documents.uri_of_path(path) or uri_of(path)
    lines: Lines | None = lines_of(ls, uri, path)
    return [range_of(lines, place, ls.documents.encoding) for place in places] if lines else []
