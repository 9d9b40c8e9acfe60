"""When something goes wrong, or somebody else is there too: a server that is killed, one that dies at its start, a workspace without trust."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import code_server
import pytest
from code_server import server_processes
from playwright.sync_api import Page, expect
from workbench import Workbench, spaced

RECOVERY_SECONDS = 2


@pytest.fixture
def editor(package: Path, tmp_path: Path, page: Page, project: Path) -> Iterator[tuple[Workbench, Path]]:
    """A window with a kernel, and the folder of its code-server."""
    with code_server.running(tmp_path, packages=(package,)) as server:
        window = Workbench.at(page, server, project, "blur.py")
        window.see(".view-line", spaced("t: index = weft.thread_idx.x"))
        window.keys("Control+b")
        yield window, tmp_path


def seconds_to_an_answer(window: Workbench, folder: Path) -> float:
    """From the end of the server to a finding of the next one, about text that was typed when none ran."""
    (before,) = server_processes(folder)
    os.kill(before, signal.SIGKILL)
    killed = time.monotonic()
    window.type(" * nera[0]")
    window.see(".squiggly-error")
    answered = time.monotonic() - killed
    assert before not in server_processes(folder)
    return answered


def test_a_killed_server_is_back_and_no_text_is_lost(editor: tuple[Workbench, Path]):
    window, folder = editor
    window.go("blur.py", "rest = (1 - weight) / 2|")
    window.keys("Enter")
    window.type("middle = weight")
    # The hint is of the whole name, so what was found while it was half-typed is gone: the next finding is of the next server.
    window.see(".view-line", re.compile(r"middle\W+f32"))
    window.see_no(".squiggly-error")
    taken = seconds_to_an_answer(window, folder)
    window.see(".view-line", spaced("middle = weight * nera[0]"))
    window.until(lambda: "did you mean `near`?" in window.problem(), "the new server has the text")
    assert window.page.locator(".notification-toast").count() <= 1
    window.lens("2 references")
    window.picture("recovered")
    window.undo("blur.py")
    # Where more runs than there are cores, each gets its share of them.
    assert taken < RECOVERY_SECONDS * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_server_that_dies_at_its_start_is_not_started_for_ever(
    package: Path, tmp_path: Path, page: Page, project: Path
):
    with code_server.running(tmp_path, packages=(package,)) as server:
        (script,) = server.extensions.glob("weft.weft-*/bundled/run_server.py")
        script.write_text("raise SystemExit('the disk is on fire')\n")
        window = Workbench.at(page, server, project, "blur.py")
        notice = window.see(".notification-toast", "The language server ended while it started.")
        expect(notice).to_contain_text("Its last words: the disk is on fire")
        expect(notice.locator(".monaco-button")).to_have_text(["Restart", "Show Log"])
        window.picture("died")
        window.until(lambda: "is not running" in window.status(), "the status item says so")
        assert window.page.locator(".notification-toast").count() == 1
        assert server_processes(tmp_path) == []


def test_an_untrusted_workspace_gets_answers_and_runs_nothing(
    package: Path, tmp_path: Path, page: Page, project: Path
):
    """Its own Python would leave a file behind if anyone started it."""
    trap, sprung = project / ".venv" / "bin" / "python", tmp_path / "sprung"
    trap.parent.mkdir(parents=True)
    trap.write_text(f'#!/bin/sh\ntouch {sprung}\nexec /usr/bin/env python3 "$@"\n')
    trap.chmod(0o755)
    (project / ".vscode").mkdir()
    (project / ".vscode" / "settings.json").write_text(f'{{"weft.interpreter": "{trap}"}}')
    try:
        with code_server.running(tmp_path / "vscode", packages=(package,), is_trusting=False) as server:
            window = Workbench.at(page, server, project, "blur.py")
            window.see(".statusbar-item", "Restricted Mode")
            window.see(".view-line", spaced("t: index = weft.thread_idx.x"))
            window.lens("2 references")
            window.picture("untrusted")
            window.keys("Control+b")
            window.go("blur.py", "BLOCK = 25|6")
            window.command("Weft: Show the Stages View")
            expect(window.view("stages").locator(".trouble")).to_contain_text("Trust the workspace")
            assert not sprung.exists()
    finally:
        trap.unlink()
