"""docs/linter.md: what it shows is what there is."""

import re
from pathlib import Path

import pytest
import yaml
from weft.cli import main
from weft.cli.formats import FORMATS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "linter.md").read_text(encoding="utf-8")
IMPORTS = "import weft\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_finding_that_it_shows(capsys: pytest.CaptureFixture[str]):
    page = (ROOT / "docs" / "rules" / "race.md").read_text(encoding="utf-8")
    kernel = page.partition("```python wrong\n")[2].partition("  # another")[0]
    Path("kernels").mkdir()
    Path("kernels/turned.py").write_text(f"{IMPORTS}{kernel}\n")
    assert main(["check", "--no-cache", "kernels"]) == 1
    (shown,) = blocks("text")
    assert capsys.readouterr().out.startswith(shown)


def test_its_configuration_is_one(capsys: pytest.CaptureFixture[str]):
    (configuration,) = blocks("toml")
    Path("pyproject.toml").write_text(configuration)
    Path("tests").mkdir()
    Path("tests/k.py").write_text(
        IMPORTS + "@weft.kernel\ndef k(x: Tensor[f32, N], a: f32):\n    i = weft.index(x)\n    print(x[i])\n"
    )
    assert main(["check", "--no-cache", "tests"]) == 0, capsys.readouterr()
    assert "No findings" in capsys.readouterr().out


def test_the_ci_that_it_shows_uses_what_there_is():
    action, hooks = (yaml.safe_load(text) for text in blocks("yaml"))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert set(action["steps"][-1]["with"]) <= set(inputs)
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for repository in hooks["repos"] for hook in repository["hooks"]} <= known


def test_its_options_and_formats_are_there(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    helped = capsys.readouterr().out
    assert [option for option in re.findall(r"--[a-z][a-z-]+", PAGE) if option not in helped] == []
    elsewhere = PAGE.partition("`--format` writes")[2].partition("as above")[0]
    assert set(re.findall(r"`([a-z-]+)`", elsewhere)) == {*FORMATS, "full"} - {"github", "gitlab"}
