"""What must be so before anything is uploaded: a list of complaints, each with what to do."""

import json
import re
import urllib.error
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registries import Registry

LIMIT_BYTES = 6_000_000
_RELATIVE = re.compile(
    r"\]\((?!https?://|#|mailto:)([^)\s]+)|(?:src|href)=\"(?!https?://|#|mailto:)([^\"]+)\""
)
_ADDRESS = re.compile(r"\]\((https?://[^)\s]+)|(?:src|href)=\"(https?://[^\"]+)\"")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Package:
    """What a package says of itself."""

    path: Path
    manifest: Mapping[str, Any]
    names: tuple[str, ...]
    padded: tuple[str, ...]

    @staticmethod
    def read(path: Path) -> "Package":
        """Raises OSError, zipfile.BadZipFile, KeyError, ValueError for what is no package."""
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("extension/package.json"))
            entries = archive.infolist()
        names = tuple(entry.filename for entry in entries)
        return Package(path, manifest, names, tuple(entry.filename for entry in entries if entry.extra))

    @property
    def repository(self) -> str:
        """The address of the project's page."""
        found = self.manifest.get("repository", "")
        url = found.get("url", "") if isinstance(found, Mapping) else found
        return str(url).removesuffix(".git")

    @property
    def publisher(self) -> str:
        return str(self.manifest.get("publisher", ""))

    @property
    def name(self) -> str:
        return str(self.manifest.get("name", ""))

    @property
    def version(self) -> str:
        return str(self.manifest.get("version", ""))

    def text(self, name: str) -> str:
        """A file of the extension, whatever the case of its name; empty if it is not there."""
        found = [each for each in self.names if each.lower() == f"extension/{name}".lower()]
        return self.data(found[0]).decode("utf-8", "replace") if found else ""

    def data(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(name)


def of_package(package: Package) -> Iterator[str]:
    """What can be seen without a registry."""
    size = package.path.stat().st_size
    if size > LIMIT_BYTES:
        yield f"the package has {size:,} bytes; the limit is {LIMIT_BYTES:,}: leave something out"
    if package.padded:
        yield f"zip extra fields, which Open VSX refuses, at {package.padded[0]}: pack it with vsce"
    if not re.fullmatch(r"\d+\.\d+\.\d+", package.version):
        yield f"version `{package.version}` is not of the form 1.2.3: set it in package.json"
    if not re.search(rf"^## \[?{re.escape(package.version)}\]?", package.text("CHANGELOG.md"), re.MULTILINE):
        yield f"CHANGELOG.md has no entry for {package.version}: write one"
    if not package.manifest.get("license") or not any("license" in name.lower() for name in package.names):
        yield "no licence, without which Open VSX takes nothing: name it in package.json and add LICENSE"
    yield from _icon(package)
    for link in _RELATIVE.findall(package.text("README.md")):
        yield f"README.md links to `{link[0] or link[1]}`, which leads nowhere from a registry's page: write the whole address"


def of_links(package: Package, answer_to: Callable[[str], str]) -> Iterator[str]:
    """What does not answer. `answer_to`: what the web says to an address; nothing where it is there."""
    found = _ADDRESS.findall(package.text("README.md"))
    addresses = list(dict.fromkeys(one or other for one, other in found))
    answers = {address: answer_to(address) for address in (package.repository, *addresses)}
    if answers[package.repository]:
        yield (
            f"there is no repository at {package.repository} ({answers[package.repository]}), and {len(addresses)} links of "
            "README.md lead into it or beside it: make the repository public, or build with GITHUB_REPOSITORY=OWNER/NAME, "
            "as a workflow of GitHub does"
        )
        return
    for address in addresses:
        if answers[address]:
            yield (
                f"README.md links to {address}, which is not there ({answers[address]}): push the tag "
                f"v{package.version} with that file"
            )


def of_registry(package: Package, registry: Registry, token: str) -> Iterator[str]:
    """What a registry must say. A version that it has already is no complaint: a second run must be able to end the first."""
    if not token:
        yield f"{registry.title}: {registry.token_variable} is not set: {registry.token_advice}"
        return
    try:
        if not registry.has_namespace(package.publisher, token):
            yield f"{registry.title}: there is no `{package.publisher}`, or the token is not its: {registry.namespace_advice}"
    except urllib.error.HTTPError as error:
        yield f"{registry.title}: asked for `{package.publisher}`, it answers {error.code}: {_advice(registry, error.code)}"
    except OSError as error:
        yield f"{registry.title}: cannot be reached at {registry.url}: {error}"


def _advice(registry: Registry, status: int) -> str:
    if status in (401, 403):
        return f"the token in {registry.token_variable} is wrong or has expired: {registry.token_advice}"
    return "try again later"


def _icon(package: Package) -> Iterator[str]:
    name = f"extension/{package.manifest.get('icon', '')}"
    data = package.data(name) if name in package.names else b""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if not data.startswith(_PNG) or min(width, height) < 128:
        yield "no icon, or not a PNG of at least 128 × 128: name one in package.json"
