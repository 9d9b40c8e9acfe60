"""Nothing kills the server: a fault in a feature, a malformed message, nonsense in the stream."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from lsp_client import SERVER, at, connected, session

FAULTY = (sys.executable, str(Path(__file__).with_name("faulty_server.py")))
TEXT = "import weft\nx = weft.f$032\n"
PLAIN = TEXT.replace("$0", "")


def test_a_fault_in_a_feature_is_answered_with_null_and_logged_as_a_case():
    with session(command=(*FAULTY, "hover")) as client:
        uri = client.open(PLAIN)
        params = at(uri, TEXT)
        assert client.request("textDocument/hover", params) is None
        assert client.request("textDocument/completion", params | at(uri, "import weft\nx = weft.$0"))[
            "items"
        ]
        fault = client.fault()
        assert fault == {
            "case": {
                "method": "textDocument/hover",
                "params": params,
                "uri": uri,
                "text": PLAIN,
                "encoding": "utf-16",
                "roots": [],
                "capabilities": {},
            },
            "sha256": hashlib.sha256(PLAIN.encode()).hexdigest(),
            "traceback": fault["traceback"],
        }
        assert fault["traceback"].endswith("RuntimeError: injected\n")


def test_a_logged_fault_can_be_seen_again(tmp_path: Path):
    log = tmp_path / "log.txt"
    with session("--log-file", str(log), command=(*FAULTY, "hover")) as client:
        uri = client.open(PLAIN)
        assert client.request("textDocument/hover", at(uri, TEXT)) is None
    done = subprocess.run(
        [*FAULTY, "hover", "--replay", str(log)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.endswith("RuntimeError: injected\n")
    mended = subprocess.run([*SERVER, "--replay", str(log)], capture_output=True, text=True, check=True)
    assert mended.stdout.startswith("textDocument/hover Hover(")


def test_a_fault_in_a_cell_is_logged_with_its_notebook(tmp_path: Path):
    log = tmp_path / "log.txt"
    cells = [("cell:1", "import weft"), ("cell:2", "x = weft.f32")]
    with session("--log-file", str(log), command=(*FAULTY, "hover")) as client:
        notebook = {"uri": "file:///n.ipynb", "notebookType": "jupyter-notebook", "version": 1}
        there = {"cells": [{"kind": 2, "document": uri} for uri, _ in cells]}
        texts = [{"uri": uri, "languageId": "python", "version": 1, "text": text} for uri, text in cells]
        opened = {"notebookDocument": notebook | there, "cellTextDocuments": texts}
        client.notify("notebookDocument/didOpen", opened)
        assert client.request("textDocument/hover", at("cell:2", "x = weft.f$032")) is None
    mended = subprocess.run([*SERVER, "--replay", str(log)], capture_output=True, text=True, check=True)
    assert mended.stdout.startswith("textDocument/hover Hover(")


def test_the_next_keystroke_works_after_a_fault():
    with session(command=(*FAULTY, "hover")) as client:
        uri = client.open(PLAIN)
        for version in range(2, 5):
            edit = {
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                "text": "\n",
            }
            identifier = {"uri": uri, "version": version}
            client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [edit]})
            assert client.request("textDocument/hover", at(uri, "\n" * (version - 1) + TEXT)) is None
        symbols = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert [symbol["location"]["range"]["start"]["line"] for symbol in symbols] == [4]


def test_a_fault_in_the_linter_leaves_the_features():
    with session(command=(*FAULTY, "diagnostics")) as client:
        uri = client.open(PLAIN)
        assert client.fault()["case"]["method"] == "textDocument/diagnostic"
        assert client.request("textDocument/hover", at(uri, TEXT))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": {}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": 1}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "weft/unknown", "params": {}}', -32601),
        (b'{"jsonrpc": "2.0", "id": 7, "method": 5, "params": {}}', -32603),
    ],
)
def test_malformed_requests_are_refused(body: bytes, code: int):
    with session() as client:
        client.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        answer = client.next()
        assert answer["error"]["code"] == code
        assert client.request("shutdown", None) is None


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"null",
        b"{}",
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "1.0", "method": "exit"}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 1}}',
        b'{"jsonrpc": "2.0", "method": "weft/unknown"}',
        b'{"jsonrpc": "2.0", "id": "unasked", "result": {}}',
        b'{"jsonrpc": "2.0", "id": [1], "method": "shutdown"}',
        b'{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "no"}}',
        b'{"jsonrpc": "2.0", "id": "unasked", "error": null}',
    ],
)
def test_what_is_no_message_is_skipped(body: bytes):
    with session() as client:
        client.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert client.request("shutdown", None) is None


@pytest.mark.parametrize(
    "noise",
    [
        b"hello\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 0\r\n\r\n",
        b"X: 1\r\n\r\n\r\n\r\n",
        b"\x00" * 200_000,
        b"hello",
    ],
)
def test_nonsense_in_the_stream_is_skipped(noise: bytes):
    with connected() as client:
        client.send_bytes(noise)
        assert client.initialize()


def test_headers_of_every_form():
    with connected() as client:
        body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{},"processId":null,"rootUri":null}}'
        header = (
            b"content-type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:%d\r\n\r\n"
            % len(body)
        )
        for byte in header + body:
            client.send_bytes(bytes([byte]))
        assert client.answer(1)["result"]


def test_what_is_printed_does_not_disturb_the_protocol():
    with session(command=(*FAULTY, "print")) as client:
        uri = client.open(PLAIN)
        assert client.request("textDocument/hover", at(uri, TEXT))


def test_a_log_file(tmp_path: Path):
    log = tmp_path / "log é.txt"
    with session("--log-file", str(log), "--log-level", "debug") as client:
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""
    assert log.read_text(encoding="utf-8")


def test_messages_out_of_order():
    """A change and a close before the open, a close twice, a version that goes back, a document opened twice."""
    with session("--log-level", "error") as client:
        uri = "file:///kernel.py"
        document = {"textDocument": {"uri": uri}}

        def change(version: int, text: str) -> None:
            identifier = {"uri": uri, "version": version}
            client.notify(
                "textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": text}]}
            )

        change(7, "a = 1\n")
        client.notify("textDocument/didClose", document)
        assert client.request("textDocument/documentSymbol", document) is None
        client.open(PLAIN, uri=uri)
        client.open(PLAIN, uri=uri)
        change(-3, "b = 1\n")
        assert [symbol["name"] for symbol in client.request("textDocument/documentSymbol", document)] == ["b"]
        client.notify("textDocument/didClose", document)
        client.notify("textDocument/didClose", document)
        assert client.request("textDocument/documentSymbol", document) is None
        client.request("shutdown", None)
        again = client.message("shutdown", None)
        client.send(again)
        assert client.answer(again["id"])["error"]["code"] == -32600
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""


def test_a_huge_document():
    """Four million characters in one line, and thousands of blocks."""
    with session("--log-level", "error") as client:
        uri = client.open(f"{PLAIN}y = '{'a' * 4_000_000}'\n")
        assert client.request("textDocument/hover", at(uri, TEXT))
        many = client.open(PLAIN + "x = 1\n" * 4_000, uri="file:///many.py")
        assert client.request("textDocument/hover", at(many, TEXT))
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""
