"""Where a package says that it comes from. No Node: `make release-dry-run` looks at a package that is built so."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BUILD = Path(__file__).parents[2] / "editors" / "vscode" / "build.py"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_of_the_extension", BUILD)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_address_is_that_of_the_workflow_s_repository(build: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/some.kernels-2")
    assert build.address() == "https://github.com/somebody/some.kernels-2"


def test_elsewhere_it_is_the_one_that_is_written_down(build: ModuleType, monkeypatch: pytest.MonkeyPatch):
    for given in ("", None):
        if given is None:
            monkeypatch.delenv("GITHUB_REPOSITORY")
        else:
            monkeypatch.setenv("GITHUB_REPOSITORY", given)
        assert f"{build.address()}.git" == build.written_address()


@pytest.mark.parametrize("given", ["somebody", "a/b/c", "a b/c", "../x y"])
def test_what_is_no_address_is_refused(build: ModuleType, monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("GITHUB_REPOSITORY", given)
    with pytest.raises(build.BuildError, match="OWNER/NAME"):
        build.address()
