"""What the documentation says must be so: its Python runs or is clean, its links lead somewhere, its table of tests is true."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```(?P<info>\S[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
_PATH = re.compile(r"`((?:dsl|server|tests|tools|examples|editors|benchmarks)/[\w./]*)`")


@dataclass(frozen=True, slots=True)
class Block:
    page: str
    line: int
    info: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> list[Block]:
    found: list[Block] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(str(page.relative_to(ROOT)), line, match["info"], match["code"]))
    return found


PYTHON = [block for block in blocks() if block.info.split()[0] in ("python", "py")]


def run(command: list[str], text: str | None = None) -> str:
    done = subprocess.run(command, input=text, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_python_says_how_it_is_checked():
    assert [
        str(block) for block in PYTHON if block.info not in ("python run", "python check", "python wrong")
    ] == []


@pytest.mark.parametrize("block", [block for block in PYTHON if block.info != "python wrong"], ids=str)
def test_python_is_clean(block: Block):
    assert run([str(BIN / "weft"), "check", "-"], block.code) == ""


@pytest.mark.parametrize("block", [block for block in PYTHON if block.info == "python run"], ids=str)
def test_python_runs(block: Block, tmp_path: Path):
    file = tmp_path / "block.py"
    file.write_text(block.code, encoding="utf-8")
    assert run([sys.executable, str(file)]) == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    # `k[grid, block](x)` in code is no link.
    targets = [page.parent / target for target in _LINK.findall(_BLOCK.sub("", text))]
    targets += [ROOT / path for path in _PATH.findall(text)]
    assert [str(target.relative_to(ROOT)) for target in targets if not target.exists()] == []
