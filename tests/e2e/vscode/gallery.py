"""An extension gallery on 127.0.0.1: as much of the protocol as an editor needs to search, show and install."""

import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PACKAGE = "Microsoft.VisualStudio.Services.VSIXPackage"
# The editor's button is dead without one. What it holds is checked by Microsoft's own builds only.
SIGNATURE = "Microsoft.VisualStudio.Services.VsixSignature"
# The filters of a query that speak of identity, name and words.
BY_NAME = (4, 7, 10)
# Asset types, and where they lie in the package.
ASSETS = {
    "Microsoft.VisualStudio.Code.Manifest": ("extension/package.json", "application/json"),
    "Microsoft.VisualStudio.Services.Content.Details": ("extension/readme.md", "text/markdown"),
    "Microsoft.VisualStudio.Services.Content.Changelog": ("extension/changelog.md", "text/markdown"),
    "Microsoft.VisualStudio.Services.Icons.Default": ("extension/icon.png", "image/png"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The packages that a gallery has."""

    packages: tuple[Path, ...]

    def entry(self, package: Path, base: str) -> dict[str, Any]:
        manifest = json.loads(_part(package, "extension/package.json"))
        assets = f"{base}/{package.name}"
        files = [{"assetType": kind, "source": f"{assets}/{kind}"} for kind in (*ASSETS, PACKAGE, SIGNATURE)]
        engine = {"key": "Microsoft.VisualStudio.Code.Engine", "value": manifest["engines"]["vscode"]}
        version = {
            "version": manifest["version"],
            "lastUpdated": "2026-01-01T00:00:00.000Z",
            "assetUri": assets,
            "fallbackAssetUri": assets,
            "files": files,
            "properties": [engine],
            "flags": "validated",
        }
        publisher = manifest["publisher"]
        return {
            "releaseDate": version["lastUpdated"],
            "publishedDate": version["lastUpdated"],
            "publisher": {"publisherId": publisher, "publisherName": publisher, "displayName": publisher},
            "extensionId": f"{publisher}.{manifest['name']}",
            "extensionName": manifest["name"],
            "displayName": manifest["displayName"],
            "shortDescription": manifest["description"],
            "lastUpdated": version["lastUpdated"],
            "versions": [version],
            "statistics": [],
            "categories": manifest.get("categories", []),
            "tags": [],
            "flags": "validated, public",
        }

    def answer(self, query: dict[str, Any], base: str) -> dict[str, Any]:
        found = [self.entry(package, base) for package in self.packages]
        criteria = [criterion for asked in query["filters"] for criterion in asked["criteria"]]
        wanted = [str(each["value"]).lower() for each in criteria if each["filterType"] in BY_NAME]
        if wanted:
            found = [entry for entry in found if _is_wanted(entry, wanted)]
        count = {
            "metadataType": "ResultCount",
            "metadataItems": [{"name": "TotalCount", "count": len(found)}],
        }
        return {"results": [{"extensions": found, "pagingToken": None, "resultMetadata": [count]}]}

    def asset(self, name: str, kind: str) -> tuple[bytes, str] | None:
        package = next((package for package in self.packages if package.name == name), None)
        if package is None:
            return None
        if kind == PACKAGE:
            return package.read_bytes(), "application/vsix"
        if kind == SIGNATURE:
            return b"", "application/zip"
        if kind in ASSETS:
            part, mime = ASSETS[kind]
            return _part(package, part), mime
        return None


@contextmanager
def serving(*packages: Path) -> Iterator[str]:
    """The address of a gallery that has these packages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, Shelf(packages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    def __init__(self, shelf: Shelf, *arguments: Any) -> None:
        self.shelf = shelf
        super().__init__(*arguments)

    def do_OPTIONS(self) -> None:
        self._send(200, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.split("?")[0] != "/extensionquery":
            return self._send(404, b"", "text/plain")
        answer = self.shelf.answer(json.loads(body), f"http://{self.headers['Host']}")
        return self._send(200, json.dumps(answer).encode(), "application/json")

    def do_GET(self) -> None:
        name, _, kind = self.path.split("?")[0].strip("/").partition("/")
        found = self.shelf.asset(name, kind)
        self._send(200, *found) if found else self._send(404, b"", "text/plain")

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""

    def _send(self, status: int, body: bytes, mime: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        # The editor's page comes from another address.
        for name in ("Origin", "Headers", "Methods"):
            self.send_header(f"Access-Control-Allow-{name}", "*")
        self.end_headers()
        self.wfile.write(body)


def _part(package: Path, name: str) -> bytes:
    with zipfile.ZipFile(package) as archive:
        return archive.read(name)


def _is_wanted(entry: dict[str, Any], wanted: list[str]) -> bool:
    identity = str(entry["extensionId"]).lower()
    return any(
        word.strip('"') in (identity, str(entry["displayName"]).lower()) or word in identity
        for word in wanted
    )
