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
SHAPES = '''\
"""Layouts, and a transpose whose threads wait for each other."""

import numpy as np
import weft
from weft import Layout, Tensor, f32
from weft.dims import M, N
from weft.layout import Swizzle, composition

ROWS = Layout((8, 8), (8, 1))
COLUMNS = Layout((8, 8))
PADDED = Layout((16, 16), (17, 1))
SWIZZLED = composition(Swizzle(3, 0, 3), ROWS)
NESTED = Layout(((2, 4), (2, 4)), ((1, 4), (2, 16)))
LARGE = Layout((64, 64), (64, 1))
LINE = Layout(20, 3)
CUBE = Layout((2, 4, 4))


@weft.kernel
def turn(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (32, 32))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, (32, 32))
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y.tile((32, 32), (weft.block_idx.x, weft.block_idx.y))[ty, tx] = tile[tx, ty]


x = np.ones((1000, 777), np.float32)
y = np.empty((777, 1000), np.float32)
turn(x, y)
'''
DRAWN = ("ROWS", "COLUMNS", "PADDED", "SWIZZLED", "NESTED", "LARGE", "LINE", "CUBE")


@pytest.fixture(scope="module")
def files(project: Path) -> None:
    """Written before the window lists what it may open."""
    (project / FILE).write_text(HAND)
    (project / "shapes.py").write_text(SHAPES)


@pytest.fixture(scope="module")
def shapes(files: None, opened: Workbench) -> Workbench:
    opened.open("shapes.py")
    opened.see(".view-line", spaced("turn[("))
    return opened


@pytest.mark.parametrize("name", DRAWN)
def test_the_drawing_of_a_layout_is_a_picture_of_its_own_size(shapes: Workbench, name: str):
    shapes.go("shapes.py", f"{name[0]}|{name[1:]} = ")
    shapes.until(lambda: f"{name}: " in shapes.hover(), "the hover tells of the layout")
    drawing = shapes.see(".monaco-hover:not(.hidden) .monaco-hover-content img")
    shapes.until(lambda: drawing.evaluate("img => img.naturalWidth") > 0, "the picture is there")
    sizes = drawing.evaluate("img => [[img.naturalWidth, img.naturalHeight], [img.width, img.height]]")
    assert sizes[0] == sizes[1]
    assert "--+--" not in shapes.hover()
    assert ("The first 8 × 16 of 64 × 64 coordinates." in shapes.hover()) == (name == "LARGE")
    if name == "SWIZZLED":
        shapes.picture("drawing")
    shapes.keys("Escape")


def test_who_prefers_it_gets_the_drawing_as_text(shapes: Workbench, project: Path):
    settings = project / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"weft.hoverImages": false}')
    shapes.go("shapes.py", "R|OWS = ")

    def is_text() -> bool:
        told = shapes.hover()
        if "ROWS: " in told and "--+--" not in told:
            shapes.keys("Escape")
        return "--+--" in told

    shapes.until(is_text, "the drawing is a table")
    shapes.see_no(".monaco-hover:not(.hidden) .monaco-hover-content img")
    shapes.keys("Escape")
    settings.unlink()


def test_an_access_tells_what_memory_does(shapes: Workbench):
    shapes.go("shapes.py", "[ty, tx] = ti|le[tx, ty]")
    shapes.until(lambda: "Bank conflict" in shapes.hover(), "the hover tells of the access")
    assert "a warp takes 32 turns instead of one. 4 bytes for each thread." in shapes.hover()
    assert "Proved to be inside the tensor: no guard." in shapes.hover()
    shapes.picture("access")
    shapes.keys("Escape")


@pytest.mark.parametrize(
    ("file", "mark", "code", "leads_to", "text"),
    [
        (
            "shapes.py",
            "[ty, tx] = ti|le[tx, ty]",
            "bank-conflict",
            "bank_conflict.py",
            "Threads of a warp want",
        ),
        ("draft.py", "= to|tl", "unknown-name", "unknown-name.md", "A name that is not defined."),
    ],
)
def test_the_code_of_a_finding_leads_to_its_page(
    shapes: Workbench, file: str, mark: str, code: str, leads_to: str, text: str
):
    shapes.open(file)
    shapes.go(file, mark)
    shapes.until(lambda: code in shapes.hover(), "the finding is told")
    shapes.see(".monaco-hover:not(.hidden) a.code-link", code).click()
    shapes.see(".tab.active", leads_to)
    assert shapes.line(text)
    shapes.see(".tab.active").click(button="middle")
    shapes.see(".tab.active", file)


def test_a_launch_shows_the_geometry_that_it_will_have(shapes: Workbench):
    shapes.open("shapes.py")
    shapes.go("shapes.py", "\nt|urn(x, y)")
    assert "turn[(25, 32), (32, 32)](x, y)" in shapes.line("turn[(")
    shapes.until(lambda: "This launch" in shapes.hover(), "the hover tells of the launch")
    shapes.picture("launch")
    shapes.keys("Escape")


def test_a_signature_is_completed_by_what_each_place_takes(shapes: Workbench):
    shapes.go("shapes.py", "y: Tensor[f32, N, M]|")
    shapes.type(", z: Tensor[f32, ")
    shapes.until(lambda: shapes.offered()[:2] == ["M", "N"], "the dimensions come first")
    shapes.picture("annotation")
    shapes.keys("Escape")
    shapes.undo("shapes.py")


@pytest.fixture(scope="module")
def hand(files: None, opened: Workbench) -> Workbench:
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
