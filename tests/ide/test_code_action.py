"""Code actions: the text after the mend."""

from collections.abc import Sequence

from ide_case import in_kernel, read
from weft.model.diagnostic import Edit, Span
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.code_action import fix_all, quick_fixes


def check(source: str, expected: list[tuple[str, str]]) -> None:
    """The title of each mend at the cursor, and the line of the cursor after it."""
    model, offset = read(source)
    line = model.lines.line_of(offset)
    assert [
        (fix.title, applied(model.text, fix.edits).split("\n")[line].strip())
        for fix in quick_fixes(model, Span(offset, offset))
        if not fix.title.startswith("Ignore")
    ] == expected


def applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_a_misspelt_name():
    check(in_kernel("x[i, j] = alph$0"), [("Change to `alpha`", "x[i, j] = alpha")])


def test_a_misspelt_member():
    check(in_kernel("weft.bar$0ier()"), [("Change to `barrier`", "weft.barrier()")])


def test_a_finding_elsewhere():
    check(in_kernel("x[i$0, j] = alph"), [])


def test_a_finding_without_a_mend():
    check(in_kernel("x[i, j] = completely$0_different"), [])


def test_the_mend_is_of_its_finding():
    model, offset = read(in_kernel("x[i, j] = alph$0"))
    fix, ignore = quick_fixes(model, Span(offset, offset))
    assert fix.finding.code == ignore.finding.code == "unknown-name"
    assert (fix.is_preferred, ignore.is_preferred) == (True, False)


def test_a_comment_that_suppresses():
    model, offset = read(in_kernel("x[i, j] = completely$0_different"))
    (ignore,) = quick_fixes(model, Span(offset, offset))
    assert ignore.title == "Ignore `unknown-name` on this line"
    after = applied(model.text, ignore.edits)
    assert after.endswith("x[i, j] = completely_different  # weft: ignore[unknown-name]\n")


def test_a_name_of_the_language_that_is_not_imported():
    model, offset = read(in_kernel("x[i, j] = sqr$0t(alpha)"))
    fix = quick_fixes(model, Span(offset, offset))[0]
    assert fix.title == "Import `sqrt` from weft"
    assert applied(model.text, fix.edits).startswith("import weft\nfrom weft import Tensor, f32, sqrt\n")


def test_all_mends():
    """A name that may have been meant changes what the code does, so only the person may choose it."""
    model, _ = read(in_kernel("x[i, j] = alph * alphaa  # weft: ignore[unknwon-name]$0"))
    fixed = applied(model.text, fix_all(model))
    assert fixed.endswith("    x[i, j] = alph * alphaa  # weft: ignore[unknown-name]\n")


def test_nothing_to_mend():
    model, _ = read(in_kernel("x[i, j] = alpha$0"))
    assert fix_all(model) == ()


def mended(source: str, title: str) -> str:
    """The text after the mend of that title."""
    model, offset = read(source)
    (fix,) = [fix for fix in quick_fixes(model, Span(offset, offset)) if fix.title == title]
    return applied(model.text, fix.edits)


def test_a_dimension_that_is_not_declared():
    source = "\n@weft.kernel\ndef k(x: Tensor[f32, Ro$0ws]):\n    x[weft.index(x)] = 1.0\n"
    after = mended(source, "Declare the dimension `Rows`")
    assert "\nclass Rows(weft.Dim):\n    pass\n\n\n@weft.kernel\ndef k(x: Tensor[f32, Rows]):\n" in after
    assert not Project(DIALECT).read("/project/kernel.py", after).findings
    model, offset = read(in_kernel("x[i, j] = Ro$0ws"))
    assert "Declare" not in " ".join(fix.title for fix in quick_fixes(model, Span(offset, offset)))


def test_a_dimension_in_a_file_that_imports_names_alone():
    text = "from weft import Tensor, f32, index, kernel\n\n@kernel\ndef k(x: Tensor[f32, Rows]):\n    x[index(x)] = 1.0\n"
    model = Project(DIALECT).read("/project/kernel.py", text)
    offset = text.index("Rows")
    (fix,) = [each for each in quick_fixes(model, Span(offset, offset)) if each.title.startswith("Declare")]
    after = applied(text, fix.edits)
    assert after.startswith(
        "from weft import Dim, Tensor, f32, index, kernel\n\nclass Rows(Dim):\n    pass\n"
    )
    assert not Project(DIALECT).read("/project/kernel.py", after).findings


def test_a_decorator_that_is_not_imported():
    after = mended("@ker$0nel\ndef k(x: Tensor[f32, N]):\n    pass\n", "Import `kernel` from weft")
    assert "from weft import Tensor, f32, kernel\n" in after


def test_the_package_that_is_not_imported():
    for above, expected in (
        ("", "import weft\n\n"),
        ("import os\n\n", "import weft\nimport os\n\n"),
        ('"""Kernels."""\n\n', '"""Kernels."""\n\nimport weft\n\n'),
        (
            "from __future__ import annotations\nimport os\n\n",
            "from __future__ import annotations\nimport weft\nimport os\n\n",
        ),
    ):
        below = "@weft.kernel\ndef k(x):\n    pass\n"
        model = Project(DIALECT).read("/project/kernel.py", above + below)
        offset = model.text.index("weft")
        fix = quick_fixes(model, Span(offset, offset))[0]
        assert (fix.title, applied(model.text, fix.edits)) == ("Import weft", expected + below)
