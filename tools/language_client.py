"""A language client of one page: starts a server and talks to it over stdio, as an editor does."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]


class LanguageClient:
    """A session with a server. Positions are LSP's: lines and UTF-16 units from 0."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        self.notes: list[Json] = []
        self._root = root
        self._next_id = 0
        self._versions: dict[str, int] = {}
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)

    def __enter__(self) -> Self:
        folder = {"uri": self._root.as_uri(), "name": self._root.name}
        capabilities = {"textDocument": {"publishDiagnostics": {}}}
        self.ask(
            "initialize", {"processId": None, "capabilities": capabilities, "workspaceFolders": [folder]}
        )
        self.tell("initialized", {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self._server.wait(timeout=10)
        else:
            self._server.kill()

    def kill(self) -> None:
        self._server.kill()

    def write(self, path: Path, text: str) -> None:
        """Open the document, or replace its text: the file itself is not touched."""
        uri = path.as_uri()
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            self.tell("textDocument/didOpen", {"textDocument": document})
        else:
            document = {"uri": uri, "version": version}
            self.tell(
                "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]}
            )

    def ask_at(self, method: str, path: Path, text: str, offset: int) -> Any:
        """Ask about a place of the document, given as an offset in its text."""
        before = text[:offset]
        character = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        position = {"line": before.count("\n"), "character": character}
        return self.ask(method, {"textDocument": {"uri": path.as_uri()}, "position": position})

    def findings(self, path: Path) -> list[Json]:
        """What the server publishes for the document's present version."""
        uri = path.as_uri()
        while True:
            for note in reversed(self.notes):
                published = note.get("params") or {}
                is_ours = note["method"] == "textDocument/publishDiagnostics" and published["uri"] == uri
                if is_ours and published.get("version") == self._versions[uri]:
                    return published["diagnostics"]
            self._receive()

    def ask(self, method: str, params: Any) -> Any:
        self._next_id += 1
        self._send({"id": self._next_id, "method": method, "params": params})
        while (answer := self._receive()).get("id") != self._next_id or "method" in answer:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Json) -> None:
        assert self._server.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> Json:
        """The next message. Notifications are kept; requests of the server get a null."""
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise RuntimeError("the server has ended")
        message: Json = json.loads(self._server.stdout.read(length))
        if "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif "method" in message:
            self.notes.append(message)
        return message
