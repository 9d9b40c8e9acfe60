"""docs/rules is what the rules' docstrings say; each docstring says what a reader needs."""

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from weft.lint.codes import CODES
from weft.lint.rules import RULES

ROOT = Path(__file__).parents[2]
MODULES = [module for rule in RULES if (module := inspect.getmodule(rule)) is not None]


def test_the_pages_are_current():
    command = [sys.executable, "tools/rule_pages.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_rule_is_named_after_its_file_and_explains_itself(module: ModuleType):
    code = vars(module)["CODE"]
    assert module.__name__.rpartition(".")[2].replace("_", "-") == code
    assert code in CODES
    doc = module.__doc__ or ""
    assert "```python" in doc, "an example"
    assert "Instead, " in doc, "what to write instead"
    assert "Source: " in doc, "where it is from"


def test_the_rules_are_in_order():
    names = [module.__name__ for module in MODULES]
    assert names == sorted(names)
