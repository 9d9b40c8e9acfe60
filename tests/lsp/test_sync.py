"""The server's text is the client's text, whatever is typed: asked back through the outline."""

from collections.abc import Callable

import pytest
from lsp_client import Client, session
from lsprotocol import types
from weft_lsp.lsp import sync
from weft_lsp.lsp.server import new_server

URI = "file:///kernel.py"


def edit(client: Client, *changes: dict[str, object], uri: str = URI, version: int = 2) -> None:
    identifier = {"uri": uri, "version": version}
    client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": changes})


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, object]:
    places = [{"line": line, "character": character} for line, character in (start, end)]
    return {"range": dict(zip(("start", "end"), places, strict=True)), "text": text}


def names(client: Client, uri: str = URI) -> list[tuple[str, int, int]]:
    """The outline: each name, and the line and column where it starts."""
    found = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    starts = [(symbol["name"], symbol["location"]["range"]["start"]) for symbol in found or []]
    return [(name, start["line"], start["character"]) for name, start in starts]


def test_edits_in_text_beyond_ascii():
    with session() as client:
        client.open("s = '😀é'; one = 1\n")
        assert names(client) == [("s", 0, 0), ("one", 0, 11)]
        edit(client, change((0, 5), (0, 7), "漢"), change((0, 10), (0, 13), "two"))
        assert names(client) == [("s", 0, 0), ("two", 0, 10)]


def test_edits_count_in_the_encoding_that_was_agreed():
    with session(capabilities={"general": {"positionEncodings": ["utf-8"]}}) as client:
        client.open("s = '😀é'; one = 1\n")
        edit(client, change((0, 14), (0, 17), "two"))
        assert names(client) == [("s", 0, 0), ("two", 0, 14)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_edits_under_each_line_end(end: str):
    with session() as client:
        client.open(f"a = 1{end}b = 2{end}")
        edit(client, change((1, 0), (1, 1), "c"), change((2, 0), (2, 0), f"d = 4{end}"))
        assert names(client) == [("a", 0, 0), ("c", 1, 0), ("d", 2, 0)]


def test_edits_after_what_only_python_takes_for_a_line_end():
    with session() as client:
        client.open("a = '\f\v\x85\u2028'\nb = 2\n")
        edit(client, change((1, 0), (1, 1), "c"))
        assert names(client) == [("a", 0, 0), ("c", 1, 0)]


def test_edits_outside_of_the_text_count_as_its_nearest_place():
    with session() as client:
        client.open("a = 1\n")
        edit(client, change((99, 99), (999, 0), "b = 2\n"), change((0, 0), (0, 999), "c = 3"))
        assert names(client) == [("c", 0, 0), ("b", 1, 0)]


def test_an_edit_whose_end_is_before_its_start_is_an_insertion():
    with session() as client:
        client.open("a = 1\nb = 2\n")
        edit(client, change((1, 0), (0, 0), "c = 3\n"))
        assert names(client) == [("a", 0, 0), ("c", 1, 0), ("b", 2, 0)]


def test_an_edit_can_be_the_whole_text():
    with session() as client:
        client.open("a = 1\n")
        edit(client, {"text": "b = 2\n"})
        assert names(client) == [("b", 0, 0)]


def test_a_huge_edit():
    with session() as client:
        client.open("a = 1\n")
        edit(client, change((0, 0), (0, 0), f"s = '{'é' * 2_000_000}'\n"))
        assert names(client) == [("s", 0, 0), ("a", 1, 0)]


def test_half_a_surrogate_pair():
    """Python cannot parse it: that breaks one block, as any other mistake does."""
    with session() as client:
        client.open("a = 1\ns = '\ud83d'\nb = 2\n")
        assert names(client) == [("a", 0, 0), ("b", 2, 0)]


def test_files_of_other_languages_are_not_read():
    with session() as client:
        client.open("a = 1\n", language="toml")
        assert names(client) == []


def test_unknown_documents():
    unknown = "file:///never/opened.py"
    with session() as client:
        edit(client, change((0, 0), (0, 0), "a = 1\n"), uri=unknown)
        client.notify("textDocument/didClose", {"textDocument": {"uri": unknown}})
        assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": unknown}}) is None


def test_a_closed_document_is_unknown():
    with session() as client:
        client.open("a = 1\n")
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}}) is None


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a.py?x", "file:///a%20b/%C3%A9.py", "x", "http://[::"]
)
def test_uris_of_every_kind(uri: str):
    with session() as client:
        client.open("a = 1\n", uri=uri)
        assert names(client, uri) == [("a", 0, 0)]


def test_garbage_is_collected_after_many_edits(monkeypatch: pytest.MonkeyPatch):
    """And only then: a collection takes longer than an answer. It comes once the client was answered."""
    collected: list[int] = []
    calls: list[tuple[float, Callable[[], object]]] = []

    class Loop:
        def call_later(self, delay: float, call: Callable[[], object]) -> None:
            calls.append((delay, call))

    monkeypatch.setattr(sync.asyncio, "get_running_loop", Loop)
    monkeypatch.setattr(sync.gc, "collect", lambda: collected.append(1))
    monkeypatch.setattr(sync.diagnostics, "schedule", lambda ls: None)
    ls = new_server()
    ls.documents.open(types.TextDocumentItem(URI, "python", 1, "a = 1\n"))
    edits = sync.EDITS_BETWEEN_COLLECTIONS
    for version in range(2, 2 * edits + 2):
        place = types.Range(types.Position(0, 4), types.Position(0, 5))
        changes = [types.TextDocumentContentChangePartial(text=str(version % 10), range=place)]
        document = types.VersionedTextDocumentIdentifier(version, URI)
        before = len(calls)
        sync.on_change(ls, types.DidChangeTextDocumentParams(document, changes))
        assert len(calls) - before == (ls.documents.edition % edits == 0)
    assert [delay for delay, _ in calls] == [sync.COLLECTION_SECONDS] * 2
    assert collected == []
    for _, call in calls:
        call()
    assert collected == [1, 1]
