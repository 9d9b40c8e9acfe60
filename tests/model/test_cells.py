"""The cells of a notebook as one text."""

import ast

import pytest
from weft.model.notebook import code_start, joined, python
from weft.model.project import Project
from weft.ops.dialect import DIALECT

MARK = "·"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%time x", "_······"),
        ("if x:\n    !ls 'it", "if x:\n    _······"),
        ("files = !ls *.py\ny", "files = _·······\ny"),
        ("weft.index?\nx??", "weft.index#\nx#·"),
        ("?weft", "_····"),
        ("!pip install \\\n  weft\nx", "_·············\n······\nx"),
        ("%%time\nx = 1", "······\nx = 1"),
        ("%%timeit x = 1\n%time x", "··············\n_······"),
        ("%%bash\nrm x (", "······\n······"),
        ("x = (a\n  % b)", "x = (a\n  % b)"),
        ("x = a \\\n  % b", "x = a \\\n  % b"),
        ('s = """\n%time\n"""', 's = """\n%time\n"""'),
        ("a != b # x = !y?", "a != b # x = !y?"),
        ("x = '!'\n", "x = '!'\n"),
    ],
)
def test_what_is_not_python(cell: str, expected: str):
    assert python(cell) == expected.replace(MARK, " ")
    assert len(python(cell)) == len(cell)


def test_what_was_a_magic_parses():
    ast.parse(python("if x:\n    %time f()\nfiles = !ls\nf?\n"))


def test_each_cell_starts_on_a_line_of_its_own():
    assert joined(["x = 1", "", "y\n"]) == ("x = 1\n\ny\n\n", (0, 6, 7))


@pytest.mark.parametrize(("cell", "start"), [("x", 0), ("%%time\nx", 7), ("%%time", 6)])
def test_where_the_python_starts(cell: str, start: int):
    assert code_start(cell) == start


@pytest.mark.parametrize("broken", ["x = f(", 's = """', "if x:", "@weft.kernel"])
def test_what_is_open_in_a_cell_ends_with_it(broken: str):
    text, parts = joined([broken, "else_ = 1\nN = 16", "M = N"])
    model = Project(DIALECT).read("/project/n.ipynb", text, parts)
    assert {"else_", "N", "M"} <= set(model.module.names())
