"""Which server and which Python are chosen, and what is said where one is missing."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import code_server
import pytest
from code_server import server_processes
from playwright.sync_api import Page, expect
from workbench import Workbench, spaced

ROOT = Path(__file__).parents[3]
# What the language server and the CPU back end import. Not what compiles for a GPU.
PACKAGES = (
    "attr", "attrs", "cattr", "cattrs", "jedi", "llvmlite", "lsprotocol", "numba", "numpy", "numpy.libs", "parso", "pygls",
    "typing_extensions.py",
)  # fmt: skip


def environment(folder: Path, version: str) -> None:
    """A virtual environment with this version of Weft for the CPU."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (here,) = Path(sys.prefix).glob("lib/python3*/site-packages")
    for name in PACKAGES:
        if (here / name).exists():
            (packages / name).symlink_to(here / name)
    (packages / "weft.pth").write_text(f"{ROOT / 'dsl'}\n{ROOT / 'server'}\n")
    record = packages / f"weft-{version}.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: weft\nVersion: {version}\n")


@pytest.fixture(scope="module")
def newer() -> str:
    """The version after that of the package, which breaks nothing."""
    manifest = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text())
    major, minor, patch = manifest["version"].split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


@pytest.fixture(scope="module")
def window(
    package: Path, page: Page, project: Path, newer: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    environment(project / ".venv", newer)
    folder = tmp_path_factory.mktemp("choice")
    with code_server.running(folder, packages=(package,)) as server:
        window = Workbench.at(page, server, project, "turn.py")
        window.see(".view-line", spaced("ty: index"))
        window.keys("Control+b")
        yield window
        assert server_processes(folder) == []


def test_the_newer_server_of_the_workspace_serves(window: Workbench, newer: str):
    window.until(
        lambda: f"Weft {newer} of the environment" in window.status(), "the item tells of the choice"
    )
    assert "for cpu, Python 3." in window.status() and "from the workspace's .venv" in window.status()
    window.keys("Escape")


def test_a_missing_compiler_is_named_with_how_to_get_it(window: Workbench):
    window.go("turn.py", "tile[ty, tx] = x[|row")
    window.command("Weft: Show the Stages View")
    view = window.view("stages")
    expect(view.locator("nav button", has_text="Assembly")).to_be_visible()
    view.get_by_label("Target").select_option("sm_90")
    expect(view.locator(".note")).to_contain_text("which is not installed: run `pip install 'weft[cuda]'`")
    expect(view.locator("nav button")).to_have_text(["Model"])


def test_a_setting_that_is_no_python_is_said_once_with_a_way_out(
    package: Path, page: Page, project: Path, tmp_path: Path
):
    wrong: dict[str, object] = {"weft.interpreter": "/nowhere/python"}
    with code_server.running(tmp_path, packages=(package,), settings=wrong) as server:
        window = Workbench.at(page, server, project, "blur.py")
        notice = window.see(".notification-toast", "/nowhere/python is not a file (from weft.interpreter)")
        assert window.page.locator(".notification-toast").count() == 1
        notice.locator(".monaco-button", has_text="Open Settings").click()
        window.see(".settings-editor .setting-item-contents", "Interpreter")


def chooser(folder: Path, first: str, other: str) -> Path:
    """An extension that stands in for Microsoft's, in which one interpreter is chosen and then another."""
    package = folder / "chooser.vsix"
    with zipfile.ZipFile(package, "w") as archive:
        for name in ("package.json", "extension.js"):
            archive.write(Path(__file__).parent / "chooser" / name, f"extension/{name}")
        archive.writestr("extension/interpreters.json", json.dumps([first, other]))
    return package


def test_the_python_extension_s_choice_counts_and_a_new_one_too(
    package: Path, page: Page, project: Path, tmp_path: Path
):
    bare = tmp_path / "bare environment, größer"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    packages = (chooser(tmp_path, sys.executable, str(bare / "bin" / "python")), package)
    with code_server.running(tmp_path / "vscode", packages=packages) as server:
        window = Workbench.at(page, server, project, "blur.py")
        window.see(".view-line", spaced("t: index = weft.thread_idx.x"))
        window.until(
            lambda: "for cpu and cuda" in window.status() and "from the Python extension" in window.status(),
            "the chosen interpreter runs the server",
        )
        window.keys("Escape")
        window.command("Python: Choose the Other Interpreter")
        window.until(lambda: "no weft to run kernels with" in window.status(), "the other one runs it")
        assert "from the Python extension" in window.status()
        window.keys("Escape")
        window.command("Weft: Run This File's Kernels on the CPU")
        notice = window.see(".notification-toast", "weft is not installed for")
        expect(notice).to_contain_text(f'"{bare}/bin/python" -m pip install weft')
