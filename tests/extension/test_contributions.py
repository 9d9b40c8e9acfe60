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
from weft_lsp.ide.code_lens import LensSettings
from weft_lsp.ide.inlay_hint import HintSettings
from weft_lsp.ide.semantic_tokens import MODIFIERS

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
SNIPPETS: dict[str, Any] = json.loads((EXTENSION / "snippets" / "python.json").read_text(encoding="utf-8"))
_STOP = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")


def source() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((EXTENSION / "src").rglob("*.ts")))


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


@pytest.mark.parametrize(
    ("prefix", "settings"), [("weft.inlayHints.", HintSettings()), ("weft.codeLens.", LensSettings())]
)
def test_the_server_s_settings_are_offered_with_its_defaults(
    prefix: str, settings: HintSettings | LensSettings
):
    offered = MANIFEST["contributes"]["configuration"]["properties"]
    found = {
        name.removeprefix(prefix): offered[name]["default"] for name in offered if name.startswith(prefix)
    }
    # Whose other settings say so is no setting.
    own = {
        name: value for name, value in dataclasses.asdict(settings).items() if name != "is_for_kernels_alone"
    }
    assert found == {_camel(name): default for name, default in own.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def test_every_command_is_registered():
    """What the server's lenses call takes arguments, and is in no menu."""
    declared = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    assert declared | {"weft.showReferences"} == set(re.findall(r"registerCommand\('([\w.]+)'", source()))


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


def test_the_modifiers_of_colours_are_the_server_s():
    declared = {modifier["id"] for modifier in MANIFEST["contributes"]["semanticTokenModifiers"]}
    assert declared == set(MODIFIERS) - {"declaration", "readonly", "defaultLibrary"}


def test_the_task_s_findings_are_matched(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "k.py"
    file.write_text(
        "import weft\n\n@weft.kernel\ndef k(x: weft.Tensor[weft.f32, weft.dims.N]):\n    x[j] = 1.0\n"
    )
    assert main(["check", "--format", "concise", str(file)]) == 1
    (matcher,) = MANIFEST["contributes"]["problemMatchers"]
    found = [re.match(matcher["pattern"]["regexp"], line) for line in capsys.readouterr().out.splitlines()]
    assert ("unknown-name", str(file)) in [(match[4], match[1]) for match in found if match]


@pytest.mark.parametrize(
    ("comment", "matched"),
    [
        ("# weft: ignore", "weft: ignore"),
        ("x = 1  # weft: ignore[unknown-name, race]", "weft: ignore[unknown-name, race]"),
        ("# weft: ignore-file[race]", "weft: ignore-file[race]"),
        ("# weft: ignored", None),
    ],
)
def test_suppressions_are_highlighted(comment: str, matched: str | None):
    grammar = json.loads((EXTENSION / "syntaxes" / "suppression.json").read_text(encoding="utf-8"))
    found = re.search(grammar["patterns"][0]["match"], comment)
    assert (found and found[0]) == matched
