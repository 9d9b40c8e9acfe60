"""docs/rules is what the rules' docstrings and the pages of the other codes say; each says what a reader needs."""

import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
import weft.lint.findings
from annotations import HEADER, read
from weft.cli.rule import documentation, marked
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


PAGES = {
    path.stem: path.read_text(encoding="utf-8") for path in Path(weft.lint.__file__).parent.glob("pages/*.md")
}
# Whether what is wrong can be seen in a text, without a target or a running program.
SEEN = [
    code
    for code in PAGES
    if "Seen only when the program runs" not in PAGES[code] and code != "compute-capability"
]
BODY = """
@weft.kernel
def k(a: f32, n: i32, x: Tensor[f32, N], y: Tensor[f32, N], m: Tensor[f32, M, K]):
    i = weft.index(y)
"""


def blocks(code: str, info: str) -> list[str]:
    return re.findall(rf"^```{info}\n(.*?)^```", marked(code), re.DOTALL | re.MULTILINE)


def codes_of(example: str) -> set[str]:
    """What is found in an example: a module, or statements of a kernel, which need not use all of its parameters."""
    if re.search(r"^@weft", example, re.MULTILINE):
        return {one.code for one in weft.lint.findings.check(read(HEADER + example))}
    text = HEADER + BODY + textwrap.indent(example, "    ")
    return {one.code for one in weft.lint.findings.check(read(text))} - {"unused-parameter"}


def test_each_code_has_one_page():
    assert sorted(CODES) == sorted(
        [*PAGES, *(vars(module)["CODE"] for module in MODULES), "unused-ignore", "unused-kernel"]
    )


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_what_why_and_what_instead(code: str):
    text = documentation(code)
    assert len(text.split("\n\n")) >= 3
    assert "```python" in text, "an example"
    assert "Instead, " in text, "what to write instead"
    assert code not in PAGES or text.startswith(CODES[code])


@pytest.mark.parametrize("code", [vars(module)["CODE"] for module in MODULES] + ["unused-kernel"])
def test_the_kernel_of_a_rule_is_wrong_in_that_alone_and_what_is_right_has_nothing(code: str):
    (wrong,), (right,) = blocks(code, "python"), blocks(code, "python right")
    assert codes_of(wrong) == {code}
    assert codes_of(right) == set()


@pytest.mark.parametrize("code", SEEN)
def test_the_example_of_a_page_is_wrong_and_what_is_right_is_right(code: str):
    (wrong,) = blocks(code, "python")
    assert code in codes_of(wrong)
    for right in blocks(code, "python right"):
        assert code not in codes_of(right)
        assert "syntax-error" not in codes_of(right)
