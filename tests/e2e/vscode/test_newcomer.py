"""The first minutes: the walkthrough, a kernel from a template, a run, the task, a notebook."""

import json
import re
from pathlib import Path

import pytest
from code_server import server_processes
from playwright.sync_api import expect
from workbench import Workbench, plain, spaced

VSCODE = Path(__file__).parents[3] / "editors" / "vscode"
RESULT = "[0. 1. 2. 3. 4. 5. 6. 7.]"


def terminal(window: Workbench) -> str:
    return plain(window.page.locator(".xterm-rows").first.inner_text())


def test_the_status_item_tells_what_runs(opened: Workbench):
    opened.lens("2 references")
    opened.until(lambda: "for cpu and cuda" in opened.status(), "the item tells of the back ends")
    assert re.search(r"Weft \d+\.\d+\.\d+\b", opened.status())
    assert "Python 3." in opened.status() and "from weft.interpreter" in opened.status()
    opened.picture("status")
    opened.keys("Escape")


def test_the_walkthrough_leads_to_a_kernel_that_runs(opened: Workbench, project: Path):
    opened.command("Weft: Get Started")
    opened.see(".getting-started-category .step-title, .getting-started-step", "Write a kernel")
    media = opened.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")
    expect(media.locator("body")).to_contain_text("there is no guard to write")
    opened.picture("walkthrough")
    opened.see(".getting-started-step .monaco-button", "New Kernel").click()
    opened.see(".quick-input-list .monaco-list-row.focused", "One thread for each element")
    opened.keys("Enter")
    opened.see(".view-line", spaced("i: index = weft.index(y)"))
    opened.type("same")
    opened.keys("Escape")
    opened.keys("Control+s")
    opened.see_no(".tab.active.dirty")
    assert "same(x, y)" in (project / "kernel.py").read_text()
    opened.see(".codelens-decoration a", "Run on the CPU").click()
    opened.until(lambda: RESULT in terminal(opened), "the kernel's result is printed")
    opened.lens("1 reference")
    opened.tasks()
    opened.picture("run")
    opened.keys("Control+j")


def test_the_walkthrough_s_buttons_mean_the_file_that_was_in_front(opened: Workbench):
    opened.see(".tab", "Welcome").click()
    opened.see(".getting-started-step", "Run it, without a GPU").click()
    opened.see(".getting-started-step .monaco-button", "Run the File").click()
    opened.see(".tab.active", "kernel.py")
    opened.until(lambda: RESULT in terminal(opened), "the kernel's result is printed")
    opened.tasks()
    opened.keys("Control+j")
    opened.see(".tab", "Welcome").click()
    opened.see(".getting-started-step", "Look into the compiler").click()
    opened.see(".getting-started-step .monaco-button", "Show the Stages View").click()
    expect(opened.view("stages").locator("h1")).to_contain_text("same for")
    opened.close_view("Weft: Stages")


def test_every_setting_is_described(opened: Workbench):
    manifest = json.loads((VSCODE / "package.json").read_text())
    settings = manifest["contributes"]["configuration"]["properties"].values()
    # Those of the machine stand on another tab of a window of a remote machine, as this one is.
    count = sum(each["scope"] == "window" for each in settings)
    opened.command("Preferences: Open Settings (UI)")
    opened.see(".settings-editor .suggest-input-container .monaco-editor").click()
    opened.type("@ext:weft.weft ")
    opened.see(".settings-editor .settings-count-widget", f"{count} Settings Found")
    opened.see(".settings-editor .setting-item-contents", "Count the references of each kernel above it.")
    opened.see(".settings-toc-container .monaco-list-row", "Weft").click()
    opened.see_no(".suggest-widget:visible")
    opened.picture("settings")
    opened.keys("Escape")
    opened.see_no(".settings-editor")


def test_the_lens_of_references_shows_them(opened: Workbench):
    opened.open("blur.py")
    opened.see(".codelens-decoration a", re.compile(r"^2 references")).click()
    opened.see(".peekview-widget", "signal_path.py")
    opened.picture("code-lens")
    opened.keys("Escape")
    opened.see_no(".peekview-widget")


def run_the_task(window: Workbench) -> None:
    window.keys("F1")
    window.see(".quick-input-box input").fill(">Tasks: Run Task")
    window.page.get_by_role("option", name=re.compile("^Tasks: Run Task(,|$)")).click()
    window.see(".quick-input-box input").fill("weft")
    window.see(".quick-input-list .monaco-list-row.focused", "weft")
    window.keys("Enter")
    window.see(".quick-input-list .monaco-list-row.focused", "Weft: check")
    window.keys("Enter")
    window.see_no(".quick-input-widget:visible")


def test_the_task_says_what_the_problems_have_once(opened: Workbench):
    run_the_task(opened)
    opened.until(
        lambda: re.search(r"draft\.py:\d+:\d+: unknown-name", terminal(opened)),
        "the task's finding is printed",
    )
    opened.until(lambda: "draft.py" in opened.problems(), "the server's finding of a file that is not open")
    assert opened.problems().count("unknown-name") == 1
    opened.keys("Control+j")


def test_a_comment_that_ignores_a_finding_is_seen(opened: Workbench):
    opened.open("draft.py")
    opened.see(".squiggly-error")
    opened.go("draft.py", "y[row] = totl|")
    opened.type("  # weft: ignore[unknown-name]")
    opened.see_no(".squiggly-error")
    assert opened.style("weft:") != opened.style("#")
    opened.undo("draft.py")


def test_a_snippet_is_a_kernel(opened: Workbench):
    opened.go("draft.py", "    y[i, j] = factor * x[i, j]|")
    opened.keys("Enter", "Home", "Home")
    opened.type("weft-ker")
    opened.see(".suggest-widget .monaco-list-row.focused", "weft-kernel")
    opened.keys("Enter")
    opened.see(".view-line", "def name(")
    opened.keys("Escape")
    opened.undo("draft.py")


def test_a_report_has_the_versions(opened: Workbench):
    opened.command("Weft: Report an Issue, with Versions")
    opened.see(
        ".notification-toast", "The versions are in the clipboard. Nothing is sent before you send it."
    )
    opened.keys("Escape")
    opened.command("Notifications: Clear All Notifications")
    opened.see_no(".notification-toast")


def test_cells_of_a_notebook_are_one_module(opened: Workbench):
    opened.pick("Control+p", "tour.ipynb", "tour.ipynb")
    cell = opened.see(".notebookOverlay .view-line", spaced("SCALE * x[i]"))
    name = cell.locator("span", has_text=re.compile(r"^SCALE$")).last
    name.click()
    opened.until(
        lambda: "SCALE" in opened.hover() and "3" in opened.hover(), "the name of another cell is known"
    )
    opened.keys("Escape")
    opened.see(".notebookOverlay .view-line", spaced("i: index = weft.index"))
    operation = (
        opened.see(".notebookOverlay .view-line", spaced("= weft.index(y)"))
        .locator("span", has_text=re.compile("^index$"))
        .last
    )
    operation.click()
    opened.until(lambda: "thread" in opened.hover(), "the hover in a cell tells of index")
    opened.picture("notebook")
    opened.keys("Escape")


def test_a_kernel_of_a_cell_has_stages_and_no_run(opened: Workbench):
    opened.command("Weft: Show the Stages View")
    view = opened.view("stages")
    expect(view.locator("h1")).to_contain_text("enlarge for")
    expect(view.locator("li.here").first).to_contain_text("domain i below N")
    opened.close_view("Weft: Stages")
    opened.command("Weft: Run This File's Kernels on the CPU")
    opened.see(".notification-toast", "A notebook runs its own cells")
    opened.command("Notifications: Clear All Notifications")


def test_restart_and_log(opened: Workbench, tmp_path_factory: pytest.TempPathFactory):
    opened.open("blur.py")
    folder = tmp_path_factory.getbasetemp()
    (before,) = server_processes(folder)
    opened.command("Weft: Restart the Language Server")
    opened.until(
        lambda: before not in (now := server_processes(folder)) and len(now) == 1, "another server runs"
    )
    opened.command("Weft: Show the Log")
    opened.see(".output-view .view-line, .pane-body .view-line", spaced("The extension's own server"))
    opened.keys("Control+j")
    opened.until(lambda: "for cpu" in opened.status(), "the server runs again")
    opened.keys("Escape")
    expect(opened.page.locator(".notification-toast")).to_have_count(0)


def test_where_closed_files_are_left_alone_the_task_makes_the_problems(opened: Workbench, project: Path):
    opened.command("View: Close All Editors")
    opened.open("blur.py")
    settings = project / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"weft.workspaceFindings": false}')
    opened.command("Weft: Restart the Language Server")
    opened.until(lambda: "draft.py" not in opened.problems(), "the server says nothing of a closed file")
    opened.keys("Control+Shift+b")
    opened.page.get_by_role("option", name=re.compile("Weft: check")).first.click()
    opened.see_no(".quick-input-widget:visible")
    opened.until(lambda: "weft check" in opened.problems(), "the task's finding is a problem")
    assert opened.problems().count("totl") == 1
    opened.picture("task")
    settings.unlink()
    opened.command("Weft: Restart the Language Server")
    opened.keys("Control+j")
