"""Beside another Python server: each says what it alone knows, and neither says it twice."""

import sys
from collections.abc import Iterator
from pathlib import Path

import code_server
import neighbour
import pytest
from playwright.sync_api import Page
from workbench import Workbench

# Pylance shows no inlay hints unless it is told to; basedpyright does.
AS_PYLANCE: dict[str, object] = {
    "basedpyright.analysis.inlayHints.variableTypes": False,
    "basedpyright.analysis.inlayHints.functionReturnTypes": False,
    "basedpyright.analysis.typeCheckingMode": "standard",
    "python.pythonPath": sys.executable,
}


@pytest.fixture(scope="module")
def window(
    package: Path, tmp_path_factory: pytest.TempPathFactory, page: Page, project: Path
) -> Iterator[Workbench]:
    folder = tmp_path_factory.mktemp("neighbour")
    packages = (neighbour.pack(folder), package)
    with code_server.running(folder, packages=packages, settings=AS_PYLANCE) as server:
        window = Workbench.at(page, server, project, "draft.py")
        window.see(".view-line", ": f32")
        window.until(lambda: "basedpyright" in (window.problems() or ""), "both have findings")
        window.keys("Control+b", "Control+j")
        yield window


def test_of_plain_python_weft_says_nothing(window: Workbench):
    window.open("signal_path.py")
    window.go("signal_path.py", "su|m(y) / len")
    window.until(lambda: "iterable" in window.hover().lower(), "the other server tells of the function")
    assert window.hover().count("sum(") == 1
    window.keys("Escape")


def test_of_a_value_in_a_kernel_weft_tells_the_type(window: Workbench):
    window.open("draft.py")
    window.go("draft.py", "to|tal += x")
    window.until(lambda: "total: f32" in window.hover(), "weft tells of the value")
    window.picture("neighbour")
    window.keys("Escape")


def test_what_weft_knows_of_a_member_comes_first(window: Workbench):
    """Editors show the lists of all servers; a name that both have stands in both."""
    window.go("draft.py", "total = f32(0)|")
    window.keys("Enter")
    window.type("first = x.sha")
    window.see(".suggest-widget .monaco-list-row", "shape")
    window.until(lambda: "(index, index)" in window.offered()[0], "the first offer has the value's own type")
    window.keys("Escape")
    window.undo("draft.py")
