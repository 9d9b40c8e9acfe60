"""Inlay hints over the wire, and the settings that switch them."""

from typing import Any

import pytest
from lsp_client import Client, at, session

KERNEL = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def shift(x: Tensor[f32, N]):
    é = '😀'; i = weft.index(x)
    x[i] = x[i + 1]
"""
OFF = {"inlayHints": {"types": False, "guards": False}}


def labels(client: Client, uri: str) -> list[str]:
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 20, "character": 0}}
    found: list[Any] = client.request(
        "textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole}
    )
    return [hint["label"] for hint in found]


def test_hints():
    with session() as client:
        uri = client.open(KERNEL)
        whole = {"start": {"line": 7, "character": 12}, "end": {"line": 20, "character": 0}}
        params = {"textDocument": {"uri": uri}, "range": whole}
        index, guard = client.request("textDocument/inlayHint", params)
        assert index == {
            "position": {"line": 7, "character": 15},
            "label": ": index",
            "kind": 1,
            "paddingLeft": False,
            "paddingRight": False,
        }
        assert (guard["position"], guard["label"]) == ({"line": 8, "character": 19}, "guarded")
        assert guard["tooltip"]["value"].startswith("This read of `x` is not proved")


def test_the_address_of_the_manual():
    text = KERNEL.replace("x[i + 1]", "missing")
    with session(initializationOptions={"manual": "https://example.org/docs/"}) as client:
        uri = client.open(text)
        (finding,) = client.notified("textDocument/publishDiagnostics")["diagnostics"]
        assert finding["codeDescription"]["href"] == "https://example.org/docs/rules/unknown-name.md"
        found = client.request("textDocument/hover", at(uri, text.replace("weft.index", "weft.in$0dex")))
        link = "[Manual](https://example.org/docs/operations.md#weftindex)"
        assert found["contents"]["value"].endswith(f"\n\n{link}")


def test_another_python_server_comes_and_goes():
    guilty = KERNEL.replace("x[i + 1]", "missing")
    with session(initializationOptions={"python": "complement"}) as client:
        client.open(guilty)
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"] == []
        for python, count in (("full", 1), ("else", 1), ("complement", 0)):
            client.notify("workspace/didChangeConfiguration", {"settings": {"weft": {"python": python}}})
            if python != "else":
                assert len(client.notified("textDocument/publishDiagnostics")["diagnostics"]) == count


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (None, "```text"),
        ({"hoverImages": True}, "![The index at each coordinate](data:image/svg+xml;base64,"),
        ({"hoverImages": "yes"}, "```text"),
    ],
)
def test_pictures_in_hovers_are_for_clients_that_ask_for_them(options: object, expected: str):
    text = "import weft\n\nTI$0LE = weft.Layout((2, 4), (4, 1))\n"
    with session(initializationOptions=options) as client:
        uri = client.open(text.replace("$0", ""))
        found = client.request("textDocument/hover", at(uri, text))
        _, _, below = found["contents"]["value"].partition("\n```\n\n")
        assert below.startswith(expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (None, [": index", "guarded"]),
        ({"inlayHints": {"types": False}}, ["guarded"]),
        ({"weft": {"inlayHints": {"guards": False}}}, [": index"]),
        ({"inlayHints": {"types": "no", "guards": None}}, [": index", "guarded"]),
        ({"inlayHints": 3}, [": index", "guarded"]),
    ],
)
def test_initialization_options(options: object, expected: list[str]):
    with session(initializationOptions=options) as client:
        uri = client.open(KERNEL)
        assert [label for label in labels(client, uri) if "str" not in label] == expected


def test_settings_that_the_client_sends():
    refreshing = {"workspace": {"inlayHint": {"refreshSupport": True}}}
    with session(capabilities=refreshing) as client:
        uri = client.open(KERNEL)
        client.notify("workspace/didChangeConfiguration", {"settings": {"weft": OFF}})
        while (refresh := client.next()).get("method") != "workspace/inlayHint/refresh":
            pass
        client.send({"id": refresh["id"], "result": None})
        assert labels(client, uri) == []


def test_settings_that_the_server_asks_for():
    with session(capabilities={"workspace": {"configuration": True}}) as client:
        asked = client.next()
        assert (asked["method"], asked["params"]) == (
            "workspace/configuration",
            {"items": [{"section": "weft"}]},
        )
        client.send({"id": asked["id"], "result": [OFF]})
        uri = client.open(KERNEL)
        assert labels(client, uri) == []


def test_changes_are_asked_for():
    dynamic = {"workspace": {"didChangeConfiguration": {"dynamicRegistration": True}}}
    with session(capabilities=dynamic) as client:
        (registration,) = client.next()["params"]["registrations"]
        assert registration["method"] == "workspace/didChangeConfiguration"
        assert registration["registerOptions"] == {"section": "weft"}
