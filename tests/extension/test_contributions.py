"""What the extension declares agrees with the rest. No Node: `make extension` builds it and tests its TypeScript."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import weft
from weft.cli import main
from weft_lsp.ide.inlay_hint import HintSettings

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
SNIPPETS: dict[str, Any] = json.loads((EXTENSION / "snippets" / "python.json").read_text(encoding="utf-8"))
_STOP = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")


def source() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((EXTENSION / "src").glob("*.ts")))


def expanded(name: str) -> str:
    """A snippet as it stands when every stop is left as it is."""
    return _STOP.sub(lambda stop: stop[1] or "", "\n".join(SNIPPETS[name]["body"]))


def pins(lines: list[str]) -> set[str]:
    return {line.split()[0] for line in lines if "==" in line}


def test_version_is_that_of_the_language():
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert MANIFEST["version"] == lock["version"] == weft.__version__
    assert f"\n## {weft.__version__}\n" in (EXTENSION / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_bundle_has_the_versions_that_weft_depends_on():
    bundled = (EXTENSION / "bundled" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {pin for pin in project["dependencies"] if pin.startswith(("pygls", "lsprotocol"))}
    assert wanted <= pins(bundled)


def test_the_oldest_python_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    major, minor = re.findall(r"\d+", project["requires-python"])
    assert f"OLDEST: Version = [{major}, {minor}]" in source()
    assert f"({major}, {minor})" in (EXTENSION / "bundled" / "run_server.py").read_text(encoding="utf-8")


def test_the_server_s_settings_are_offered_with_its_defaults():
    offered = MANIFEST["contributes"]["configuration"]["properties"]
    prefix = "weft.inlayHints."
    hints = {
        name.removeprefix(prefix): offered[name]["default"] for name in offered if name.startswith(prefix)
    }
    assert hints == dataclasses.asdict(HintSettings())


def test_every_command_is_registered():
    declared = [command["command"] for command in MANIFEST["contributes"]["commands"]]
    assert sorted(declared) == sorted(re.findall(r"registerCommand\('([\w.]+)'", source()))


def test_old_editors_may_install_it():
    """Editors built on VS Code lag behind it; one that lacks an extension cannot install what depends on that."""
    assert MANIFEST["engines"]["vscode"] == "^1.85.0"
    assert "extensionDependencies" not in MANIFEST


@pytest.mark.parametrize("name", [name for name in SNIPPETS if "kernel" in name])
def test_a_snippet_is_a_clean_kernel(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "snippet.py"
    file.write_text(f"{expanded('Weft: imports')}\n\n{expanded(name)}", encoding="utf-8")
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().out == "No findings in 1 file\n"
