"""Latest wins: what is cancelled or overtaken is not computed. The debug log says what was."""

import pytest
from lsp_client import Client, at, session

TEXT = "import weft\nx = weft.f$032\n"
CANCELLED, MODIFIED = -32800, -32801


def hovers(client: Client, uri: str, count: int) -> list[dict[str, object]]:
    return [client.message("textDocument/hover", at(uri, TEXT)) for _ in range(count)]


def cancel(message: dict[str, object]) -> dict[str, object]:
    return {"method": "$/cancelRequest", "params": {"id": message["id"]}}


def codes(client: Client, messages: list[dict[str, object]]) -> set[int]:
    answers = [client.next() for _ in messages]
    return {answer["error"]["code"] for answer in answers}


def computed(client: Client, method: str = "textDocument/hover") -> int:
    """How many requests were computed in the session, which ends here."""
    client.notify("exit", None)
    client.ended()
    return client.errors().count(f"computing {method}\n")


def opened(client: Client) -> str:
    uri = client.open(TEXT.replace("$0", ""))
    client.notified("textDocument/publishDiagnostics")
    return uri


def test_cancelled_requests_are_not_computed():
    with session("--log-level", "debug") as client:
        uri = opened(client)
        messages = hovers(client, uri, 50)
        client.send(*messages, *map(cancel, messages))
        assert codes(client, messages) == {CANCELLED}
        assert client.request("textDocument/hover", at(uri, TEXT))
        assert computed(client) == 1


def test_overtaken_requests_are_not_computed():
    with session("--log-level", "debug") as client:
        uri = opened(client)
        messages = hovers(client, uri, 50)
        change = {
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"text": TEXT.replace("$0", "")}],
        }
        client.send(*messages, {"method": "textDocument/didChange", "params": change})
        assert codes(client, messages) == {MODIFIED}
        assert client.request("textDocument/hover", at(uri, TEXT))
        assert computed(client) == 1


def test_requests_about_a_document_that_closes_are_not_computed():
    with session("--log-level", "debug") as client:
        uri = opened(client)
        messages = hovers(client, uri, 5)
        close = {"method": "textDocument/didClose", "params": {"textDocument": {"uri": uri}}}
        client.send(*messages, close)
        while "id" not in (answer := client.next()):
            pass
        assert answer["error"]["code"] == MODIFIED
        assert computed(client) == 0


def test_a_request_right_after_an_edit_is_about_the_new_text():
    with session() as client:
        uri = opened(client)
        change = {
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"text": "import weft\nweft."}],
        }
        asked = client.message("textDocument/completion", at(uri, "import weft\nweft.$0"))
        client.send({"method": "textDocument/didChange", "params": change}, asked)
        names = [item["label"] for item in client.answer(asked["id"])["result"]["items"]]
        assert "barrier" in names


@pytest.mark.parametrize(
    ("after", "holds"), [("weft.bar", True), ("weft.\n", False), ("weft.x.", False), ("wef", False)]
)
def test_what_is_offered_for_a_word_holds_while_it_is_typed(after: str, holds: bool):
    """An editor asks once for a word; an error would leave it with nothing to offer."""
    with session() as client:
        uri = opened(client)
        asked = client.message("textDocument/completion", at(uri, "import weft\nweft.$0"))
        texts = [
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"text": f"import weft\n{line}"}],
            }
            for version, line in ((2, "weft."), (3, after))
        ]
        first, second = ({"method": "textDocument/didChange", "params": text} for text in texts)
        client.send(first, asked, second)
        answer = client.answer(asked["id"])
        if holds:
            assert "barrier" in [item["label"] for item in answer["result"]["items"]]
        else:
            assert answer["error"]["code"] == MODIFIED


def test_requests_are_answered_in_their_order():
    with session() as client:
        uri = opened(client)
        messages = hovers(client, uri, 20)
        client.send(*messages)
        assert [client.next()["id"] for _ in messages] == [message["id"] for message in messages]


def test_cancelling_what_is_answered_or_unknown_does_nothing():
    with session() as client:
        uri = opened(client)
        (message,) = hovers(client, uri, 1)
        client.send(message)
        client.answer(message["id"])
        client.send(cancel(message), {"method": "$/cancelRequest", "params": {"id": "unknown"}})
        assert client.request("textDocument/hover", at(uri, TEXT))
