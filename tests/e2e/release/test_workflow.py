"""The release workflow, as far as it can be run without GitHub: what it declares, and each of its commands in a clean clone.

Stand-ins: `gh` and `sudo` write down what they are asked for, and `publish.py` is told to use the recorders. The tests in VS
Code are not run here, but `make e2e` runs the same.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILE = ROOT / ".github" / "workflows" / "release.yml"
WORKFLOW: dict[Any, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
REPOSITORY = "somebody-else/kernels"
VERSION: str = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text(encoding="utf-8"))[
    "version"
]
STAND_INS = {
    "gh": '#!/bin/sh\necho "gh $*" >> "$RECORD"\n[ "$1 $2" != "release view" ]\n',
    "sudo": '#!/bin/sh\necho "sudo $*" >> "$RECORD"\n',
    "python": '#!/bin/sh\ncase "$1" in *publish.py) exec "{0}" "$@" --dry-run --wait-seconds 5 --poll-seconds 0.1 $PRETEND;; esac\nexec "{0}" "$@"\n',
}


def steps(job: str) -> list[dict[str, Any]]:
    return JOBS[job]["steps"]


def named(job: str, name: str) -> dict[str, Any]:
    (found,) = [step for step in steps(job) if step.get("name") == name]
    return found


def test_actions_are_pinned_to_commits_whose_versions_are_told():
    uses = re.findall(r"uses: (\S+)(.*)", FILE.read_text(encoding="utf-8"))
    assert len(uses) == sum("uses" in step for job in JOBS for step in steps(job)) > 0
    for action, comment in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_no_job_may_do_more_than_it_must():
    """`on` is read as a truth value, which YAML 1.1 makes of it."""
    assert WORKFLOW[True] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}}
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name in JOBS if "permissions" in JOBS[name]] == ["publish"]
    assert JOBS["publish"]["permissions"] == {
        "contents": "write",
        "id-token": "write",
        "attestations": "write",
    }
    assert JOBS["publish"]["environment"] == "release"
    for job in JOBS.values():
        assert job["timeout-minutes"] <= 90
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"] for step in checkouts] == [{"persist-credentials": False}]


def test_secrets_reach_the_one_step_that_needs_them():
    """And no text of an event becomes a part of a command."""
    with_secrets = [step for job in JOBS for step in steps(job) if "secrets." in json.dumps(step)]
    assert with_secrets == [named("publish", "Publish to both, and wait until both serve it")]
    assert not any("${{" in step.get("run", "") for job in JOBS for step in steps(job))


def test_nothing_is_published_that_was_not_tested():
    assert (JOBS["test"]["needs"], JOBS["publish"]["needs"]) == ("build", "test")
    names = [
        step["with"]["name"] for job in JOBS for step in steps(job) if "artifact" in step.get("uses", "")
    ]
    assert names == ["package"] * 3


def test_the_tests_find_the_packages_of_the_system_that_they_need():
    install = (ROOT / "tests" / "e2e" / "vscode" / "install.py").read_text(encoding="utf-8")
    wanted = set(re.findall(r'"(lib[a-z0-9-]+-dev)"', install))
    asked = set(named("test", "What VS Code and the tests need")["run"].split())
    assert wanted and wanted | {"pkg-config", "fonts-dejavu-core"} <= asked
    assert named("test", "The built package, in a real VS Code")["run"] == "make e2e-vscode-built"


class Runner:
    """A machine of GitHub's: a clean clone, the variables of a tag, and the stand-ins first on PATH."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.record, self.output = folder / "clone", folder / "record", folder / "output"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.clone)], check=True)
        programs = folder / "programs"
        programs.mkdir()
        for name, text in STAND_INS.items():
            (programs / name).write_text(text.replace("{0}", sys.executable))
            (programs / name).chmod(0o755)
        self.record.touch()
        self.variables = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF_NAME": f"v{VERSION}",
            "GITHUB_OUTPUT": str(self.output),
            "RECORD": str(self.record),
            "PRETEND": "",
        }

    def run(self, step: dict[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
        """As GitHub runs it: a file, with `bash -e`."""
        given = dict.fromkeys(step.get("env", {}), "a-stand-in")
        script = self.record.with_suffix(".sh")
        script.write_text(step["run"])
        return subprocess.run(
            ["bash", "-e", str(script)],
            cwd=self.clone,
            env={**self.variables, **given, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module")
def built(runner: Runner) -> Path:
    """The artifact of the first job, whose commands have all run."""
    for step in steps("build"):
        if "run" in step:
            done = runner.run(step)
            assert done.returncode == 0, f"{step['run']}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return runner.clone / "editors" / "vscode" / "build"


@pytest.fixture(scope="module")
def downloaded(runner: Runner, built: Path) -> Path:
    """What the last job finds, once its checks have passed."""
    folder = runner.clone / "package"
    folder.mkdir()
    for file in (*built.glob("weft-*.vsix"), built / "SHA256SUMS"):
        shutil.copy(file, folder)
    for name in ("These are the bytes that were built and tested", "The registries' clients, as pinned"):
        done = runner.run(named("publish", name))
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_tag_of_another_version_ends_the_release(runner: Runner):
    step = named("build", "The tag is the version of the package")
    assert runner.run(step, GITHUB_REF_NAME="v99.0.0").returncode == 1


def test_the_package_has_the_address_of_the_repository_that_releases_it(built: Path):
    with zipfile.ZipFile(built / f"weft-{VERSION}.vsix") as package:
        manifest = json.loads(package.read("extension/package.json"))
        readme = package.read("extension/readme.md").decode()
        linter = package.read("extension/bundled/libs/weft/cli/address.py").decode()
    home = f"https://github.com/{REPOSITORY}"
    assert manifest["repository"]["url"] == f"{home}.git"
    assert (manifest["homepage"], manifest["bugs"]["url"]) == (f"{home}#readme", f"{home}/issues/new")
    assert f'REPOSITORY = "{home}"\n' in linter
    pictures = re.findall(r"\]\((https://raw[^)]+)\)", readme)
    raw = f"https://raw.githubusercontent.com/{REPOSITORY}/v{VERSION}/docs/img/"
    assert pictures and all(each.startswith(raw) for each in pictures)


def test_other_bytes_than_those_tested_are_not_published(runner: Runner, downloaded: Path):
    package = downloaded / f"weft-{VERSION}.vsix"
    data = package.read_bytes()
    package.write_bytes(data + b"\0")
    done = runner.run(named("publish", "These are the bytes that were built and tested"))
    package.write_bytes(data)
    assert done.returncode == 1 and "FAILED" in done.stdout


@pytest.mark.parametrize(
    ("pretence", "status"), [("well", "0"), ("review", "4"), ("half-upload", "3"), ("wrong-token", "1")]
)
def test_the_registries_get_it_and_the_release_is_told(
    runner: Runner, downloaded: Path, pretence: str, status: str
):
    runner.output.unlink(missing_ok=True)
    step = named("publish", "Publish to both, and wait until both serve it")
    done = runner.run(step, PRETEND=f"--pretend {pretence}")
    assert str(done.returncode) == status, done.stdout + done.stderr
    assert runner.output.read_text() == f"status={status}\n"
    if status == "0":
        digest = hashlib.sha256((downloaded / f"weft-{VERSION}.vsix").read_bytes()).hexdigest()
        assert done.stdout.count(f": {digest}\n") == 2
    condition = named("publish", "Attach the package to the release")["if"]
    (uploaded,) = re.findall(r"fromJSON\('(\[.*?\])'\), steps\.publish\.outputs\.status\)", condition)
    assert (status in json.loads(uploaded)) == (status != "1")


def test_the_release_gets_package_checksum_and_provenance(runner: Runner, downloaded: Path, tmp_path: Path):
    bundle = tmp_path / "attestation.json"
    bundle.write_text("{}")
    runner.record.write_text("")
    step = named("publish", "Attach the package to the release")
    assert step["env"]["PROVENANCE"] == "${{ steps.provenance.outputs.bundle-path }}"
    assert any(
        "attest-build-provenance" in each.get("uses", "") and each["id"] == "provenance"
        for each in steps("publish")
    )
    assert runner.run(step, PROVENANCE=str(bundle)).returncode == 0
    _, created, uploaded = runner.record.read_text().splitlines()
    assert created == f"gh release create v{VERSION} --verify-tag --generate-notes"
    files = uploaded.removeprefix(f"gh release upload v{VERSION} ").removesuffix(" --clobber").split()
    assert files == [f"package/weft-{VERSION}.vsix", "package/SHA256SUMS", "package/provenance.sigstore.json"]
    assert all((runner.clone / file).is_file() for file in files)
