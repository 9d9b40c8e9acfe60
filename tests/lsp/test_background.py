"""Files that nobody has open: their findings come from another process, with progress; their names can be searched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client, session

GUILTY = """\
import weft
from weft import Tensor, f32
from weft.dims import N
from tiles import SCALE


@weft.kernel
def guilty(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = scael * SCALE
"""
TILES = "SCALE = 2.0\n"
LAUNCH = GUILTY.replace("scael", "2.0") + "\n\ndef main(x):\n    guilty[1, SCALE](x)\n"
KNOWS_PROGRESS = {"window": {"workDoneProgress": True}}


@contextmanager
def workspace(folder: Path, capabilities: object = KNOWS_PROGRESS, **texts: str) -> Iterator[Client]:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    root = {"uri": folder.as_uri(), "name": "workspace"}
    with session(workspaceFolders=[root], capabilities=capabilities) as client:
        yield client


def published(client: Client) -> tuple[str, list[str]]:
    found = client.notified("textDocument/publishDiagnostics")
    return found["uri"].rpartition("/")[2], [each["code"] for each in found["diagnostics"]]


def watched(client: Client, path: Path, kind: int) -> None:
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


def test_findings_of_files_that_are_not_open(tmp_path: Path):
    with workspace(tmp_path, guilty=GUILTY, tiles=TILES, other="x = scael\n") as client:
        assert published(client) == ("guilty.py", ["unknown-name"])
        guilty = tmp_path / "guilty.py"
        # Open, it is told of as a document; closed, as a file.
        uri = client.open(GUILTY, guilty.as_uri())
        assert [published(client), published(client)] == [("guilty.py", []), ("guilty.py", ["unknown-name"])]
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert [published(client), published(client)] == [("guilty.py", []), ("guilty.py", ["unknown-name"])]
        guilty.rename(tmp_path / "renamed.py")
        watched(client, guilty, 3)
        watched(client, tmp_path / "renamed.py", 1)
        assert sorted([published(client), published(client)]) == [
            ("guilty.py", []),
            ("renamed.py", ["unknown-name"]),
        ]


def test_they_follow_what_they_rest_on(tmp_path: Path):
    with workspace(tmp_path, launch=LAUNCH, tiles="SCALE = 4096\n") as client:
        assert published(client) == ("launch.py", ["launch-threads"])
        tiles = tmp_path / "tiles.py"
        client.open("SCALE = 4096\n", tiles.as_uri())
        # The text in the editor counts, and what is old vanishes with the keystroke.
        change = {
            "textDocument": {"uri": tiles.as_uri(), "version": 2},
            "contentChanges": [{"text": "SCALE = 8192\n"}],
        }
        client.notify("textDocument/didChange", change)
        while (found := published(client))[0] != "launch.py":
            pass
        assert found == ("launch.py", [])
        while (found := published(client))[0] != "launch.py":
            pass
        assert found == ("launch.py", ["launch-threads"])


def test_a_module_that_appears(tmp_path: Path):
    with workspace(tmp_path, launch=LAUNCH) as client:
        assert published(client)[0] == "launch.py"
        (tmp_path / "tiles.py").write_text("SCALE = 4096\n")
        watched(client, tmp_path / "tiles.py", 1)
        assert published(client) == ("launch.py", ["launch-threads"])


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_progress(tmp_path: Path, is_cancelled: bool):
    texts = {f"k{number}": GUILTY for number in range(10)}
    with workspace(tmp_path, tiles=TILES, **texts) as client:
        while (message := client.next()).get("method") != "window/workDoneProgress/create":
            pass
        token = message["params"]["token"]
        client.send({"id": message["id"], "result": None})
        told: list[Any] = []
        while not told or told[-1]["kind"] != "end":
            told.append(client.notified("$/progress")["value"])
            if is_cancelled and len(told) == 1:
                client.notify("window/workDoneProgress/cancel", {"token": token})
        assert (told[0]["kind"], told[0]["cancellable"]) == ("begin", True)
        assert (told[-2]["percentage"] == 100) != is_cancelled


def test_names_of_files_that_are_not_open(tmp_path: Path):
    with workspace(tmp_path, guilty="#\n" + GUILTY, tiles=TILES) as client:
        published(client)
        found = client.request("workspace/symbol", {"query": "glty"})[0]
        assert (found["name"], found["containerName"]) == ("guilty", "guilty")
        assert found["location"]["uri"].endswith("/guilty.py")
        assert found["location"]["range"]["start"] == {"line": 8, "character": 4}


def test_it_can_be_switched_off_and_on(tmp_path: Path):
    root = {"uri": tmp_path.as_uri(), "name": "workspace"}
    (tmp_path / "guilty.py").write_text(GUILTY)
    with session(workspaceFolders=[root], initializationOptions={"workspaceFindings": False}) as client:
        client.notify("workspace/didChangeConfiguration", {"settings": {"weft": {"workspaceFindings": True}}})
        assert published(client) == ("guilty.py", ["unknown-name"])
        client.notify(
            "workspace/didChangeConfiguration", {"settings": {"weft": {"workspaceFindings": False}}}
        )
        assert published(client) == ("guilty.py", [])
