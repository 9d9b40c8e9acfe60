"""The parts of long answers as JSON has them: an object of the protocol for each of hundreds takes longer than finding them."""

from typing import NotRequired, TypedDict

from lsprotocol import types


class Position(TypedDict):
    line: int
    character: int


class Range(TypedDict):
    start: Position
    end: Position


class Location(TypedDict):
    uri: str
    range: Range


class SymbolInformation(TypedDict):
    name: str
    kind: types.SymbolKind
    location: Location
    containerName: NotRequired[str]


class DocumentSymbol(TypedDict):
    name: str
    kind: types.SymbolKind
    range: Range
    selectionRange: Range
    children: "list[DocumentSymbol]"
    detail: NotRequired[str]


class CompletionItem(TypedDict):
    label: str
    kind: types.CompletionItemKind
    sortText: str
    data: list[int]
    detail: NotRequired[str]
    insertText: NotRequired[str]
    insertTextFormat: NotRequired[types.InsertTextFormat]


class CompletionList(TypedDict):
    isIncomplete: bool
    items: list[CompletionItem]
