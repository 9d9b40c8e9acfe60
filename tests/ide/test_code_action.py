"""Code actions: the text after the mend."""

from collections.abc import Sequence

from ide_case import in_kernel, read
from weft.model.diagnostic import Edit, Span
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
