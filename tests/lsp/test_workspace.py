"""What goes beyond one document: files of the workspace, open or on disk."""

from pathlib import Path
from typing import Any

from lsp_client import at, session

KERNELS = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def double(x: Tensor[f32, N]):
    x[weft.index(x)] = 2.0 * x[weft.index(x)]
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
