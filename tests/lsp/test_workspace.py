"""What goes beyond one document: files of the workspace, open or on disk."""

from pathlib import Path
from typing import Any

import pytest
from lsp_client import SERVER, Client, at, session

KERNELS = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def double(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = 2.0 * x[i]
"""
USER = "from kernels import double\n\n\ndef main(x):\n    double(x=x)\n"


def workspace(folder: Path, **texts: str) -> dict[str, Any]:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    return {"workspaceFolders": [{"uri": folder.as_uri(), "name": "workspace"}]}


def texts_after(edit: Any, *texts: tuple[Path, str]) -> list[str]:
    """The texts after an edit, given by the last part of the URI."""
    after: list[str] = []
    for path, text in texts:
        lines = text.split("\n")
        for each in reversed(edit["changes"].get(path.as_uri(), [])):
            start, end = each["range"]["start"], each["range"]["end"]
            line = lines[start["line"]]
            lines[start["line"]] = line[: start["character"]] + each["newText"] + line[end["character"] :]
        after.append("\n".join(lines))
    return after


def test_references_in_files_that_are_not_open(tmp_path: Path):
    with session(**workspace(tmp_path, user=USER, kernels=KERNELS)) as client:
        marked = KERNELS.replace("def dou", "def dou$0")
        uri = client.open(KERNELS, uri=(tmp_path / "kernels.py").as_uri())
        asked = {**at(uri, marked), "context": {"includeDeclaration": False}}
        found = client.request("textDocument/references", asked)
        lines = [(place["uri"], place["range"]["start"]["line"]) for place in found]
        user = (tmp_path / "user.py").as_uri()
        assert lines == [(user, 0), (user, 4)]


@pytest.mark.parametrize("is_reported", [True, False])
def test_a_file_that_begins_to_use_a_name(tmp_path: Path, is_reported: bool):
    """Whether the client reports what changes on disk, or nobody does."""
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": is_reported}}}
    folders = workspace(tmp_path, user="import kernels\n", kernels=KERNELS)
    with session(capabilities=watching, **folders) as client:
        uri = client.open(KERNELS, uri=(tmp_path / "kernels.py").as_uri())
        asked = {**at(uri, KERNELS.replace("def dou", "def dou$0")), "context": {"includeDeclaration": False}}
        assert client.request("textDocument/references", asked) == []
        user = tmp_path / "user.py"
        user.write_text(USER)
        if is_reported:
            changes = [{"uri": user.as_uri(), "type": 2}]
            client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        found = client.request("textDocument/references", asked)
        assert [place["uri"] for place in found] == [user.as_uri()] * 2


def test_rename_in_files_that_are_not_open_and_in_unsaved_texts(tmp_path: Path):
    kernels, user = tmp_path / "kernels.py", tmp_path / "user.py"
    with session(**workspace(tmp_path, user=USER, kernels="")) as client:
        uri = client.open(KERNELS, uri=kernels.as_uri())
        place = at(uri, KERNELS.replace("def dou", "def dou$0"))
        edit = client.request("textDocument/rename", {**place, "newName": "twice"})
        assert texts_after(edit, (kernels, KERNELS), (user, USER)) == [
            KERNELS.replace("double", "twice"),
            USER.replace("double", "twice"),
        ]


def test_an_edit_while_files_are_read_makes_the_answer_worthless(tmp_path: Path):
    with session(**workspace(tmp_path, user=USER, kernels=KERNELS)) as client:
        uri = client.open(KERNELS, uri=(tmp_path / "kernels.py").as_uri())
        place = at(uri, KERNELS.replace("def dou", "def dou$0"))
        message = client.message("textDocument/rename", {**place, "newName": "twice"})
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "\n" + KERNELS}]}
        client.send(message, {"method": "textDocument/didChange", "params": change})
        assert client.answer(message["id"])["error"]["code"] == -32801


def test_the_project_says_what_is_reported(tmp_path: Path):
    """The same codes that `weft check` leaves out; a change of the configuration is seen."""
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.weft]\nignore = ["unknown-name"]\n')
    guilty = KERNELS.replace("2.0", "missing")
    with session(**workspace(tmp_path)) as client:
        client.open(guilty, uri=(tmp_path / "kernels.py").as_uri())
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"] == []
        project.write_text("[tool.weft]\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": project.as_uri(), "type": 2}]})
        (finding,) = client.notified("textDocument/publishDiagnostics")["diagnostics"]
        assert finding["code"] == "unknown-name"
        assert finding["codeDescription"]["href"].endswith("/pages/unknown-name.md")


def test_a_wrong_configuration_hides_nothing(tmp_path: Path):
    (tmp_path / "weft.toml").write_text("select = 3\n")
    with session(**workspace(tmp_path)) as client:
        client.open(KERNELS.replace("2.0", "missing"), uri=(tmp_path / "kernels.py").as_uri())
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"]
        assert "weft.toml" in (client.logged() or "")


def test_a_file_that_is_renamed_on_disk(tmp_path: Path):
    with session(**workspace(tmp_path, user=USER, kernels=KERNELS)) as client:
        user = (tmp_path / "user.py").as_uri()
        client.open(USER, uri=user)
        place = at(user, USER.replace("    dou", "    dou$0"))
        assert client.request("textDocument/definition", place)["uri"].endswith("kernels.py")
        (tmp_path / "kernels.py").rename(tmp_path / "other.py")
        changes = [
            {"uri": (tmp_path / "kernels.py").as_uri(), "type": 3},
            {"uri": (tmp_path / "other.py").as_uri(), "type": 1},
        ]
        client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert client.request("textDocument/definition", place) is None
        text = USER.replace("kernels", "other")
        change = {"textDocument": {"uri": user, "version": 2}, "contentChanges": [{"text": text}]}
        client.notify("textDocument/didChange", change)
        place = at(user, text.replace("    dou", "    dou$0"))
        assert client.request("textDocument/definition", place)["uri"].endswith("other.py")


def test_an_unsaved_text_counts_for_files_that_import_it(tmp_path: Path):
    with session(**workspace(tmp_path, user=USER, kernels="")) as client:
        user = (tmp_path / "user.py").as_uri()
        client.open(USER, uri=user)
        client.open(KERNELS, uri=(tmp_path / "kernels.py").as_uri())
        place = at(user, USER.replace("    dou", "    dou$0"))
        found = client.request("textDocument/definition", place)
        assert found["range"]["start"] == {"line": 6, "character": 4}


def test_a_workspace_full_of_traps_runs_nothing(tmp_path: Path):
    """No file of the workspace is imported, whatever Python or pytest would load by itself."""
    witness = tmp_path / "ran"
    trap = f"open({str(witness)!r}, 'w').close()\n"
    names = ("conftest", "sitecustomize", "usercustomize", "numpy", "jedi", "kernels", "lsprotocol")
    folder = workspace(tmp_path, **dict.fromkeys(names, trap + KERNELS))
    (tmp_path / "trap.pth").write_text(f"import sys; {trap}")
    client = Client(SERVER, cwd=tmp_path)
    client.initialize(**folder)
    client.notify("initialized", {})
    text = "import numpy, conftest, sitecustomize\n" + USER
    uri = client.open(text, uri=(tmp_path / "user.py").as_uri())
    place = at(uri, text.replace("    dou", "    dou$0"))
    for method in ("hover", "definition", "completion", "documentHighlight", "typeDefinition"):
        client.request(f"textDocument/{method}", place)
    client.request("textDocument/references", {**place, "context": {"includeDeclaration": True}})
    client.request("workspace/symbol", {"query": "double"})
    client.request("shutdown", None)
    client.notify("exit", None)
    assert client.ended() == 0
    assert not witness.exists()
