"""Stand-ins for the two registries and for the repository's pages on 127.0.0.1: the registries keep what is uploaded. All can
behave badly.

As much of each protocol as vsce 4.1 and ovsx 1.3 speak when they publish. A recorder cannot tell whether a real registry
would accept the package.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

Kind = Literal["VS Marketplace", "Open VSX"]
KINDS: tuple[Kind, ...] = ("VS Marketplace", "Open VSX")
PRETENCES = (
    "well",
    "wrong-token",
    "duplicate",
    "review",
    "time-out",
    "half-upload",
    "no-repository",
    "no-tag",
)
ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-of-a-dry-run"
# The names that vsce asks the Marketplace for the addresses of its operations by.
_LOCATIONS = {
    "e11ea35a-16fe-4b80-ab11-c4cab88a0966": "_apis/gallery/publishers/{publisherName}/extensions/{extensionName}",
    "a41192c8-9525-4b58-bc86-179fa549d80d": "_apis/gallery/extensions",
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the recorders do with a package: one of PRETENCES."""

    pretence: str
    publisher: str
    name: str
    version: str


@dataclass(slots=True)
class Recorder:
    kind: Kind
    behaviour: Behaviour
    url: str = ""
    uploads: list[bytes] = field(default_factory=list[bytes])
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def has_version(self) -> bool:
        if self.behaviour.pretence == "duplicate":
            return True
        return bool(self.uploads) and self.behaviour.pretence != "review"


@contextmanager
def pages(pretence: str) -> Iterator[str]:
    """The address of a web in which the repository is there, with the files of this checkout at every tag."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, pretence))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def recording(kind: Kind, behaviour: Behaviour) -> Iterator[Recorder]:
    recorder = Recorder(kind, behaviour)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, recorder))
    server.daemon_threads = True
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorder
    finally:
        recorder.closing.set()
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, recorder: Recorder, *arguments: Any) -> None:
        self.recorder = recorder
        super().__init__(*arguments)

    def do_OPTIONS(self) -> None:
        locations = [
            {
                "id": identity,
                "area": "gallery",
                "resourceName": "extensions",
                "routeTemplate": route,
                "resourceVersion": 2,
                "minVersion": "1.0",
                "maxVersion": "7.2",
                "releasedVersion": "0.0",
            }
            for identity, route in _LOCATIONS.items()
        ]
        self._send(200, {"count": len(locations), "value": locations})

    def do_GET(self) -> None:
        path, shop = self.path.split("?")[0], self.recorder
        package = shop.behaviour
        if path == "/api/version":
            self._send(200, {"version": "1.3.0"})
        elif not path.startswith((f"/api/{package.publisher}/{package.name}",)) and not self._is_allowed():
            self._send(
                401, {"error": "Invalid access token.", "message": "Access Denied: the token is not valid"}
            )
        elif path == "/api/-/size-limit":
            self._send(200, {"maxSize": 1 << 29})
        elif path in (
            f"/api/{package.publisher}/verify-pat",
            f"/_apis/gallery/publishers/{package.publisher}",
        ):
            self._send(200, {"success": "valid"})
        elif path.endswith(f"/{package.version}") and shop.has_version:
            self._send(200, {"version": package.version})
        else:
            self._send(404, {"error": "not found", "message": "not found"})

    def do_POST(self) -> None:
        path = self.path.split("?")[0]
        if path == "/_apis/public/gallery/extensionquery":
            self._body()
            self._send(200, {"results": [{"extensions": self._extensions()}]})
        elif path in ("/_apis/gallery/extensions", "/api/-/publish"):
            self._upload()
        else:
            self._send(404, {"message": "not found"})

    def log_message(self, format: str, *args: Any) -> None:
        """What counts is what was uploaded."""

    def _upload(self) -> None:
        shop = self.recorder
        if shop.behaviour.pretence == "half-upload":
            self.rfile.read(1000)
            self.connection.close()
            self.close_connection = True
            return
        if shop.behaviour.pretence == "time-out":
            shop.closing.wait()
            self.close_connection = True
            return
        body = self._body()
        if not self._is_allowed():
            self._send(
                401, {"error": "Invalid access token.", "message": "Access Denied: the token is not valid"}
            )
            return
        shop.uploads.append(body)
        package = shop.behaviour
        names = {"namespace": package.publisher, "name": package.name, "version": package.version}
        self._send(201, {**names, "targetPlatform": "universal", "extensionName": package.name})

    def _extensions(self) -> list[dict[str, Any]]:
        package = self.recorder.behaviour
        versions = [{"version": package.version}] if self.recorder.has_version else []
        return [{"extensionName": package.name, "versions": versions}]

    def _is_allowed(self) -> bool:
        basic = base64.b64encode(f"OAuth:{TOKEN}".encode()).decode()
        return self.headers.get("Authorization", "") in (f"Bearer {TOKEN}", f"Basic {basic}")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Pages(BaseHTTPRequestHandler):
    def __init__(self, pretence: str, *arguments: Any) -> None:
        self.pretence = pretence
        super().__init__(*arguments)

    def do_HEAD(self) -> None:
        host, *rest = self.path.strip("/").split("/")
        name = "/".join(rest[3:])
        is_file = (
            host == "raw.githubusercontent.com" and self.pretence != "no-tag" and (ROOT / name).is_file()
        )
        is_there = self.pretence != "no-repository" and (host == "github.com" or is_file)
        self.send_response(200 if is_there else 404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Only the answers count."""
