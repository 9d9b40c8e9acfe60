"""A session from its first to its last message, and the ends that nobody announced."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from lsp_client import Client, connected, encoded, is_alive, session
from weft import __version__
from weft_lsp.ide.semantic_tokens import KINDS, MODIFIERS

MODULE = (sys.executable, "-m", "weft_lsp")


@pytest.mark.parametrize("arguments", [(), ("--stdio",)])
def test_a_proper_session_ends_with_status_0(arguments: tuple[str, ...]):
    with session(*arguments) as client:
        assert client.request("shutdown", None) is None
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""


def test_the_module_is_the_command():
    with session(command=MODULE) as client:
        client.notify("exit", None)
        assert client.ended() == 1


def test_version():
    for command in (MODULE, (str(Path(sys.executable).with_name("weft-lsp")),)):
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"weft-lsp {__version__}\n"


def test_only_what_works_is_advertised():
    with connected() as client:
        answer = client.initialize()
        assert answer["serverInfo"] == {"name": "weft-lsp", "version": __version__}
        assert answer["capabilities"] == {
            "positionEncoding": "utf-16",
            "textDocumentSync": {"openClose": True, "change": 2, "save": False},
            "hoverProvider": True,
            "definitionProvider": True,
            "declarationProvider": True,
            "typeDefinitionProvider": True,
            "implementationProvider": True,
            "completionProvider": {"triggerCharacters": [".", "[", "@"], "resolveProvider": True},
            "signatureHelpProvider": {"triggerCharacters": ["(", ","]},
            "documentSymbolProvider": True,
            "documentHighlightProvider": True,
            "referencesProvider": True,
            "renameProvider": True,
            "callHierarchyProvider": True,
            "codeLensProvider": {"resolveProvider": True},
            "selectionRangeProvider": True,
            "foldingRangeProvider": True,
            "documentLinkProvider": {"resolveProvider": False},
            "inlayHintProvider": {"resolveProvider": False},
            "workspaceSymbolProvider": {"resolveProvider": False},
            "codeActionProvider": {
                "codeActionKinds": ["quickfix", "refactor", "refactor.extract", "source.fixAll.weft"]
            },
            "semanticTokensProvider": {
                "legend": {"tokenTypes": list(KINDS), "tokenModifiers": list(MODIFIERS)},
                "full": {"delta": True},
                "range": True,
            },
            "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
        }


def test_pull_diagnostics_are_advertised_to_clients_that_pull():
    with connected() as client:
        answer = client.initialize(capabilities={"textDocument": {"diagnostic": {}}})
        assert answer["capabilities"]["diagnosticProvider"] == {
            "identifier": "weft",
            "interFileDependencies": True,
            "workspaceDiagnostics": False,
        }


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(None, "utf-16"), (["utf-8", "utf-16"], "utf-8"), (["utf-32"], "utf-32"), (["utf-7"], "utf-16")],
)
def test_the_position_encoding_is_the_first_known_of_the_client(offered: list[str] | None, chosen: str):
    with connected() as client:
        answer = client.initialize(
            capabilities={"general": {"positionEncodings": offered}} if offered else {}
        )
        assert answer["capabilities"]["positionEncoding"] == chosen


def test_requests_outside_of_the_session_are_refused():
    hover = {"textDocument": {"uri": "file:///kernel.py"}, "position": {"line": 0, "character": 0}}
    with connected() as client:
        early = client.message("textDocument/hover", hover)
        client.send(early)
        assert client.answer(early["id"])["error"]["code"] == -32002
        client.initialize()
        again = client.message("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        client.send(again)
        assert client.answer(again["id"])["error"]["code"] == -32600
        client.request("shutdown", None)
        late = client.message("textDocument/hover", hover)
        client.send(late)
        assert client.answer(late["id"])["error"]["code"] == -32600


def test_the_end_of_input_ends_the_server():
    with session() as client:
        assert client.process.stdin
        client.process.stdin.close()
        assert client.ended() == 1
        assert client.errors() == ""


def test_a_client_that_stops_reading_ends_the_server():
    reading, writing = os.pipe()
    server = subprocess.Popen(MODULE, stdin=subprocess.PIPE, stdout=writing)
    try:
        os.close(writing)
        os.close(reading)
        assert server.stdin
        parameters = {"processId": None, "rootUri": None, "capabilities": {}}
        server.stdin.write(encoded({"id": 1, "method": "initialize", "params": parameters}))
        server.stdin.flush()
        assert server.wait(20) == 1
    finally:
        server.kill()


def test_the_death_of_the_client_leaves_no_process():
    """The client that the server knows by its id dies, while another process keeps the pipes open."""
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with session(processId=editor.pid) as client:
            assert is_alive(client.process.pid)
            editor.kill()
            editor.wait()
            assert client.ended() == 1
    finally:
        editor.kill()


def test_a_client_that_cannot_be_seen_is_not_watched():
    """As in a container, where the editor's process has no number."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with session(processId=gone.pid) as client:
        client.open("x = 1\n")
        assert client.request("shutdown", None) is None


def test_a_killed_client_leaves_no_process():
    """The client is killed with the server as its child, as when an editor crashes."""
    script = (
        "import subprocess, sys\n"
        f"server = subprocess.Popen({[*MODULE]!r}, stdin=subprocess.PIPE)\n"
        "print(server.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, stderr=pipe) as editor:
        assert editor.stdout
        assert is_alive(int(editor.stdout.readline()))
        editor.kill()
        # The server holds this pipe too: it is at its end when both are gone.
        assert editor.communicate(timeout=20)[1] == b""


def test_input_from_a_file(tmp_path: Path):
    """A recorded session can be replayed from a file."""
    recorded = tmp_path / "session"
    initialize = {"processId": None, "rootUri": None, "capabilities": {}}
    messages = [("initialize", 1, initialize), ("shutdown", 2, None), ("exit", None, None)]
    recorded.write_bytes(
        b"".join(
            encoded({"method": method, "params": params} | ({"id": number} if number else {}))
            for method, number, params in messages
        )
    )
    with recorded.open("rb") as stdin:
        done = subprocess.run(MODULE, stdin=stdin, capture_output=True, check=True, timeout=20)
    assert done.stdout.count(b"Content-Length") == 2


def test_no_input_at_all_ends_the_server():
    """As a process manager starts it, to see whether it is there."""
    done = subprocess.run(
        MODULE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_tcp():
    process = Client([*MODULE, "--tcp", "127.0.0.1:0"])
    try:
        host, _, port = (process.logged() or "").rpartition(" ")[2].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            parameters = {"processId": None, "rootUri": None, "capabilities": {}}
            connection.sendall(encoded({"id": 1, "method": "initialize", "params": parameters}))
            assert connection.recv(1 << 16).startswith(b"Content-Length")
        assert process.ended() == 1
    finally:
        process.process.kill()
        process.process.wait()
