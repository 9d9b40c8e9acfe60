"""One VS Code for all tests of a file: a package that is built, a gallery that has it, a window that installed it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import code_server
import gallery
import install
import pytest
from code_server import CodeServer
from playwright.sync_api import Browser, Page, sync_playwright
from workbench import SIZE, Workbench, spaced

ROOT = Path(__file__).parents[3]
PROJECT = Path(__file__).parent / "project"
FAILED = Path(__file__).parent / "failed"
# The Python of a project that has Weft: the stages are compiled with it.
PYTHON: dict[str, object] = {"weft.interpreter": sys.executable}
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that a test has touched counts as one from elsewhere, which may not speak with this machine.
    "--disable-features=LocalNetworkAccessChecks",
]


@pytest.fixture(scope="session")
def package() -> Path:
    """What `make e2e` has built before it ran the tests."""
    built = sorted((ROOT / "editors" / "vscode" / "build").glob("weft-*.vsix"))
    assert built, "there is no package; `make e2e` builds it"
    return built[-1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = install.browser()
    assert path, install.complaint(["chromium"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=SIZE)
    yield page
    page.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: the tests type into it."""
    folder = tmp_path_factory.mktemp("e2e") / "kernels"
    shutil.copytree(PROJECT, folder)
    return folder


@pytest.fixture(scope="module")
def server(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeServer]:
    with (
        gallery.serving(package) as address,
        code_server.running(tmp_path_factory.mktemp("vscode"), gallery=address, settings=PYTHON) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def window(page: Page, server: CodeServer, project: Path) -> Workbench:
    """Weft is searched, found and installed as a person does it."""
    window = Workbench.at(page, server, project)
    window.keys("Control+Shift+x")
    window.see(".extensions-viewlet .monaco-editor").click()
    window.type("weft")
    row = window.see(".extensions-list .monaco-list-row", "Weft")
    row.click()
    window.see(".extension-editor .name", "Weft")
    return window


@pytest.fixture(scope="module")
def opened(
    package: Path, page: Page, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """A window that has Weft, for what does not depend on how it got there."""
    with code_server.running(
        tmp_path_factory.mktemp("opened"), packages=(package,), settings=PYTHON
    ) as server:
        window = Workbench.at(page, server, project, "blur.py")
        window.see(".view-line", spaced("t: index = weft.thread_idx.x"))
        window.keys("Control+b")
        yield window


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What the window showed when a test failed."""
    report = yield
    page = item.funcargs.get("page") if call.excinfo else None
    if isinstance(page, Page):
        FAILED.mkdir(exist_ok=True)
        picture = FAILED / f"{item.name}.png"
        page.screenshot(path=picture)
        report.sections.append(("What the window showed", str(picture)))
    return report
