"""What is found before anything is uploaded. No Node and no registry: `make release-dry-run` publishes to recorders."""

import json
import sys
import urllib.error
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "editors" / "openvsx-publish"
ICON = b"\x89PNG\r\n\x1a\n" + bytes(8) + (128).to_bytes(4, "big") * 2
MANIFEST = {
    "publisher": "weft",
    "name": "weft",
    "version": "1.2.3",
    "license": "Apache-2.0",
    "icon": "icon.png",
}
FILES = {"LICENSE.txt": b"", "icon.png": ICON, "CHANGELOG.md": b"## 1.2.3\n", "README.md": b"# Weft\n"}


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """As publish.py imports it, and gone afterwards."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import checks

    yield checks
    for name in ("checks", "registries"):
        sys.modules.pop(name, None)


def packed(path: Path, files: dict[str, bytes], extra: bytes = b"", **manifest: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, "package.json": json.dumps({**MANIFEST, **manifest}).encode()}.items():
            entry = zipfile.ZipInfo(f"extension/{name}")
            entry.extra = extra
            archive.writestr(entry, data)
    return path


def complaints(checks: ModuleType, path: Path) -> list[str]:
    return list(checks.of_package(checks.Package.read(path)))


def test_a_package_that_may_go(checks: ModuleType, tmp_path: Path):
    assert complaints(checks, packed(tmp_path / "p.vsix", FILES)) == []


def test_zip_extra_fields(checks: ModuleType, tmp_path: Path):
    (found,) = complaints(checks, packed(tmp_path / "p.vsix", FILES, extra=b"UT\x05\x00\x03\x00\x00\x00\x00"))
    assert found.startswith("zip extra fields, which Open VSX refuses, at extension/LICENSE.txt")


def test_a_package_that_is_too_large(checks: ModuleType, tmp_path: Path):
    (found,) = complaints(checks, packed(tmp_path / "p.vsix", {**FILES, "blob": bytes(6_000_001)}))
    assert found.startswith("the package has 6,0") and "the limit is 6,000,000: leave something out" in found


@pytest.mark.parametrize("version", ["1.2", "1.2.3-beta", "v1.2.3", ""])
def test_a_version_that_no_registry_takes(checks: ModuleType, tmp_path: Path, version: str):
    changes = f"## {version}\n".encode()
    (found,) = complaints(
        checks, packed(tmp_path / "p.vsix", {**FILES, "CHANGELOG.md": changes}, version=version)
    )
    assert found == f"version `{version}` is not of the form 1.2.3: set it in package.json"


def refusing(error: BaseException) -> Callable[[str, str], bool]:
    def has_namespace(publisher: str, token: str) -> bool:
        raise error

    return has_namespace


@pytest.mark.parametrize("which", ["marketplace", "open_vsx"])
def test_what_a_registry_must_say(checks: ModuleType, tmp_path: Path, which: str):
    import registries

    package = checks.Package.read(packed(tmp_path / "p.vsix", FILES))
    registry = getattr(registries, which)()
    (unset,) = checks.of_registry(package, registry, "")
    assert f"{registry.token_variable} is not set: make one at" in unset
    asked: list[tuple[str, str]] = []
    there = replace(registry, has_namespace=lambda publisher, token: asked.append((publisher, token)) is None)
    assert list(checks.of_registry(package, there, "secret")) == []
    assert asked == [("weft", "secret")]
    (absent,) = checks.of_registry(package, replace(registry, has_namespace=lambda *_: False), "secret")
    assert "there is no `weft`, or the token is not its: create" in absent
    for status, advice in (
        (401, "is wrong or has expired"),
        (403, "is wrong or has expired"),
        (503, "try again later"),
    ):
        refusal = urllib.error.HTTPError(registry.url, status, "", Message(), None)
        (refused,) = checks.of_registry(package, replace(registry, has_namespace=refusing(refusal)), "secret")
        assert f"it answers {status}: " in refused and advice in refused
    silent = replace(registry, has_namespace=refusing(ConnectionRefusedError("nobody listens")))
    (away,) = checks.of_registry(package, silent, "secret")
    assert away.endswith(f"cannot be reached at {registry.url}: nobody listens")
    assert not any("secret" in text for text in (unset, absent, refused, away))
