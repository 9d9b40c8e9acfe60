"""A session in Helix, in a terminal that nobody looks at, with the set-up of the README. Its log of messages is the witness.

`make e2e-helix` runs it. Helix 25.01 or newer, as `hx` or `helix` (Debian 13: apt-get install hx).
"""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SERVER = Path(sys.executable).with_name("weft-lsp")
WAIT_SECONDS = 60
_MESSAGE = re.compile(r"weft-lsp (?P<way>->|<-) (?P<json>\{.*\})\s*$")
ESCAPE, BACK, DELETE = "\x1b", "\x0f", "\x7f"


def helix() -> str:
    found = shutil.which("hx") or shutil.which("helix")
    assert found, "these tests need Helix 25.01 or newer (Debian 13: apt-get install hx)"
    return found


def environment(home: Path) -> dict[str, str]:
    """With the README's languages.toml, and no one's settings beside it."""
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    settings = home / "config" / "helix"
    settings.mkdir(parents=True)
    (settings / "languages.toml").write_text(readme.partition("```toml\n")[2].partition("```")[0])
    homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE")}
    path = f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **homes, "PATH": path, "TERM": "xterm-256color", "LINES": "40", "COLUMNS": "120"}


@dataclass
class Session:
    keyboard: int
    log: Path
    screen: bytearray = field(default_factory=bytearray)

    def press(self, keys: str) -> None:
        os.write(self.keyboard, keys.encode())

    def leave_insert_mode(self) -> None:
        """The first escape may close a menu only. What follows an escape too soon is taken for a key with Alt."""
        for _ in range(2):
            before = len(self.screen)
            self.press(ESCAPE)
            self.wait("change of the screen", lambda before=before: len(self.screen) > before)

    def messages(self, way: str) -> list[Any]:
        """What Helix has sent (`->`) or got (`<-`) so far. The last line may not be whole yet."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        found = (_MESSAGE.search(line) for line in text.splitlines()[: text.count("\n")])
        return [json.loads(each["json"]) for each in found if each and each["way"] == way]

    def wait(self, what: str, is_there: Callable[[], Any]) -> Any:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if found := is_there():
                return found
            threading.Event().wait(0.05)
        raise AssertionError(f"Helix: no {what}\n{self.log.read_text(encoding='utf-8')[-4000:]}")

    def answer(self, method: str) -> Any:
        """What the server answered to the last request of a method."""

        def found() -> Any:
            asked = [
                each["id"] for each in self.messages("->") if each.get("method") == method and "id" in each
            ]
            answers = [each for each in self.messages("<-") if asked and each.get("id") == asked[-1]]
            return answers[-1] if answers else None

        return self.wait(f"answer to {method}", found)["result"]

    def findings(self, is_wanted: Callable[[list[Any]], bool]) -> list[Any]:
        def found() -> Any:
            sent = [
                each
                for each in self.messages("<-")
                if each.get("method") == "textDocument/publishDiagnostics"
            ]
            return sent and is_wanted(sent[-1]["params"]["diagnostics"]) and sent[-1:]

        return self.wait("findings", found)[0]["params"]["diagnostics"]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[tuple[Session, subprocess.Popen[bytes]]]:
    shutil.copy(HERE / "kernel.py", tmp_path)
    text = (tmp_path / "kernel.py").read_text(encoding="utf-8")
    before = text[: text.index("index(y)")]
    place = f"kernel.py:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"
    log = tmp_path / "helix.log"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [helix(), "-vv", "--log", str(log), place],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    opened = Session(ours, log)
    threading.Thread(target=_watch, args=(opened,), daemon=True).start()
    try:
        yield opened, process
    finally:
        process.kill()
        process.wait()


def _watch(opened: Session) -> None:
    """A terminal that is not read stops the program in it."""
    try:
        while shown := os.read(opened.keyboard, 1 << 16):
            opened.screen += shown
    except OSError:
        return


def test_helix_finds_the_server(tmp_path: Path):
    done = subprocess.run(
        [helix(), "--health", "python"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    assert re.search(rf"✓ weft-lsp: {re.escape(str(SERVER))}", plain), plain


def test_a_session(session: tuple[Session, subprocess.Popen[bytes]]):
    opened, process = session
    opened.findings(lambda found: found == [])
    opened.press(" k")
    assert "index(" in opened.answer("textDocument/hover")["contents"]["value"]
    opened.press("gd")
    answer = opened.answer("textDocument/definition")
    target = answer[0] if isinstance(answer, list) else answer
    assert target["uri"].endswith("/weft/ops/geometry.py")
    opened.press(BACK)
    opened.press("i_")
    (finding,) = opened.findings(bool)
    assert "`_index`" in finding["message"]
    opened.press(DELETE)
    opened.findings(lambda found: found == [])
    opened.leave_insert_mode()
    opened.press(":qa!\r")
    assert process.wait(WAIT_SECONDS) == 0
    assert "shutdown" in [each.get("method") for each in opened.messages("->")]
