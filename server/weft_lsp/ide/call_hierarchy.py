"""Who calls a kernel or a function, and what it calls itself: launches, kernels, device functions."""

import ast
import os
from collections.abc import Iterable, Iterator

from weft.model.declarations import name_span
from weft.model.diagnostic import Span
from weft.model.facts import Symbol, SymbolKind
from weft.model.model import Model
from weft.model.scopes import path_of
from weft.model.syntax import Parsed
from weft.records import record

from weft_lsp.ide.keyword import symbol_at
from weft_lsp.ide.places import blocks_of, blocks_of_module, called, calls, function_at, last_name
from weft_lsp.ide.relevance import is_of_language
from weft_lsp.ide.target import Target, uses

_CALLED: tuple[SymbolKind, ...] = ("kernel", "function")


@record
class CallItem:
    """A function, or a file whose own statements call. span: all of it. name_span: its name."""

    name: str
    kind: SymbolKind
    path: str
    span: Span
    name_span: Span
    qualified_name: str = ""


@record
class CallEdge:
    """One function at the other end, and where the calls stand: in the file of the one that calls."""

    item: CallItem
    places: tuple[Span, ...]


def prepare(model: Model, offset: int) -> CallItem | None:
    fact = model.fact_at(offset)
    symbol = fact.symbol if fact else None
    return _item(model, symbol) if symbol and _is_ours(symbol) else None


def incoming(item: CallItem, models: Iterable[Model]) -> tuple[CallEdge, ...]:
    target = Target(item.name, item.path, item.qualified_name)
    found: dict[CallItem, list[Span]] = {}
    for model in models:
        places = {each.span for each in uses(target, model)}
        for start, parsed, node in calls(blocks_of(model), ""):
            name = last_name(parsed.text, parsed.span(called(node)))
            if name is not None and name.shifted(start) in places:
                found.setdefault(_around(model, start, parsed, node), []).append(name.shifted(start))
    return tuple(CallEdge(caller, tuple(spans)) for caller, spans in found.items())


def outgoing(item: CallItem, model: Model) -> tuple[CallEdge, ...]:
    found: dict[CallItem, list[Span]] = {}
    for start, parsed, node in calls(blocks_of(model), ""):
        function = parsed.span(called(node)).shifted(start)
        if item.span.start <= function.start < item.span.end:
            symbol = symbol_at(model, function)
            callee = _item(model, symbol) if symbol and _is_ours(symbol) else None
            if callee is not None:
                found.setdefault(callee, []).append(function)
    return tuple(CallEdge(callee, tuple(spans)) for callee, spans in found.items())


def _is_ours(symbol: Symbol) -> bool:
    return symbol.kind in _CALLED and not is_of_language(symbol)


def _item(model: Model, symbol: Symbol) -> CallItem | None:
    location = symbol.location
    if location is None or location.path is None:
        return None
    module = model.module if location.path == model.path else model.library.module(location.path)
    found = function_at(blocks_of_module(module), location.span) if module else None
    whole = found[1].span(found[2]).shifted(found[0]) if found else location.span
    return CallItem(symbol.name, symbol.kind, location.path, whole, location.span, symbol.qualified_name)


def _around(model: Model, start: int, parsed: Parsed, call: ast.Call) -> CallItem:
    """The innermost function around a call, or the file."""
    functions = list(_functions_around(parsed, call))
    if not functions:
        name = os.path.basename(model.path)
        return CallItem(name, "module", model.path, Span(0, len(model.text)), Span(0, 0))
    node = functions[-1]
    place = name_span(parsed, node, node.name).shifted(start)
    qualified = f"{model.module.name}.{path_of(parsed, node)}"
    kernels = {function.qualified_name for _, function in model.kernels() if function.is_kernel}
    kind: SymbolKind = "kernel" if qualified in kernels else "function"
    return CallItem(node.name, kind, model.path, parsed.span(node).shifted(start), place, qualified)


def _functions_around(parsed: Parsed, call: ast.Call) -> Iterator[ast.FunctionDef]:
    place = parsed.span(call)
    for node in ast.walk(parsed.tree) if parsed.tree else ():
        if isinstance(node, ast.FunctionDef):
            span = parsed.span(node)
            if span.start <= place.start and place.end <= span.end:
                yield node
