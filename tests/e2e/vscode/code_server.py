"""A code-server process: VS Code itself, in a folder of its own, behind an address on 127.0.0.1."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from install import code_server_entry, node_folder

START_SECONDS = 60
SETTINGS = {
    "files.autoSave": "off",
    "editor.cursorBlinking": "solid",
    "editor.minimap.enabled": False,
    "editor.fontFamily": "DejaVu Sans Mono",
    "editor.fontSize": 13,
    "editor.suggest.showStatusBar": False,
    "editor.accessibilitySupport": "off",
    "editor.stickyScroll.enabled": False,
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.tips.enabled": False,
    "workbench.layoutControl.enabled": False,
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.welcomePage.walkthroughs.openOnInstall": False,
    "window.commandCenter": False,
    "window.menuBarVisibility": "compact",
    "breadcrumbs.enabled": False,
    "chat.commandCenter.enabled": False,
    "chat.disableAIFeatures": True,
    "extensions.ignoreRecommendations": True,
    "extensions.verifySignature": False,
    "extensions.autoUpdate": False,
    "git.enabled": False,
    "git.openRepositoryInParentFolders": "never",
    "telemetry.telemetryLevel": "off",
    "notebook.experimental.generate": False,
    "terminal.integrated.initialHint": False,
    "terminal.integrated.gpuAcceleration": "off",
    "terminal.integrated.fontFamily": "DejaVu Sans Mono",
    "terminal.integrated.fontSize": 13,
    "remote.autoForwardPorts": False,
    "editor.hover.delay": 100,
}


@dataclass(frozen=True, slots=True)
class CodeServer:
    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def extensions(self) -> Path:
        return self.folder / "extensions"


@contextmanager
def running(
    folder: Path,
    *,
    gallery: str = "",
    packages: tuple[Path, ...] = (),
    is_trusting: bool = True,
    settings: dict[str, object] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[CodeServer]:
    """A server that answers, with these packages installed. All that it writes is below `folder`."""
    _write_settings(folder, {**SETTINGS, **(settings or {})})
    variables = {**os.environ, "HOME": str(folder / "home"), **(environment or {})}
    (folder / "home").mkdir(parents=True, exist_ok=True)
    if gallery:
        variables["EXTENSIONS_GALLERY"] = json.dumps({"serviceUrl": gallery, "itemUrl": gallery})
    port = _free_port()
    command = _command(folder, port)
    for package in packages:
        done = subprocess.run(
            [*command, "--install-extension", str(package)],
            env=variables,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{package.name} was not installed:\n{done.stdout}"
    options = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"]
    options += ["--ignore-last-opened", *(["--disable-workspace-trust"] if is_trusting else [])]
    with (folder / "code-server.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], env=variables, stdout=log, stderr=subprocess.STDOUT)
    server = CodeServer(f"http://127.0.0.1:{port}", folder, process)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def server_processes(folder: Path) -> list[int]:
    """The language servers that were started from the extensions of one code-server."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(word.startswith(str(folder)) and word.endswith("run_server.py") for word in words):
            found.append(int(process.name))
    return found


def _command(folder: Path, port: int) -> list[str]:
    config = folder / "config.yaml"
    config.write_text(f"bind-addr: 127.0.0.1:{port}\nauth: none\ncert: false\n")
    paths = [
        f"--config={config}",
        f"--user-data-dir={folder / 'data'}",
        f"--extensions-dir={folder / 'extensions'}",
    ]
    return [str(node_folder() / "node"), str(code_server_entry()), *paths]


def _write_settings(folder: Path, settings: dict[str, object]) -> None:
    """As the user's and as the machine's, which is where a setting of the machine's scope is looked for."""
    for scope in ("User", "Machine"):
        place = folder / "data" / scope
        place.mkdir(parents=True, exist_ok=True)
        (place / "settings.json").write_text(json.dumps(settings))


def _wait_until_it_answers(server: CodeServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{server.url}/healthz", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            log = (server.folder / "code-server.log").read_text()
            assert server.process.poll() is None, f"code-server ended:\n{log}"
            assert time.monotonic() < deadline, f"code-server does not answer:\n{log}"
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]
