"""docs/operations.md is what the docstrings say, and has every operation."""

import subprocess
import sys
from pathlib import Path

from weft import layout
from weft.ops.dialect import GROUPS

ROOT = Path(__file__).parents[2]


def test_the_page_is_current():
    command = [sys.executable, "tools/operations_page.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_operation_and_every_function_of_layouts_is_there():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = [name if "." in name else f"weft.{name}" for rules in GROUPS.values() for name in rules]
    names += [f"weft.layout.{name}" for name in layout.__all__ if name[0].islower()]
    assert [name for name in names if f"### {name}\n" not in text] == []
