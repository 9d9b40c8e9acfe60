"""Alone in an editor (`weft.python = "full"`): what is not Weft's is jedi's, which reads and runs nothing."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp_client import SERVER, Client, at, connected, session

FULL = {"initializationOptions": {"python": "full"}}
TEXT = '''\
import json
import helpful

import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def double(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = 2.0 * x[i]


def main(path: str) -> None:
    """Run it."""
    words = path.split(",")
    json.dumps(words, indent=2)
    helpful.greet("you")
    main(path)
'''
HELPFUL = '''\
def greet(name: str, *, loud: bool = False) -> str:
    """Say hello."""
    return f"hello {name}"
'''


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, str]]:
    folder = tmp_path_factory.mktemp("alone")
    (folder / "helpful.py").write_text(HELPFUL)
    root = {"uri": folder.as_uri(), "name": "workspace"}
    with session(workspaceFolders=[root], **FULL) as client:
        yield client, client.open(TEXT, (folder / "main.py").as_uri())


def ask(alone: tuple[Client, str], what: str, before: str, after: str, **more: object) -> Any:
    client, uri = alone
    assert TEXT.count(before + after) == 1
    return client.request(
        f"textDocument/{what}", at(uri, TEXT.replace(before + after, f"{before}$0{after}")) | more
    )


def test_hover(alone: tuple[Client, str]):
    found = ask(alone, "hover", "helpful.gr", "eet")
    assert found["contents"]["value"] == (
        "```python\ngreet(name: str, *, loud: bool=False) -> str\n```\n```text\nSay hello.\n```"
    )
    assert found["range"]["start"] == {"line": 18, "character": 12}
    assert ask(alone, "hover", "weft.ind", "ex(")["contents"]["value"].startswith("```python\nindex(domain: ")
    assert ask(alone, "hover", "Run", " it") is None


def test_places(alone: tuple[Client, str]):
    assert ask(alone, "definition", "helpful.gr", "eet")["uri"].endswith("/helpful.py")
    assert ask(alone, "definition", "(wor", "ds,")["range"]["start"] == {"line": 16, "character": 4}
    assert "/json/" in ask(alone, "definition", "json.dum", "ps")["uri"]
    assert ask(alone, "definition", "weft.ind", "ex(")["uri"].endswith("/weft/ops/geometry.py")
    uses = ask(alone, "references", "    wor", "ds =", context={"includeDeclaration": True})
    assert [each["range"]["start"]["line"] for each in uses] == [16, 17]
    assert len(ask(alone, "documentHighlight", "    wor", "ds =")) == 2


def test_completion(alone: tuple[Client, str]):
    labels = {item["label"] for item in ask(alone, "completion", "json.", "dumps")["items"]}
    assert {"dumps", "loads"} <= labels
    outside = ask(alone, "completion", "json.dumps(wo", "rds")["items"]
    assert {"words"} <= {item["label"] for item in outside}
    inside = [item["label"] for item in ask(alone, "completion", "2.0 * ", "x[i]")["items"]]
    assert len(inside) == len(set(inside))


def test_signature(alone: tuple[Client, str]):
    found = ask(alone, "signatureHelp", 'greet("you"', ")")
    (signature,) = found["signatures"]
    assert signature["label"] == "greet(name: str, *, loud: bool = False) -> str"
    start, end = signature["parameters"][found["activeParameter"]]["label"]
    assert signature["label"][start:end] == "name: str"


def test_broken_text_and_places_outside(alone: tuple[Client, str]):
    client, _ = alone
    uri = client.open("def f(:\n  x.\n\x0c\\\n'''😀", "untitled:Untitled-1")
    for line in range(6):
        for what in ("hover", "definition", "completion", "signatureHelp", "documentHighlight"):
            place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 4}}
            client.request(f"textDocument/{what}", place)


def test_nothing_of_the_workspace_is_run(tmp_path: Path):
    """Neither source, nor compiled modules, nor the interpreter of the workspace, nor what is beside it."""
    witness = tmp_path / "ran"
    trap = f"open({str(witness)!r}, 'w').close()\ndef double(x): ...\n"
    for name in ("conftest", "sitecustomize", "usercustomize", "numpy", "jedi", "gi", "parso", "kernels"):
        (tmp_path / f"{name}.py").write_text(trap)
    (tmp_path / f"native{sysconfig.get_config_var('EXT_SUFFIX')}").write_bytes(b"no library")
    (tmp_path / "trap.pth").write_text(f"import sys; {trap}")
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n")
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    text = (
        "import numpy, conftest, native, gi\nfrom kernels import double\nnative.x\nnumpy.do$0uble\ndouble(\n"
    )
    with connected(command=SERVER) as client:
        root = {"uri": tmp_path.as_uri(), "name": "workspace"}
        client.initialize(workspaceFolders=[root], **FULL)
        client.notify("initialized", {})
        uri = client.open(text.replace("$0", ""), (tmp_path / "user.py").as_uri())
        assert client.request("textDocument/definition", at(uri, text))["uri"].endswith("/numpy.py")
        for line in range(5):
            for what in ("hover", "completion", "signatureHelp", "typeDefinition"):
                place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 8}}
                client.request(f"textDocument/{what}", place)
    assert not witness.exists()


def test_it_is_loaded_when_it_is_needed(tmp_path: Path):
    with session(**FULL) as client:
        uri = client.open(TEXT)
        client.request("textDocument/hover", at(uri, TEXT.replace("weft.index", "weft.in$0dex")))
        maps = Path(f"/proc/{client.process.pid}/task")
        assert not maps.exists() or len(list(maps.iterdir())) == 1
