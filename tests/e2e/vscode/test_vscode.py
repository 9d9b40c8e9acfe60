"""What a person sees of Weft in VS Code. The tests run in their order: the first one installs it."""

from playwright.sync_api import expect
from workbench import Workbench, spaced


def test_it_is_found_in_a_gallery_and_installed(window: Workbench):
    readme = window.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")
    expect(readme.locator("h1")).to_have_text("Weft")
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
    window.see(".suggest-details", "index")
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
    assert window.see(".parameter-hints-widget .parameter.active").inner_text().startswith("layout")
    window.picture("signature")
    window.keys("Escape")
    window.undo("draft.py")


def test_a_finding_and_its_quick_fix(window: Workbench):
    window.see(".squiggly-error")
    window.go("draft.py", "= to|tl")
    window.until(lambda: "did you mean `total`?" in window.hover(), "the finding is told")
    window.see(".monaco-hover .hover-row", "Quick Fix")
    window.picture("finding")
    window.keys("Escape")
    window.keys("Control+.")
    window.see(".action-widget", "total")
    window.picture("quick-fix")
    window.keys("Enter")
    window.see_no(".squiggly-error")
    assert "y[row] = total\n" in window.save("draft.py")


def test_the_layout_view_follows_the_cursor(window: Workbench):
    window.open("turn.py")
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
