"""Messages in and out of a byte stream.

Everything that has arrived is handled before anything is computed: the bytes of the stream are read by the event loop
itself, not line by line in a thread, so that one turn of the loop sees all that lies in the pipe.
"""

import asyncio
import io
import json
import logging
import os
import re
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest, JsonRpcParseError
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCMessage

logger = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 16
HEADER_LIMIT_BYTES = 1 << 16
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Frames:
    """Cut a stream of bytes into message bodies. A header without a length is skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length_bytes: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while self._has_length():
            length = self._length_bytes or 0
            if len(self._buffer) < length:
                return
            body = bytes(self._buffer[:length])
            del self._buffer[:length]
            self._length_bytes = None
            yield body

    def _has_length(self) -> bool:
        while self._length_bytes is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                self._drop_endless_header()
                return False
            match = _LENGTH.search(self._buffer, 0, end)
            self._length_bytes = int(match[1]) if match else None
            if match is None:
                logger.error("skipped a message header without a length")
            del self._buffer[: end + 4]
        return True

    def _drop_endless_header(self) -> None:
        if len(self._buffer) > HEADER_LIMIT_BYTES:
            logger.error("skipped %d bytes without a message header", len(self._buffer))
            self._buffer.clear()


class Recorder:
    """Writes what the client says, each message as a line of JSON, so that the session can be replayed."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115  It is open until the end.
        self._start = time.monotonic()

    def note(self, message: dict[str, object]) -> None:
        if message.get("method") == types.INITIALIZE and isinstance(params := message.get("params"), dict):
            # A server that is told of a process ends with it.
            message = {**message, "params": {**params, "processId": None}}
        line = {"seconds": round(time.monotonic() - self._start, 3), "message": message}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


class Connection(asyncio.Protocol):
    """Hands each message of a stream to the protocol; calls `ended` when the client is gone."""

    def __init__(
        self,
        protocol: LanguageServerProtocol,
        ended: Callable[[], None],
        recorder: Recorder | None = None,
    ) -> None:
        self._protocol = protocol
        self._ended = ended
        self._recorder = recorder
        self._frames = Frames()

    def data_received(self, data: bytes) -> None:
        for body in self._frames.feed(data):
            self.receive(body)

    def eof_received(self) -> None:
        self._ended()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended()

    def receive(self, body: bytes) -> None:
        message_id = None
        try:
            data = _decoded(body)
            if self._recorder:
                self._recorder.note(data)
            message_id = data.get("id") if "method" in data else None
            self._protocol.handle_message(cast(RPCMessage, self._protocol.structure_message(data)))
        except JsonRpcException as error:
            logger.error("refused a message: %s", error)
            if message_id is not None or isinstance(error, JsonRpcParseError):
                self._refuse(message_id, error)

    def _refuse(self, message_id: object, error: JsonRpcException) -> None:
        known = message_id if isinstance(message_id, int | str) else None
        message = types.ResponseErrorMessage(id=known, error=error.to_response_error())
        self._protocol._send_data(message)  # pyright: ignore[reportPrivateUsage]


class SocketConnection(Connection):
    """A connection that answers where it was asked."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._protocol.set_writer(cast(asyncio.WriteTransport, transport))  # pyright: ignore[reportArgumentType]


class FileWriter:
    """Write to a file descriptor at once and whole; calls `ended` when nobody reads."""

    def __init__(self, descriptor: int, ended: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._ended = ended

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        except OSError:
            self._ended()

    def close(self) -> None:
        """The descriptor is closed by the end of the process."""

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            # Standard input and output may be one socket, which the event loop made non-blocking.
            select.select([], [self._descriptor], [])
            return 0


def claim_standard_output() -> int:
    """A descriptor of standard output for the protocol alone: what anybody prints goes to standard error."""
    descriptor = os.dup(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.dup2(2, 1)
    return descriptor


async def read_standard_input(connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    try:
        # asyncio would tell of a file that cannot be waited for when nobody listens.
        loop.add_reader(0, lambda: None)
        loop.remove_reader(0)
        await loop.connect_read_pipe(lambda: connection, io.FileIO(0, closefd=False))
    except (ValueError, NotImplementedError, OSError):
        # A regular file, the null device, or Windows, whose event loop cannot wait for standard input.
        threading.Thread(target=_read_blocking, args=(loop, connection), daemon=True).start()


def _read_blocking(loop: asyncio.AbstractEventLoop, connection: Connection) -> None:
    # `os.read` and not `sys.stdin`: a thread that holds the lock of `sys.stdin` would hinder the end of the process.
    while data := os.read(0, CHUNK_BYTES):
        loop.call_soon_threadsafe(connection.data_received, data)
    loop.call_soon_threadsafe(connection.eof_received)


def _decoded(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise JsonRpcParseError(f"Parse Error: {error}") from error
    if not isinstance(data, dict) or cast("dict[str, object]", data).get("jsonrpc") != "2.0":
        raise JsonRpcInvalidRequest("Invalid Request: not a JSON-RPC 2.0 message")
    return cast("dict[str, object]", data)
