"""Definition: the name in its declaration, in this text or in the file that has it."""

from pathlib import Path

import pytest
from ide_case import in_kernel, read
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.definition import definition


def check(source: str, expected: str | None) -> None:
    """The line of the declaration, with `>` before the name that is found there; the file's name if it is another."""
    model, offset = read(source)
    found = definition(model, offset)
    assert (
        found and where(model.text if found.path is None else None, found.path, found.span.start)
    ) == expected


def where(text: str | None, path: str | None, start: int) -> str:
    if text is None:
        assert path
        text = Path(path).read_text(encoding="utf-8")
    line_start = text.rfind("\n", 0, start) + 1
    line = text[line_start : text.find("\n", start)]
    marked = f"{line[: start - line_start]}>{line[start - line_start :]}".strip()
    return f"{Path(path).name}: {marked}" if path else marked


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t = alpha$0", "def scale(>alpha: f32, x: Tensor[f32, M, N]):"),
        ("t = i$0 + 1", ">i, j = weft.index(x)"),
        ("t = 1\n    u = t$0", ">t = 1"),
        ("weft.bar$0rier()", "sync.py: def >barrier() -> None:"),
        ("t = M$0", "dims.py: class >M(Dim):"),
        ("t = f32$0(1)", "dtypes.py: class >f32(Scalar):"),
    ],
)
def test_in_a_kernel(line: str, expected: str):
    check(in_kernel(line), expected)


def test_imports_lead_to_the_declaration():
    check("from weft import barrier$0", "sync.py: def >barrier() -> None:")


def test_a_kernel_at_its_launch():
    check(
        in_kernel("x[i, j] = alpha") + "\n\nscale$0(1.0, x)", "def >scale(alpha: f32, x: Tensor[f32, M, N]):"
    )


def test_a_layout():
    check("TILE = weft.Layout((4, 8))\nTILE$0.size()", ">TILE = weft.Layout((4, 8))")


@pytest.mark.parametrize(
    "line",
    [
        "count = 3\ncount$0",
        "def helper(): ...\nhelper$0()",
        "unknown$0",
        "# weft$0",
        "$0",
        in_kernel("unknown$0"),
    ],
)
def test_nothing_to_find(line: str):
    check(line, None)


def test_a_function_inside_a_function_after_an_edit_above():
    text = (
        "import weft\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n\ndef make(factor: float):\n"
        "    @weft.function\n    def inner(v: f32) -> f32:\n        return v\n\n"
        "    @weft.kernel\n    def scaled(x: Tensor[f32, N]):\n        i = weft.index(x)\n        x[i] = factor\n\n    return scaled\n"
    )
    project = Project(DIALECT)
    for above in ("", "A = 1\n", "A = 1\n\n\nB = 2\n"):
        now = text.replace("\n\n\ndef make", f"\n{above}\n\ndef make")
        model = project.read("/w/factory.py", now)
        assert model.findings == ()
        for name, at in (("scaled", now.rindex("scaled")), ("inner", now.index("inner"))):
            found = definition(model, at)
            assert found is not None
            assert (now[found.span.start : found.span.end], found.span.start) == (name, now.index(name))
