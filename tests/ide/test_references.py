"""Highlights and references: every place of a name, with `=` before those that bind it."""

import pytest
from ide_case import HEADER, KERNEL, files, in_kernel, read
from weft.model.diagnostic import Span
from weft.model.model import Model
from weft_lsp.ide.highlight import highlights
from weft_lsp.ide.references import our_target, references


def check(source: str, expected: list[str] | None) -> None:
    """The line of each place, with `>` before the name."""
    model, offset = read(source)
    found = highlights(model, offset)
    shown = found and [("= " if each.is_write else "") + where(model, each.span) for each in found]
    assert shown == expected


def where(model: Model, span: Span) -> str:
    line = model.lines.content(model.lines.line_of(span.start))
    return (model.text[line.start : span.start] + ">" + model.text[span.start : line.end]).strip()


SIGNATURE = "= def scale(>alpha: f32, x: Tensor[f32, M, N]):"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t = al$0pha * alpha", [SIGNATURE, "t = >alpha * alpha", "t = alpha * >alpha"]),
        ("t = 1.0\n    t$0 += alpha", ["= >t = 1.0", "= >t += alpha"]),
        (
            "for k in range(3):\n        x[i, j] = k$0",
            ["= for >k in range(3):", "x[i, j] = >k"],
        ),
        (
            "t = M$0",
            ["= from weft.dims import >M, N", "def scale(alpha: f32, x: Tensor[f32, >M, N]):", "t = >M"],
        ),
        ("x[i, j] = 1.$0", None),
        ("weft.bar$0rier()", None),
    ],
)
def test_in_a_kernel(line: str, expected: list[str] | None):
    check(in_kernel(line), expected)


def test_the_same_word_in_another_kernel_is_another_name():
    other = "\n\n@weft.kernel\ndef other(alpha: f32, x: Tensor[f32, M]):\n    x[weft.index(x)] = alpha\n"
    check(in_kernel("x[i, j] = alpha$0") + other, [SIGNATURE, "x[i, j] = >alpha"])


def test_a_constant_of_the_module():
    check("TILE = 16\n" + in_kernel("x[i, j] = TILE$0"), ["= >TILE = 16", "x[i, j] = >TILE"])


def test_a_local_hides_a_name_of_the_module():
    check("t = 16\n" + in_kernel("t = 1.0\n    x[i, j] = t$0"), ["= >t = 1.0", "x[i, j] = >t"])


def test_a_variable_of_a_comprehension_is_its_own():
    check(
        in_kernel("k = [k$0 for k in range(3)]"),
        ["k = [>k for k in range(3)]", "= k = [k for >k in range(3)]"],
    )


def test_a_closure():
    source = """
    def make(factor$0: float):
        @weft.kernel
        def k(x: Tensor[f32, M]):
            x[weft.index(x)] = factor
        factor = 2
        return k
    """
    inside = source.replace("$0", "").replace("= factor", "= factor$0")
    check(
        inside,
        ["= def make(>factor: float):", "x[weft.index(x)] = >factor", "= >factor = 2"],
    )
    check(source, None)


def test_code_that_never_runs_counts():
    check(
        in_kernel("return\n    x[i, j] = alpha$0"),
        [SIGNATURE, "x[i, j] = >alpha"],
    )


@pytest.mark.parametrize("source", ["count = 3\ncount$0", "$0", "def f(a):\n    return a$0", "# weft$0"])
def test_ordinary_python_is_left_to_others(source: str):
    check(source, None)


def check_references(source: str, expected: list[str], *, with_declaration: bool) -> None:
    model, offset = read(source)
    target = our_target(model, offset)
    assert target
    found = references(target, [model], with_declaration=with_declaration)
    assert [where(model, place.span) for place in found] == expected


def test_references_of_a_kernel():
    source = in_kernel("x[i, j] = alpha") + "\n\nsca$0le(1.0, x)\nscale[1, 32](1.0, x)\n"
    check_references(source, [">scale(1.0, x)", ">scale[1, 32](1.0, x)"], with_declaration=False)


@pytest.mark.parametrize(("inside", "keyword"), [("al$0pha", "alpha"), ("alpha", "alph$0a")])
def test_references_of_a_parameter_are_also_its_keyword_arguments(inside: str, keyword: str):
    calls = f"\n\nscale({keyword}=1.0, x=x)\nscale[1, 32](alpha=1.0, x=x)\nother(alpha=2.0)\n"
    check_references(
        in_kernel(f"x[i, j] = {inside}") + calls,
        [
            SIGNATURE[2:],
            "x[i, j] = >alpha",
            "scale(>alpha=1.0, x=x)",
            "scale[1, 32](>alpha=1.0, x=x)",
        ],
        with_declaration=True,
    )


def test_references_in_f_strings_and_annotations_in_quotes():
    source = "TILE = 16\nprint(f'{{TILE}} {TILE:>{TILE}} TILE')\ndef f(x: 'TILE'): ...\n"
    check_references(
        source + in_kernel("x[i, j] = TILE$0"),
        [
            ">TILE = 16",
            "print(f'{{TILE}} {>TILE:>{TILE}} TILE')",
            "print(f'{{TILE}} {TILE:>{>TILE}} TILE')",
            "def f(x: '>TILE'): ...",
            "x[i, j] = >TILE",
        ],
        with_declaration=True,
    )


def test_references_in_other_files():
    kernels = HEADER + KERNEL.replace("def scale", "def sca$0le") + "    x[i, j] = alpha\n"
    user = "import kernels\nfrom kernels import scale as s\ns(1.0, x)\nkernels.scale(1.0, x)\n"
    with files({"kernels.py": kernels, "user.py": user}) as (models, offset):
        target = our_target(models[0], offset)
        assert target
        found = references(target, models, with_declaration=False)
        assert [where(models[1], place.span) for place in found] == [
            "from kernels import >scale as s",
            "from kernels import scale as >s",
            ">s(1.0, x)",
            "kernels.>scale(1.0, x)",
        ]
