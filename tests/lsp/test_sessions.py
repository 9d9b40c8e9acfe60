"""Recorded sessions of editors, replayed at full speed: every request is answered, no fault, and the answers of a fresh server.

`weft-lsp --record PATH` records one; sessions/record.py says how those here were.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from lsp_client import SERVER, Client, connected
from test_random_edits import METHODS, WHOLE, plain, position

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.jsonl"))
# What a request may be answered with instead: it was cancelled, or its document has changed.
OVERTAKEN = {-32800, -32801}


@pytest.mark.parametrize("waits", [False, True], ids=["in one piece", "answer by answer"])
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_recorded_session(path: Path, waits: bool):
    """waits: each message is sent when what was asked before is answered; else all at once, so that most is overtaken."""
    messages = recorded(path)
    asked = {message["id"] for message in messages if "method" in message and "id" in message}
    texts = final_texts(messages)
    with connected("--log-level", "error") as client:
        answers = answer_by_answer(client, messages) if waits else in_one_piece(client, messages, len(asked))
        assert answers.keys() == asked
        errors = [answer["error"]["code"] for answer in answers.values() if "error" in answer]
        assert set(errors) <= OVERTAKEN
        assert not waits or len(errors) < len(asked) // 2
        assert final(client, texts) == fresh(messages, texts)
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""


def test_a_server_records_what_it_is_told(tmp_path: Path):
    written = tmp_path / "session.jsonl"
    with connected("--record", str(written)) as client:
        client.initialize(processId=1)
        client.open("x = 1\n")
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.ended() == 0
    lines = [json.loads(line)["message"] for line in written.read_text(encoding="utf-8").splitlines()]
    assert [line["method"] for line in lines] == ["initialize", "textDocument/didOpen", "shutdown", "exit"]
    # A server that is told of a process ends with it, and a replay is another process.
    assert lines[0]["params"]["processId"] is None


def recorded(path: Path) -> list[Any]:
    """What the client said, but for the end."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    messages = [line["message"] for line in lines]
    return [message for message in messages if message.get("method") not in ("shutdown", "exit")]


def in_one_piece(client: Client, messages: list[Any], count: int) -> dict[Any, Any]:
    client.send(*messages)
    return {answer["id"]: answer for answer in (next_answer(client) for _ in range(count))}


def answer_by_answer(client: Client, messages: list[Any]) -> dict[Any, Any]:
    answers: dict[Any, Any] = {}
    for message in messages:
        client.send(message)
        if "method" in message and "id" in message:
            answers[message["id"]] = client.answer(message["id"])
    return answers


def next_answer(client: Client) -> Any:
    while "method" in (message := client.next()):
        pass
    return message


def final_texts(messages: list[Any]) -> dict[str, str]:
    """The texts of the documents that are open at the end."""
    texts: dict[str, str] = {}
    for message in messages:
        params = message.get("params") or {}
        match message.get("method"):
            case "textDocument/didOpen":
                texts[params["textDocument"]["uri"]] = params["textDocument"]["text"]
            case "textDocument/didChange":
                uri = params["textDocument"]["uri"]
                for change in params["contentChanges"]:
                    texts[uri] = changed(texts[uri], change)
            case "textDocument/didClose":
                del texts[params["textDocument"]["uri"]]
            case _:
                pass
    return texts


def changed(text: str, change: Any) -> str:
    if "range" not in change:
        return change["text"]
    start, end = (offset(text, change["range"][name]) for name in ("start", "end"))
    return text[:start] + change["text"] + text[end:]


def offset(text: str, place: Any) -> int:
    """The offset of a position, in UTF-16 units."""
    lines = text.splitlines(keepends=True)
    if place["line"] >= len(lines):
        return len(text)
    before = lines[place["line"]].encode("utf-16-le")[: 2 * place["character"]]
    return sum(map(len, lines[: place["line"]])) + len(before.decode("utf-16-le"))


def fresh(messages: list[Any], texts: dict[str, str]) -> list[Any]:
    """What a server answers the same client that never saw another text."""
    with connected(command=SERVER) as client:
        client.send(messages[0])
        client.answer(messages[0]["id"])
        client.notify("initialized", {})
        for uri, text in texts.items():
            client.open(text, uri=uri)
        return final(client, texts)


def final(client: Client, texts: dict[str, str]) -> list[Any]:
    """Every method at some places of every document."""
    # Their own numbers are those of the session.
    client.numbered_from(100_000)
    found: list[Any] = []
    for uri, text in texts.items():
        document = {"textDocument": {"uri": uri}}
        places = [position(text, at) for at in range(0, len(text) + 1, max(1, len(text) // 24))]
        for method in METHODS:
            for place in places:
                found.append(plain(client.request(f"textDocument/{method}", {**document, "position": place})))
        for method in WHOLE:
            found.append(plain(client.request(f"textDocument/{method}", document)))
    return found
