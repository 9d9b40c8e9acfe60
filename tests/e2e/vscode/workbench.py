"""A window of VS Code, driven as a person drives it: by keys and by the pointer. Every wait is for something that is seen."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from code_server import CodeServer
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

# Far more than is needed where nothing else runs.
WAIT_MILLISECONDS = 60_000
PICTURES = Path(__file__).parents[3] / "docs" / "img"
SIZE = {"width": 1180, "height": 664}
expect.set_options(timeout=WAIT_MILLISECONDS)


@dataclass(frozen=True, slots=True)
class Workbench:
    page: Page
    folder: Path

    @staticmethod
    def at(page: Page, server: CodeServer, folder: Path, file: str = "") -> "Workbench":
        """The folder, opened in a window, with a file in it."""
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.route(f"{server.url}/?folder=**", _allow_the_local_gallery)
        host = server.url.removeprefix("http://")
        payload = json.dumps([["openFile", f"vscode-remote://{host}{folder / file}"]]) if file else "[]"
        page.goto(f"{server.url}/?folder={quote(str(folder))}&payload={quote(payload)}")
        window = Workbench(page, folder)
        window.see(".monaco-workbench .part.statusbar")
        if file:
            window.see(".view-line")
        return window

    # Looking

    def see(self, selector: str, text: str | re.Pattern[str] = "") -> Locator:
        """The first element, with that text in it, once it is there."""
        found = self.page.locator(selector)
        found = (found.filter(has_text=text) if text else found).first
        expect(found).to_be_visible(timeout=WAIT_MILLISECONDS)
        return found

    def see_no(self, selector: str, text: str | re.Pattern[str] = "") -> None:
        found = self.page.locator(selector)
        expect(found.filter(has_text=text) if text else found).to_have_count(0, timeout=WAIT_MILLISECONDS)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Asked again with every frame of the window."""
        for _ in range(WAIT_MILLISECONDS // 50):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited in vain until {what}")

    def line(self, text: str) -> str:
        """What is shown of the line that has the text, with its inlay hints."""
        return plain(self.see(".editor-instance .view-line", spaced(text)).inner_text())

    def hover(self) -> str:
        """What is told of the place of the cursor; nothing while it is being asked for."""
        content = self.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content")
        if content.count() == 0:
            self.keys("Control+k", "Control+i")
            return ""
        return plain(content.first.inner_text())

    def problem(self) -> str:
        """The text of the next finding, in the peek under its line; nothing while it is not there."""
        peek = self.page.locator(".peekview-widget .descriptioncontainer, .marker-widget")
        if peek.count() == 0:
            self.keys("Alt+F8")
            return ""
        return plain(peek.first.inner_text())

    def problems(self) -> str:
        """All that the panel of problems lists."""
        panel = self.page.locator(".markers-panel")
        if panel.count() == 0:
            self.keys("Control+Shift+m")
            return ""
        return plain(panel.first.inner_text())

    def offered(self) -> list[str]:
        """The names in the list of completions; nothing while it is being asked for."""
        if self.page.locator(".suggest-widget.visible").count() == 0:
            self.keys("Control+Space")
            return []
        rows = self.page.locator(".suggest-widget .monaco-list-row .label-name")
        return [plain(row) for row in rows.all_inner_texts()]

    def refactoring(self, text: str) -> Locator:
        """A row of the menu of refactorings. The editor takes the menu away when findings or hints come: it is asked for again."""
        row = self.page.locator(".action-widget .monaco-list-row").filter(has_text=text).first

        def is_there() -> bool:
            if self.page.locator(".action-widget:visible").count() == 0:
                self.command("Refactor...")
                with suppress(PlaywrightTimeoutError):
                    row.wait_for(state="visible", timeout=WAIT_MILLISECONDS // 10)
            return row.is_visible()

        self.until(is_there, f"a refactoring is offered: {text}")
        return row

    def style(self, name: str) -> tuple[str, str]:
        """Colour and weight of the first place in the editor that shows a name; nothing where none does now."""
        script = """name => {
            const found = [...document.querySelectorAll('.editor-instance .view-line span span')].find(each => each.textContent.trim() === name);
            return found ? [getComputedStyle(found).color, getComputedStyle(found).fontWeight] : ['', ''];
        }"""
        colour, weight = self.page.evaluate(script, name)
        return colour, weight

    def status(self) -> str:
        """What the language's status item tells; nothing while it is not there."""
        item = self.page.locator(".hover-language-status")
        if item.count() == 0:
            self.page.locator("[id='status.languageStatus']").click()
            return ""
        return plain(item.first.inner_text())

    def title(self) -> str:
        """The name of the file in front."""
        return self.page.locator(".tab.active .label-name").first.inner_text()

    def cursor(self) -> str:
        return self.page.locator("[id='status.editor.selection']").inner_text()

    def view(self, name: str) -> FrameLocator:
        """The page of a panel of ours. A notebook has a page of the editor's own beside it."""
        frames = self.page.locator("iframe.webview.ready")

        def ours() -> list[FrameLocator]:
            pages = [
                frames.nth(at).content_frame.frame_locator("#active-frame") for at in range(frames.count())
            ]
            return [page for page in pages if page.locator(f"main#{name}").is_visible()]

        self.until(lambda: bool(ours()), f"the {name} view is there")
        return ours()[0]

    def close_view(self, title: str) -> None:
        self.see(".tab", title).click(button="middle")
        self.see_no(".tab", title)

    def lens(self, text: str) -> None:
        """A line above a kernel, once it is there: it moves what is below it."""
        self.see(".codelens-decoration", re.compile(text))

    def tasks(self) -> None:
        """Until none runs."""
        self.see_no(".terminal-tab .codicon-loading, .single-terminal-tab .codicon-loading")

    def picture(self, name: str) -> None:
        """For the documentation."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    # Acting

    def keys(self, *chords: str) -> None:
        for chord in chords:
            self.page.keyboard.press(chord)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=15)

    def command(self, name: str) -> None:
        self.pick("F1", f">{name}", name)

    def question(self, name: str, asks: str) -> Locator:
        """A command that asks for something in the same place, once it does."""
        self.pick("F1", f">{name}", name, closes=False)
        return self.see(".quick-input-list .monaco-list-row", asks)

    def focus_editor(self) -> None:
        """Out of a panel, back to the text."""
        self.keys("Control+1")
        self.see("[id='status.editor.selection']")

    def open(self, file: str) -> None:
        self.pick("Control+p", file, file)
        self.see(".tab.active", file)
        self.see(".editor-instance .view-line")

    def go(self, file: str, mark: str) -> None:
        """Put the cursor where `|` stands in a piece of the saved text of the file in front."""
        text = (self.folder / file).read_text(encoding="utf-8")
        piece = mark.replace("|", "")
        assert text.count(piece) >= 1, f"{piece!r} is not in {file}"
        before = text[: text.index(piece) + mark.index("|")]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        self.pick("Control+g", f":{line}:{column}", re.compile(f"{line}.*{column}"))
        self.see("[id='status.editor.selection']", re.compile(f"Ln {line}, Col {column}\\b"))

    def pick(self, chord: str, text: str, row: str | re.Pattern[str], *, closes: bool = True) -> None:
        """Open the input at the top, type, and take the row that is offered first."""
        self.page.mouse.move(SIZE["width"] / 2, SIZE["height"] - 50)
        self.keys(chord)
        field = self.see(".quick-input-box input")
        field.fill(text)
        self.see(".quick-input-list .monaco-list-row.focused", row)
        field.press("Enter")
        if closes:
            self.see_no(".quick-input-widget:visible")

    def undo(self, file: str) -> None:
        """Back to what is saved."""
        self.command("File: Revert File")
        self.see_no(".tab.active.dirty")

    def save(self, file: str) -> str:
        """The text of the file in front, once it is written."""
        self.keys("Control+s")
        self.see_no(".tab.active.dirty")
        return (self.folder / file).read_text(encoding="utf-8")


def _allow_the_local_gallery(route: Route) -> None:
    """The window may fetch from https alone; the gallery of the tests has no certificate."""
    answer = route.fetch()
    headers = {
        name: value.replace("https:", "https: http://127.0.0.1:*") for name, value in answer.headers.items()
    }
    route.fulfill(response=answer, headers=headers)


def spaced(text: str) -> re.Pattern[str]:
    """The editor shows each space as one that does not break."""
    return re.compile(re.escape(text).replace(r"\ ", r"[ \u00a0\u00b7]"))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u200c", "").replace("\u200b", "").replace("\u200e", "")
