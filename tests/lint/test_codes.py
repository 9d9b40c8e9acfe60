"""The table of codes is what the sources report: no more, no less."""

import ast
import re
from pathlib import Path

import weft
from weft.lint.codes import CODES
from weft.model.nearest import nearest

PACKAGE = Path(weft.__file__).parent
TESTS = Path(__file__).parents[1]
REPORTERS = ("Diagnostic", "Problem", "finding", "report", "_report")
# Made of parts, as `f"launch-{what}"`, so that reading the sources does not find them.
COMPOSED = ("launch-block", "launch-grid")
_KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
_MARKED = re.compile(r"# *\^+ ([a-z]+(?:-[a-z]+)*): ")


def reported() -> dict[str, str]:
    """Each code that the sources give to a finding, with a place where they do."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for code in codes_of(node):
                found[code] = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
    return found


def codes_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["CODE"]:
        values = [node.value]
    elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).split(".")[-1] in REPORTERS:
        values = [node.args[0]]
    else:
        return []
    values += [
        part for value in values if isinstance(value, ast.IfExp) for part in (value.body, value.orelse)
    ]
    texts = [value.value for value in values if isinstance(value, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and _KEBAB.fullmatch(text)]


def test_each_code_that_is_reported_is_in_the_table():
    assert {code: place for code, place in reported().items() if code not in CODES} == {}


def test_each_code_in_the_table_is_reported():
    assert sorted(set(CODES) - set(reported()) - set(COMPOSED)) == []


def test_each_code_that_tests_expect_is_in_the_table():
    paths = [*(TESTS / "model").glob("*.py"), *(TESTS / "lint").glob("*.py")]
    expected = {code for path in paths for code in _MARKED.findall(path.read_text(encoding="utf-8"))}
    assert len(expected) > 20
    assert sorted(expected - set(CODES)) == []


def test_the_table_is_in_order_and_each_meaning_is_one_sentence():
    assert list(CODES) == sorted(CODES)
    assert [meaning for meaning in CODES.values() if not re.fullmatch(r"[A-Z`].*\.", meaning)] == []


def test_nearest():
    assert nearest("wrong-rnak", CODES) == "wrong-rank"
    assert nearest("zzz", CODES) is None
