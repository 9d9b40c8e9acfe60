"""Beside another Python server: each says what it alone knows, and neither says it twice."""

import re
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
    # Both look into an environment that has Weft.
    "python.pythonPath": sys.executable,
    "weft.interpreter": sys.executable,
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


def said_twice(window: Workbench) -> set[str]:
    """Lines of the hover that stand in it more than once, whatever kind of thing a server calls it: `(variable) total: f32`."""
    lines = [re.sub(r"^\(\w+\) ", "", line.strip()) for line in window.hover().splitlines() if line.strip()]
    return {line for line in lines if lines.count(line) > 1}


def test_of_a_value_in_a_kernel_weft_tells_what_it_alone_knows(window: Workbench):
    window.open("draft.py")
    window.go("draft.py", "to|tal += x")
    window.until(lambda: "Differs between threads." in window.hover(), "weft tells of the value")
    window.until(lambda: "(variable)" in window.hover(), "the other server tells of the variable")
    assert said_twice(window) == set()
    window.picture("neighbour")
    window.keys("Escape")


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("total += x|[row", "Tensor"),
        ("for c|ol in", "col"),
        ("r|ow = weft", "row"),
        ("y: Tensor[f32, M|]", "M"),
        ("x: Te|nsor[f32, M, N], y: Tensor[f32, M]", "Tensor"),
        ("def row_s|ums", "row_sums"),
        ("total = f3|2(0)", "f32"),
    ],
)
def test_no_line_of_a_hover_is_said_twice(window: Workbench, place: str, known: str):
    window.go("draft.py", place)
    window.until(lambda: known in window.hover() and "Loading" not in window.hover(), "both have answered")
    assert said_twice(window) == set(), window.hover()
    window.keys("Escape")


def test_of_an_operation_one_server_tells(window: Workbench):
    window.go("draft.py", "row = weft.in|dex(y)")
    window.until(lambda: "coordinates in the kernel" in window.hover(), "the operation is told of")
    assert window.hover().count("coordinates in the kernel") == 1
    assert said_twice(window) == set()
    window.keys("Escape")


@pytest.mark.parametrize(
    ("typed", "wanted"), [("first = x.sha", "shape"), ("first = tot", "total"), ("weft.barr", "barrier")]
)
def test_a_name_is_offered_once(window: Workbench, typed: str, wanted: str):
    window.go("draft.py", "total = f32(0)|")
    window.keys("Enter")
    window.type(typed)
    window.until(lambda: wanted in window.offered(), "the name is offered")
    # The other server offers some names of the standard library from two modules; that is its own affair.
    assert window.offered().count(wanted) == 1
    window.keys("Escape")
    window.undo("draft.py")


def test_a_name_that_is_not_there_is_found_once(window: Workbench):
    window.until(lambda: "totl" in window.problems(), "the name is found")
    assert window.problems().count("totl") == 1
    window.keys("Control+j")


def test_the_users_word_makes_weft_answer_for_all(window: Workbench):
    """What the tests above do not see is not what nobody asked for."""
    settings = window.folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"weft.python": "full"}')
    window.until(lambda: window.problems().count("totl") == 2, "both servers find the name")
    settings.unlink()
    window.until(lambda: window.problems().count("totl") == 1, "one server finds the name")
