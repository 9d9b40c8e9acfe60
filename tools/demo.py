"""What Weft does, in one screen or two: check, run, and what an editor shows. `make demo` runs it."""

import os
import platform
import re
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from language_client import LanguageClient

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
EXAMPLES = ROOT / "examples"
MISTAKES = "mistakes.py"
RUN = ("saxpy.py", "matmul.py")
SERVER_SECONDS = 60
WIDTH = 100

COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def main() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"\n{bold('Weft ' + version('weft'))} on Python {platform.python_version()}, "
        f"numba {version('numba')}, {cores} cores, no GPU needed"
    )
    for part in (check_examples, run_examples, edit_an_example, go_on):
        part()
    return 0


def check_examples() -> None:
    heading("Check", "weft check examples/")
    for path in sorted(EXAMPLES.glob("*.py"), key=lambda path: (path.name == MISTAKES, path.name)):
        lines = weft("check", relative(path), expected=1 if path.name == MISTAKES else 0)
        if path.name != MISTAKES:
            row(path.name, "clean")
            continue
        findings = [line for line in lines if re.match(r"\S+:\d+:\d+: ", line)]
        row(path.name, f"{len(findings)} findings, each of them meant. The first:")
        print()
        for line in lines[:3]:
            show(line)


def run_examples() -> None:
    for name in RUN:
        heading("Run", f"weft run examples/{name}")
        start = time.perf_counter()
        for line in weft("run", f"examples/{name}"):
            show(line)
        show(dim(f"{time.perf_counter() - start:.1f} s in all, with the start of Python and the compiler"))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text: where `$0` is in `line`, which is part of the text or is added to its end."""

    line: str

    @property
    def plain(self) -> str:
        return self.line.replace("$0", "")

    def offset(self, text: str) -> int:
        return text.rindex(self.plain) + self.line.index("$0")


def edit_an_example() -> None:
    path = EXAMPLES / "matmul.py"
    text = path.read_text(encoding="utf-8")
    heading(
        "Edit", f"what an editor shows, with weft-lsp over stdio and {relative(path)} open; | is the cursor"
    )
    client = LanguageClient([str(BIN / "weft-lsp")], ROOT)
    watchdog = threading.Timer(SERVER_SECONDS, client.kill)
    watchdog.daemon = True
    watchdog.start()
    layout = "\nfrom weft import Layout\n\nlayout = Layout((4, 8), (8, 1))\n"
    with client:
        session = Session(client, path, text)
        session.hover(Place("a_t$0ile = weft.shared(f32, (TILE, TILE))"))
        session.hover(Place("weft.barr$0ier()"))
        session.definition(Place("weft.barr$0ier()"))
        session.completion(layout, Place("layout.$0"))
        session.signature("\n", Place("matmul($0"))
        session.finding("\n", "matmul[1, 2048](a, b, c)")
    watchdog.cancel()


class Session:
    """Questions about one document, each with its answer shown as an editor would."""

    def __init__(self, client: LanguageClient, path: Path, text: str) -> None:
        self._client = client
        self._path = path
        self._text = text
        client.write(path, text)

    def hover(self, place: Place) -> None:
        answer = self._ask("textDocument/hover", self._text, place)
        self._title("Hover", self._text, place)
        for line in str(answer["contents"]["value"]).splitlines():
            if line and not line.startswith("```"):
                show_wrapped(line)

    def definition(self, place: Place) -> None:
        answer = self._ask("textDocument/definition", self._text, place)
        self._title("Definition", self._text, place)
        found = answer[0] if isinstance(answer, list) else answer
        file = Path(unquote(urlparse(found.get("targetUri") or found["uri"]).path))
        line = (found.get("targetSelectionRange") or found["range"])["start"]["line"]
        show(f"{relative(file)}:{line + 1}")
        show(dim(file.read_text(encoding="utf-8").splitlines()[line]))

    def completion(self, before: str, place: Place) -> None:
        text = self._type(before, place)
        answer = self._ask("textDocument/completion", text, place)
        items = answer["items"] if isinstance(answer, dict) else answer
        self._title("Completion", text, place, "the line does not parse yet")
        show_wrapped("  ".join(str(item["label"]) for item in items))
        for item in items[:2]:
            show(dim(f"{item['label']}: {item.get('detail', '')}"))

    def signature(self, before: str, place: Place) -> None:
        text = self._type(before, place)
        answer = self._ask("textDocument/signatureHelp", text, place)
        self._title("Signature", text, place)
        show(answer["signatures"][0]["label"])

    def finding(self, before: str, line: str) -> None:
        text = self._type(before, Place(f"{line}$0"))
        self._title("Finding", text, Place(f"$0{line}"), "as typed, before anything is launched")
        for found in self._client.findings(self._path):
            show_wrapped(f"{found['code']}: {found['message']}")

    def _type(self, before: str, place: Place) -> str:
        text = self._text + before + place.plain
        self._client.write(self._path, text)
        return text

    def _ask(self, method: str, text: str, place: Place) -> Any:
        answer = self._client.ask_at(method, self._path, text, place.offset(text))
        if not answer:
            raise SystemExit(f"{method} at {place.line} gave no answer")
        return answer

    def _title(self, feature: str, text: str, place: Place, note: str = "") -> None:
        number = text.count("\n", 0, place.offset(text)) + 1
        where = f"line {number}: {place.line.strip().replace('$0', '|')}"
        print(f"\n   {bold(f'{feature:<11}')} {dim(f'{where}   {note}'.strip())}")


def go_on() -> None:
    heading("Go on", "")
    row("your editor", "README.md, Editors: Neovim, Helix, VS Code")
    row("your CI", ".venv/bin/weft check PATH…   exits 1 with findings, 2 if a file cannot be read")
    row("your kernels", "copy a file of examples/, then .venv/bin/weft run FILE")
    row("all tests", "make test")
    print()


def weft(*arguments: str, expected: int = 0) -> list[str]:
    """The lines that a command prints. The demo ends here if the command does not do as expected."""
    done = subprocess.run(
        [str(BIN / "weft"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != expected:
        print(done.stdout + done.stderr)
        raise SystemExit(f"weft {' '.join(arguments)} exited {done.returncode}, not {expected}")
    return done.stdout.splitlines()


def heading(title: str, note: str) -> None:
    print(f"\n{bold(title)}  {dim(note)}".rstrip())


def row(name: str, words: str) -> None:
    show(f"{name:<20} {words}")


def show(line: str) -> None:
    print(f"   {line}".rstrip(), flush=True)


def show_wrapped(line: str) -> None:
    for part in textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False):
        show(part)


def bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if COLOURED else text


def dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if COLOURED else text


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
