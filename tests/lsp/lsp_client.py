"""A small client: it speaks JSON-RPC with a real server process, and waits for answers with a time limit."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WAIT_SECONDS = 20
SERVER = (str(Path(sys.executable).with_name("weft-lsp")),)
Message = dict[str, Any]


class Client:
    """One session with one server."""

    def __init__(self, command: Sequence[str], **popen: Any) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, **popen)
        self._incoming: queue.Queue[Message | None] = queue.Queue()
        self._last_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        self._log: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read_log, daemon=True).start()

    # Sending

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *messages: Message) -> None:
        """Send messages in one piece, so that the server finds them together."""
        self.send_bytes(b"".join(encoded(message) for message in messages))

    def message(self, method: str, params: object) -> Message:
        """A request, with a new id."""
        self._last_id += 1
        return {"id": self._last_id, "method": method, "params": params}

    def numbered_from(self, number: int) -> None:
        """The next requests are numbered from here: below, others have sent theirs."""
        self._last_id = number

    def notify(self, method: str, params: object) -> None:
        self.send({"method": method, "params": params})

    # Receiving

    def next(self) -> Message:
        """The next message of the server, of whatever kind."""
        message = self._incoming.get(timeout=WAIT_SECONDS)
        assert message is not None, f"the server has ended: {self.errors()}"
        return message

    def answer(self, message_id: int | str | None) -> Message:
        """The response to a request; what comes before it is skipped."""
        while "method" in (message := self.next()) or message.get("id") != message_id:
            pass
        return message

    def request(self, method: str, params: object) -> Any:
        message = self.message(method, params)
        self.send(message)
        answer = self.answer(message["id"])
        assert "error" not in answer, answer
        return answer["result"]

    def notified(self, method: str) -> Any:
        """The parameters of the next notification of that method."""
        while (message := self.next()).get("method") != method:
            pass
        return message["params"]

    # Sessions

    def initialize(self, **params: Any) -> Any:
        return self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}, **params})

    def open(self, text: str, uri: str = "file:///kernel.py", language: str = "python") -> str:
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def ended(self) -> int:
        """The exit status, once the process has ended."""
        return self.process.wait(WAIT_SECONDS)

    def logged(self) -> str | None:
        """The next line of standard error; None at its end."""
        line = self._log.get(timeout=WAIT_SECONDS)
        return None if line is None else line.decode()

    def errors(self) -> str:
        """What is left of standard error; the process must have ended or be about to."""
        return "".join(iter(self.logged, None))

    def fault(self) -> Any:
        """The next fault in the log."""
        while (line := self.logged()) is not None:
            if '{"case"' in line:
                return json.loads(line[line.index('{"case"') :])
        raise AssertionError("no fault was logged")

    def _read(self) -> None:
        assert self.process.stdout
        while length := _content_length(self.process.stdout):
            self._incoming.put(json.loads(self.process.stdout.read(length)))
        self._incoming.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._log.put(line)
        self._log.put(None)


@contextmanager
def connected(*arguments: str, command: Sequence[str] = SERVER) -> Iterator[Client]:
    """A server that is ended at the latest at the end of the block."""
    client = Client([*command, *arguments])
    try:
        yield client
    finally:
        client.process.kill()
        client.process.wait(WAIT_SECONDS)


@contextmanager
def session(*arguments: str, command: Sequence[str] = SERVER, **params: Any) -> Iterator[Client]:
    """An initialized server."""
    with connected(*arguments, command=command) as client:
        client.initialize(**params)
        client.notify("initialized", {})
        yield client


def encoded(message: Message) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def at(uri: str, text: str) -> Message:
    """The parameters of a request at the mark `$0` of a text, in UTF-16 units."""
    before = text[: text.index("$0")]
    line = before.count("\n")
    column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def _content_length(stream: Any) -> int:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return length
