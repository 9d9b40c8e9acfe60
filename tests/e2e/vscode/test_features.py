"""The features of docs/features.md that no other test shows, each with its picture."""

import re
from pathlib import Path

import pytest
from workbench import Workbench, spaced

HAND = '''\
"""Written as in CUDA: the place of a thread, and a guard around it."""

import weft
from weft import Tensor, f32
from weft.dims import N


class Batch(weft.Dim):
    """How many signals there are."""


class Time(weft.Dim):
    """How many samples a signal has."""


@weft.kernel
def scale(factor: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    if i < N:
        y[i] = factor * x[i] + 1.0


@weft.kernel
def clear(x: Tensor[f32, Batch, Time]):
    i, j = weft.index(x)
    x[i, j] = 0.0  # weft: ignore[unused-parameter]
'''
FILE = "hand.py"


@pytest.fixture(scope="module")
def hand(opened: Workbench, project: Path) -> Workbench:
    (project / FILE).write_text(HAND)
    opened.open(FILE)
    opened.see(".view-line", spaced("def scale"))
    opened.see(".codelens-decoration", re.compile("threads|references"))
    return opened


def test_declaration_is_the_import(hand: Workbench):
    hand.go(FILE, "x: Ten|sor[f32, N], y")
    hand.command("Go to Declaration")
    hand.see("[id='status.editor.selection']", re.compile(r"Ln 4, Col 1\d"))
    hand.picture("declaration")


def test_type_definition_is_the_class_of_a_value(hand: Workbench):
    hand.go(FILE, "factor * |x[i] +")
    hand.command("Peek Type Definition")
    hand.see(".peekview-widget .head", "tensor.py")
    hand.see(".peekview-widget .view-line", spaced("class Tensor"))
    hand.picture("type-definition")
    hand.keys("Escape")
    hand.see_no(".peekview-widget")


def test_implementations_of_a_dimension_are_the_dimensions(hand: Workbench):
    hand.go(FILE, "class Batch(weft.D|im)")
    hand.command("Peek Implementations")
    hand.see(".peekview-widget .ref-tree", "Time(weft.Dim)")
    hand.picture("implementation")
    hand.keys("Escape")
    hand.see_no(".peekview-widget")


def test_the_uses_of_a_name_are_marked(hand: Workbench):
    hand.go(FILE, "y[|i] = factor")
    hand.until(
        lambda: hand.page.locator(".wordHighlightText, .wordHighlightStrong, .wordHighlight").count() >= 4,
        "all places of `i` are marked",
    )
    hand.picture("highlights")


def test_the_outline_of_a_file(hand: Workbench):
    hand.keys("Control+Shift+o")
    for name in ("Batch", "scale", "clear"):
        hand.see(".quick-input-list .monaco-list-row", name)
    hand.picture("outline")
    hand.keys("Escape")
    hand.see_no(".quick-input-widget:visible")


def test_names_of_the_workspace_and_of_the_language(hand: Workbench):
    hand.keys("Control+t")
    hand.see(".quick-input-box input").fill("#scal")
    hand.see(".quick-input-list .monaco-list-row", "hand.py")
    hand.see(".quick-input-list .monaco-list-row", "draft.py")
    hand.picture("search")
    hand.keys("Escape")
    hand.see_no(".quick-input-widget:visible")


def test_a_selection_grows_from_the_name_to_the_statement(hand: Workbench):
    hand.go(FILE, "factor * x[|i] +")
    selected = hand.page.locator("[id='status.editor.selection']")
    sizes: list[int] = []
    for _ in range(4):
        before = selected.inner_text()
        hand.keys("Shift+Alt+ArrowRight")
        hand.until(lambda before=before: selected.inner_text() != before, "the selection has grown")
        sizes.append(int(re.findall(r"\((\d+) selected\)", selected.inner_text())[0]))
    assert sizes == [len(part) for part in ("i", "x[i]", "factor * x[i]", "factor * x[i] + 1.0")]
    hand.picture("selection")


def test_kernels_fold(hand: Workbench):
    hand.go(FILE, "def sca|le")
    hand.keys("Control+Shift+[")
    hand.see_no(".editor-instance .view-line", spaced("if i < N"))
    hand.see(".editor-instance .inline-folded")
    hand.picture("folding")
    hand.keys("Control+Shift+]")
    hand.see(".editor-instance .view-line", spaced("if i < N"))


def test_a_code_in_a_comment_leads_to_its_page(hand: Workbench):
    hand.go(FILE, "ignore[unused|-parameter]")
    link = hand.see(".editor-instance .detected-link", "unused-parameter")
    link.hover()
    hand.see(".monaco-hover:not(.hidden)", "unused-parameter")
    hand.picture("link")
    hand.page.mouse.move(5, 5)


def test_a_launch_is_offered_a_geometry(hand: Workbench):
    hand.go(FILE, "    x[i, j] = 0.0  # weft: ignore[unused-parameter]|")
    hand.keys("Enter", "Enter", "Home", "Home")
    hand.type("scale[")
    hand.see(".suggest-widget .monaco-list-row", "grid, 256")
    hand.picture("geometry")
    hand.keys("Escape")
    hand.undo(FILE)


def test_a_name_is_completed_with_its_import(hand: Workbench):
    hand.go(FILE, "    i, j = weft.index(x)|")
    hand.keys("Enter")
    hand.type("ends = Layo")
    hand.until(lambda: "Layout" in hand.offered(), "the class is offered")
    hand.see(".suggest-widget .monaco-list-row, .suggest-details", "from weft import Layout")
    hand.picture("auto-import")
    hand.keys("Enter")
    hand.see_no(".suggest-widget.visible")
    hand.keys("Control+Home")
    hand.see(".view-line", spaced("from weft import Layout, Tensor, f32"))
    hand.undo(FILE)


def test_snippets_are_listed(hand: Workbench):
    hand.go(FILE, "    x[i, j] = 0.0  # weft: ignore[unused-parameter]|")
    hand.keys("Enter", "Enter", "Home", "Home")
    hand.type("weft-")
    hand.until(lambda: "weft-kernel" in hand.offered(), "the snippets are offered")
    hand.picture("snippet")
    hand.keys("Escape")
    hand.undo(FILE)


def test_a_place_by_hand_becomes_a_domain(hand: Workbench):
    hand.go(FILE, "    |i = weft.block_idx")
    row = hand.refactoring("weft.index")
    hand.picture("refactoring")
    row.click()
    hand.see(".view-line", spaced("= weft.index(y)"))
    assert "    i = weft.index(y)\n    y[i] = factor * x[i] + 1.0\n" in hand.save(FILE)


def test_what_is_selected_becomes_a_device_function(hand: Workbench):
    hand.go(FILE, "y[i] = |factor * x[i] + 1.0")
    hand.keys("Shift+End")
    row = hand.refactoring("device function")
    hand.picture("extract")
    row.click()
    hand.see(".view-line", "@weft.function")
    assert "@weft.function\ndef " in hand.save(FILE)
