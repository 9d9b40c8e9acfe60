"""The Stages view: what a kernel becomes, for the CPU and for a GPU that is not there."""

import re

from playwright.sync_api import FrameLocator, expect
from workbench import Workbench, spaced

MARKED = ".view-overlays .cdr[class*=ced]"


def stage(view: FrameLocator, name: str) -> None:
    tab = view.locator("nav button", has_text=name)
    tab.click()
    expect(view.locator("nav button", has_text=name)).to_have_attribute("aria-selected", "true")


def marked_line(window: Workbench) -> float:
    """Where the line of the source stands that a stage points at."""
    box = window.see(MARKED).bounding_box()
    assert box
    return box["y"]


def test_the_stages_of_the_cpu_link_lines_both_ways(opened: Workbench):
    opened.open("turn.py")
    opened.lens("1 reference")
    opened.go("turn.py", "tile[ty, tx] = x[|row")
    opened.command("Weft: Show the Stages View")
    view = opened.view("stages")
    expect(view.locator("h1")).to_contain_text("transpose for")
    expect(view.locator(".facts")).to_contain_text("1,084 bytes of shared memory a block")
    assert view.locator("nav button").all_inner_texts() == ["Model", "Python", "LLVM IR", "Assembly"]
    expect(view.locator("li.here").first).to_contain_text("tile[")
    stage(view, "Python")
    expect(view.locator("li.here").first).to_be_visible()
    opened.see_no(MARKED)
    view.locator("li.here", has_text="store_shared_f32").click()
    source = opened.see(".view-line", spaced("tile[ty, tx] = x")).bounding_box()
    assert source and abs(marked_line(opened) - source["y"]) < 2
    opened.picture("stages")


def test_the_stages_of_a_gpu_need_none(opened: Workbench):
    view = opened.view("stages")
    view.get_by_label("Target").select_option("sm_90")
    expect(view.locator("nav button")).to_have_text(["Model", "Python", "LLVM IR", "PTX", "SASS"])
    expect(view.locator(".facts")).to_have_text(
        re.compile(
            r"\d+ registers a thread.*0 bytes spilled.*100 % occupancy: 8 blocks of 256 threads, limited by \w+"
        )
    )
    stage(view, "PTX")
    expect(view.locator("li.linked", has_text="ld.global.f32").first).to_be_visible()
    opened.focus_editor()
    opened.go("turn.py", "    weft.bar|rier()")
    expect(view.locator("li.here", has_text="bar")).to_be_visible()
    stage(view, "SASS")
    expect(view.locator("li.here", has_text="BAR.SYNC")).to_be_visible()
    view.locator("li.linked", has_text="LDG").first.click()
    source = opened.see(".view-line", spaced("tile[ty, tx] = x")).bounding_box()
    assert source and abs(marked_line(opened) - source["y"]) < 2
    opened.picture("stages-gpu")


def test_the_model_is_the_first_of_them(opened: Workbench):
    opened.focus_editor()
    opened.go("turn.py", "def trans|pose(")
    opened.command("Weft: Show the Typed Model")
    view = opened.view("stages")
    expect(view.locator("nav button", has_text="Model")).to_have_attribute("aria-selected", "true")
    expect(view.locator("li").filter(has_text="barrier").first).to_be_visible()
    opened.picture("model")


def test_they_are_made_again_when_the_file_is_saved(opened: Workbench):
    view = opened.view("stages")
    opened.focus_editor()
    opened.go("turn.py", "TILE = 1|6")
    opened.keys("Backspace", "Delete")
    opened.type("8")
    opened.save("turn.py")
    expect(view.locator(".facts")).to_contain_text("284 bytes of shared memory a block")
    expect(view.locator(".facts")).to_contain_text("blocks of 64 threads")


def test_they_can_be_cancelled(opened: Workbench):
    view = opened.view("stages")
    view.get_by_label("Target").select_option("sm_100")
    view.get_by_role("button", name="Cancel").click()
    expect(view.locator(".trouble")).to_have_text("Cancelled. Save the file to make them again.")
    view.get_by_label("Target").select_option("cpu")
    expect(view.locator("nav button", has_text="Assembly")).to_be_visible()
