"""What a person sees of Weft in VS Code. The tests run in their order: the first one installs it."""

import json
import re

import code_server
import pytest
from playwright.sync_api import expect
from workbench import Workbench, spaced


def test_it_is_found_in_a_gallery_and_installed(window: Workbench):
    readme = window.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")
    expect(readme.locator("h1")).to_have_text("Weft")
    window.see_no(".statusbar-item", "Saving")
    window.picture("gallery")
    window.see(".extension-editor .extension-action.install", "Install").click()
    window.see(".monaco-dialog-box .monaco-button", "Trust Publisher & Install").click()
    window.see(".extension-editor .extension-action", "Uninstall")
    window.keys("Control+b")
    window.see(".tab.active").click(button="middle")
    window.see_no(".tab")


def test_hover_tells_what_an_operation_does(window: Workbench):
    window.open("blur.py")
    window.see(".editor-instance .view-line", spaced("def blur"))
    window.lens("2 references")
    window.go("blur.py", "weft.tile_in|dex(y")
    window.until(lambda: "tile_index(" in window.hover(), "the hover tells of tile_index")
    assert "one block for each tile" in window.hover().lower()
    window.picture("hover")
    window.keys("Escape")


def test_definition_leads_into_the_source_of_the_language(window: Workbench):
    window.go("blur.py", "weft.tile_in|dex(y")
    window.keys("F12")
    window.see(".tab.active", "geometry.py")
    assert window.line("def tile_index").startswith("def tile_index")
    window.picture("definition")
    window.see(".tab.active").click(button="middle")
    window.see(".tab.active", "blur.py")


def test_inlay_hints_show_types_and_layouts(window: Workbench):
    window.go("blur.py", "|import weft")
    assert window.line("= weft.thread_idx.x") == "    t: index = weft.thread_idx.x"
    assert "(258,):(1,) shared = weft.shared(" in window.line("= weft.shared")
    assert window.line("near[t + 1] = x[i]").endswith("guarded")
    window.lens("2 references")
    window.keys("ArrowUp")
    window.picture("inlay-hints")


def test_colours_tell_kernels_dimensions_dtypes_and_memory(window: Workbench):
    window.until(
        lambda: window.style("near") != window.style("rest"), "shared memory has a colour of its own"
    )
    names = ("blur", "tile_index", "N", "f32", "rest", "weft")
    assert len({window.style(name) for name in ("blur", "tile_index", "N", "f32", "rest")}) == 5, [
        (name, window.style(name)) for name in names
    ]
    assert window.style("blur")[1] == "700"


def test_completion_after_a_dot_in_an_unfinished_line(window: Workbench):
    window.open("draft.py")
    window.go("draft.py", "total = f32(0)|")
    window.keys("Enter")
    window.type("first = x.")
    window.see(".suggest-widget .monaco-list-row", "shape")
    window.keys("Control+Space")
    window.see(".suggest-widget .monaco-list-row.focused")
    window.see(".suggest-details", "(M, N)")
    window.see_no(".suggest-details", "Loading...")
    assert len(window.offered()) == len(set(window.offered()))
    window.picture("completion")
    window.keys("Escape")
    window.undo("draft.py")


def test_signature_while_a_call_is_written(window: Workbench):
    window.go("draft.py", "total = f32(0)|")
    window.keys("Enter")
    window.type("tile = weft.shared(f32, ")
    window.see(".parameter-hints-widget", "shared(")
    window.see(".parameter-hints-widget .parameter.active", re.compile("^layout"))
    window.picture("signature")
    window.keys("Escape")
    window.undo("draft.py")


def test_a_name_that_is_misspelt_and_its_quick_fix(window: Workbench):
    window.see(".squiggly-error")
    window.go("draft.py", "= to|tl")
    window.until(lambda: "did you mean `total`?" in window.hover(), "the finding is told")
    window.keys("Escape")
    window.keys("Control+.")
    window.see(".action-widget", "total")
    window.keys("Enter")
    window.see_no(".squiggly-error")
    assert "y[row] = total\n" in window.save("draft.py")


def test_a_race_and_the_barrier_that_ends_it(window: Workbench):
    window.open("turn.py")
    window.lens("1 reference")
    text = (window.folder / "turn.py").read_text()
    window.go("turn.py", "    weft.bar|rier()")
    window.keys("Control+Shift+k")
    window.see(".squiggly-error")
    window.keys("F8", "Escape")
    window.until(lambda: "with no barrier between" in window.hover(), "the race is told")
    window.see(".monaco-hover .hover-row", "Quick Fix")
    window.picture("finding")
    window.keys("Escape")
    window.keys("Control+.")
    window.see(".action-widget .monaco-list-row.focused", "Put a barrier between")
    window.picture("quick-fix")
    window.keys("Enter")
    window.see_no(".squiggly-error")
    assert window.save("turn.py") == text


def test_calls_are_followed_from_a_device_function_to_a_launch(window: Workbench):
    window.open("gelu.py")
    window.lens("1 reference")
    window.go("gelu.py", "def ge|lu(")
    window.command("Calls: Show Call Hierarchy")
    window.see(".sidebar .monaco-list-row.focused", "gelu")
    window.see(".sidebar .monaco-list-row", "bias_gelu")
    window.keys("ArrowDown")
    window.see(".sidebar .monaco-list-row.focused", "bias_gelu")
    window.keys("ArrowRight")
    window.see(".sidebar .monaco-list-row", "main")
    window.picture("calls")
    window.keys("Control+b")
    window.see_no(".sidebar:visible")


def test_a_name_of_the_language_is_found_in_a_search(window: Workbench):
    window.keys("Control+t")
    window.see(".quick-input-box input").fill("#shuffle")
    window.see(".quick-input-list .monaco-list-row", "shuffle_down")
    window.keys("Escape")
    window.see_no(".quick-input-widget:visible")


@pytest.mark.parametrize(
    ("theme", "names"),
    [
        ("Default Light Modern", ["blur", "tile_index", "N", "f32", "rest"]),
        # Which has one colour for all that varies.
        ("Default High Contrast", ["blur", "tile_index", "f32", "rest"]),
    ],
)
def test_colours_are_told_apart_in_other_themes(window: Workbench, theme: str, names: list[str]):
    window.open("blur.py")
    wanted = json.dumps({**code_server.SETTINGS, "workbench.colorTheme": theme})
    before = window.style("near")
    settings = window.folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(wanted)
    window.until(lambda: window.style("near") != before, "the theme is another")
    window.until(lambda: len({window.style(name) for name in names}) == len(names), "each has its colour")
    if "Light" in theme:
        window.until(lambda: window.style("near") != window.style("rest"), "shared memory has its own")
        window.lens("2 references")
        window.picture("colours-light")
    settings.unlink()
    window.until(lambda: window.style("near") == before, "the theme is the first one")


def test_the_layout_view_follows_the_cursor(window: Workbench):
    window.open("turn.py")
    window.lens("1 reference")
    window.go("turn.py", "PADD|ED = Layout")
    window.command("Weft: Show the Layout View")
    view = window.view("layout")
    expect(view.locator("h1")).to_have_text("PADDED: Layout (16, 16):(17, 1)")
    window.go("turn.py", "ti|le[ty, tx] = x")
    expect(view.locator("h1")).to_have_text("tile: Tensor f32 (16, 16):(17, 1) shared")
    cell = view.locator("svg g rect").nth(16 * 2 + 5)
    cell.hover()
    expect(view.locator(".cell")).to_have_text("(2, 5) at index 39, thread 37, bank 7")
    window.picture("layout")
    by_bank = cell.get_attribute("fill")
    view.locator("nav button", has_text="threads").click()
    window.until(lambda: cell.get_attribute("fill") != by_bank, "the cells have the colours of their threads")
    window.close_view("Weft: Layout")


def test_rename_goes_across_files(window: Workbench):
    window.open("blur.py")
    window.lens("2 references")
    window.go("blur.py", "def bl|ur(")
    window.keys("F2")
    field = window.see(".rename-box input")
    field.fill("smooth")
    window.picture("rename")
    field.press("Enter")
    window.see(".view-line", "def smooth(")
    assert "def smooth(" in window.save("blur.py")
    window.open("signal_path.py")
    window.see(".view-line", spaced("from blur import smooth"))
    assert "\nsmooth(0.5, x, y)\n" in window.save("signal_path.py")
