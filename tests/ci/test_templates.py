"""What CI systems run: the hook of pre-commit, the GitHub action's script, the GitLab template. Each is run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WRONG = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(y: Tensor[f32, N]):
    i = weft.index(y)
    y[i, i] = 1.0
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    for name in ("WEFT_PATHS", "WEFT_ARGUMENTS", "WEFT_SARIF"):
        monkeypatch.delenv(name, raising=False)
    Path("wrong.py").write_text(WRONG)
    Path("right.py").write_text(WRONG.replace("[i, i]", "[i]"))


def shell(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def read(name: str) -> object:
    return yaml.safe_load((REPOSITORY / name).read_text())


def test_the_actions_script_annotates():
    done = shell(str(REPOSITORY / "ci/github.sh"))
    assert done.returncode == 1, done.stderr
    assert done.stdout == (
        "::error title=weft (wrong-rank),file=wrong.py,line=9,endLine=9,col=5,endColumn=12::wrong-rank: `y` has 1 axis "
        "(N,) and is given 2 indices: write `y[i]`\n"
    )
    assert shell(str(REPOSITORY / "ci/github.sh"), WEFT_PATHS="right.py").returncode == 0


def test_the_actions_script_writes_sarif_and_passes_options():
    done = shell(
        str(REPOSITORY / "ci/github.sh"),
        WEFT_SARIF="o.sarif",
        WEFT_ARGUMENTS="--ignore unknown-name --no-cache",
    )
    assert done.returncode == 1
    (result,) = json.loads(Path("o.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "wrong-rank"
    assert shell(str(REPOSITORY / "ci/github.sh"), WEFT_PATHS="none.py", WEFT_SARIF="o.sarif").returncode == 2


def test_the_action_runs_its_script():
    action = read("action.yml")
    assert isinstance(action, dict)
    steps = {step["name"]: step for step in action["runs"]["steps"]}
    script = steps["Check"]["run"].removeprefix("${{ github.action_path }}/")
    assert os.access(REPOSITORY / script, os.X_OK)
    used = {"WEFT_PACKAGE", "WEFT_PATHS", "WEFT_ARGUMENTS", "WEFT_SARIF"}
    assert {name for step in steps.values() for name in step.get("env", {})} == used


def test_the_gitlab_template():
    template = read("ci/gitlab.yml")
    assert isinstance(template, dict)
    job = template["weft-check"]
    done = shell("sh", "-ec", "\n".join(job["script"]), WEFT_PATHS=".")
    assert done.returncode == 1, done.stderr
    (issue,) = json.loads(Path(job["artifacts"]["reports"]["codequality"]).read_text())
    assert issue["check_name"] == "wrong-rank"


def test_the_hook_of_pre_commit():
    """The hook as it is declared, with the installed `weft`; only its own installation is left out."""
    hooks = read(".pre-commit-hooks.yaml")
    assert isinstance(hooks, list)
    (hook,) = hooks
    local = {"repo": "local", "hooks": [{**hook, "language": "system"}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [local]}))
    for command in (["git", "init", "-q"], ["git", "add", "."]):
        assert shell(*command).returncode == 0
    store = {"PRE_COMMIT_HOME": str(Path("store").absolute())}
    done = shell("pre-commit", "run", "--all-files", **store)
    assert done.returncode == 1
    assert "wrong.py:9:5: wrong-rank" in done.stdout
    Path("wrong.py").unlink()
    shell("git", "add", "-A")
    done = shell("pre-commit", "run", "--all-files", **store)
    assert done.returncode == 0, done.stdout
