"""A session in headless Neovim with the installed server. `drive.lua` acts, this file judges."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
import weft

HERE = Path(__file__).parent
SERVER = Path(sys.executable).with_name("weft-lsp")
Transcript = dict[str, Any]


def _neovim() -> str:
    found = shutil.which("nvim")
    assert found, "these tests need Neovim 0.7 or newer (Debian: apt-get install neovim)"
    return found


def _home(directory: Path) -> dict[str, str]:
    """The environment with a home of Neovim's own, so that no one's settings take part."""
    homes = {f"XDG_{name}_HOME": str(directory / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {**os.environ, **homes}


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """What happened in the session of `drive.lua`."""
    home = tmp_path_factory.mktemp("home with spaces")
    file = home / "kernel.py"
    shutil.copy(HERE / "kernel.py", file)
    written = home / "transcript.json"
    done = subprocess.run(
        [_neovim(), "--clean", "--headless", "-n", "-u", "NONE", "-S", str(HERE / "drive.lua")],
        cwd=home,
        env={
            **_home(home),
            "WEFT_FILE": str(file),
            "WEFT_LSP": str(SERVER),
            "WEFT_TRANSCRIPT": str(written),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    logs = "\n".join(path.read_text() for path in home.rglob("*.log"))
    assert written.exists(), f"Neovim wrote nothing:\n{done.stdout}{done.stderr}\n{logs}"
    found: Transcript = json.loads(written.read_text())
    assert "failure" not in found, f"{found['failure']}\n{found}\n{done.stderr}\n{logs}"
    return found


def test_the_set_up_of_the_readme_works(tmp_path: Path):
    """The Lua of README.md as an init.lua: a server attaches to a Python file that is opened."""
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    (tmp_path / "init.lua").write_text(readme.partition("```lua\n")[2].partition("```")[0])
    shutil.copy(HERE / "kernel.py", tmp_path)
    clients = "(vim.lsp.get_clients or vim.lsp.get_active_clients)()"
    wait = f"lua vim.wait(20000, function() return #{clients} > 0 end, 10)"
    show = f"lua for _, client in pairs({clients}) do io.write(client.name) end"
    done = subprocess.run(
        [_neovim(), "--headless", "-n", "-u", "init.lua", "kernel.py", "-c", wait, "-c", show, "-c", "qa!"],
        cwd=tmp_path,
        env={**_home(tmp_path), "PATH": f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "weft", "")


def test_hover_shows_the_operation(transcript: Transcript):
    text = transcript["hover"]["contents"]["value"]
    assert "index(" in text
    assert len(text.splitlines()) > 1, "a signature and a sentence at least"


def test_definition_leads_into_the_source_of_weft(transcript: Transcript):
    answer = transcript["definition"]
    target = answer[0] if isinstance(answer, list) else answer
    uri = target.get("targetUri") or target["uri"]
    spot = target.get("targetSelectionRange") or target["range"]
    path = Path(unquote(urlparse(uri).path))
    assert path.is_relative_to(Path(weft.__file__).parent)
    line = path.read_text(encoding="utf-8").splitlines()[spot["start"]["line"]]
    assert line[spot["start"]["character"] :].startswith("index")


def test_symbols_of_the_document(transcript: Transcript):
    assert "scale" in [symbol["name"] for symbol in transcript["symbols"]]


def test_completion_after_a_dot_in_a_line_that_does_not_parse(transcript: Transcript):
    answer = transcript["completion"]
    items = answer["items"] if isinstance(answer, dict) else answer
    labels = [item["label"] for item in items]
    assert {"shape", "stride"} <= set(labels)
    assert "print" not in labels, "only members come after a dot"


def test_signature_while_the_call_is_being_written(transcript: Transcript):
    signatures = transcript["signature"]["signatures"]
    assert len(signatures) > 1, "one for each form of the call"
    assert all(one["label"].startswith("index(") for one in signatures)
    signature = signatures[transcript["signature"]["activeSignature"]]
    start, end = signature["parameters"][0]["label"]
    assert signature["label"][start:end].startswith("domain")
    assert transcript["signature"]["activeParameter"] == 0


def test_a_finding_comes_and_goes_with_an_edit(transcript: Transcript):
    (finding,) = transcript["found"]
    assert "weft.indx" in finding["text"]
    assert "indx" in finding["message"]
    assert finding["source"] == "weft"
    assert transcript["left"] == 0


def test_the_server_leaves_when_asked(transcript: Transcript):
    assert transcript["exited"] == {"code": 0, "signal": 0}
