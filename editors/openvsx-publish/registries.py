"""The two registries: what is asked of them directly, and the client that uploads."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).resolve().parent / "node_modules"
ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Registry:
    """One place that an extension is published to."""

    title: str
    url: str
    token_variable: str
    url_variable: str
    token_advice: str
    namespace_advice: str
    client: Sequence[str]
    has_namespace: Callable[[str, str], bool]
    """Publisher and token. Raises HTTPError and OSError."""
    serves: Callable[[str, str, str], bool]
    """Publisher, name and version: does the public interface have it? Raises HTTPError and OSError."""

    def command(self, package: Path) -> list[str]:
        return ["node", *self.client, "publish", *self._arguments(package), "--skip-duplicate"]

    def _arguments(self, package: Path) -> list[str]:
        return ["--packagePath", str(package)] if "vsce" in self.client[0] else [str(package)]


def marketplace(url: str = "https://marketplace.visualstudio.com") -> Registry:
    def has_namespace(publisher: str, token: str) -> bool:
        basic = base64.b64encode(f"OAuth:{token}".encode()).decode()
        query = f"{url}/_apis/gallery/publishers/{publisher}?api-version=7.2-preview.1"
        return _found(query, {"Authorization": f"Basic {basic}"})

    def serves(publisher: str, name: str, version: str) -> bool:
        criteria = [{"filterType": 7, "value": f"{publisher}.{name}"}]
        body = {
            "filters": [{"pageNumber": 1, "pageSize": 1, "criteria": criteria}],
            "assetTypes": [],
            "flags": 1,
        }
        headers = {"Accept": "application/json;api-version=3.0-preview.1", "Content-Type": "application/json"}
        found = _json(f"{url}/_apis/public/gallery/extensionquery", headers, json.dumps(body).encode())
        extensions = found["results"][0]["extensions"]
        return any(version == each["version"] for extension in extensions for each in extension["versions"])

    return Registry(
        "VS Marketplace",
        url,
        "VSCE_PAT",
        "VSCE_MARKETPLACE_URL",
        "make one at dev.azure.com with the scope Marketplace (Manage) for all organizations",
        f"create the publisher at {url}/manage",
        [str(CLIENTS / "@vscode" / "vsce" / "vsce")],
        has_namespace,
        serves,
    )


def open_vsx(url: str = "https://open-vsx.org") -> Registry:
    def has_namespace(publisher: str, token: str) -> bool:
        return _found(f"{url}/api/{publisher}/verify-pat", {"Authorization": f"Bearer {token}"})

    def serves(publisher: str, name: str, version: str) -> bool:
        return _found(f"{url}/api/{publisher}/{name}/{version}", {})

    return Registry(
        "Open VSX",
        url,
        "OVSX_PAT",
        "OVSX_REGISTRY_URL",
        f"make one at {url}/user-settings/tokens",
        "create it with `npx ovsx create-namespace`, then claim it",
        [str(CLIENTS / "ovsx" / "bin" / "ovsx")],
        has_namespace,
        serves,
    )


def answer_of(address: str, web: str = "") -> str:
    """Why an address leads nowhere; nothing if it answers. web: who stands in for all of https, in a dry run."""
    url = f"{web}/{address.removeprefix('https://')}" if web else address
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=ANSWER_SECONDS).close()
        return ""
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}"
    except (OSError, ValueError) as error:
        return f"it cannot be reached: {error}"


def _found(url: str, headers: dict[str, str]) -> bool:
    try:
        _json(url, headers)
        return True
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise


def _json(url: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
        return json.load(answer)
