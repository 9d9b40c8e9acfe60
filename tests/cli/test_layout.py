"""`weft layout`: the front end's own evaluator, and no Python."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from weft import layout as algebra
from weft.cli import main
from weft.cli.layout import evaluated

WRITE = 'write a layout, such as "Layout((4, 8), (8, 1))", "(4, 8):(8, 1)" or "composition(Swizzle(3, 2, 3), Layout((8, 8)))"'


def layout(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return main(["layout", *arguments]), *capsys.readouterr()


def test_a_grid(capsys: pytest.CaptureFixture[str]):
    assert layout(capsys, "(2, 4):(4, 1)") == (
        0,
        """\
(2, 4):(4, 1)
  | 0 1 2 3
--+--------
0 | 0 1 2 3
1 | 4 5 6 7
""",
        "",
    )


# Each public function of the algebra, as text and as the value that it must be.
EXPRESSIONS = [
    "coalesce(Layout((2, (1, 6)), (1, (6, 2))))",
    "coalesce(Layout((2, (1, 6)), (1, (6, 2))), (1, 1))",
    "composition(Layout((10, 2), (16, 4)), Layout((5, 4), (1, 5)))",
    "composition(Layout((12, (4, 8)), (59, (13, 1))), (Layout(3, 4), Layout(8, 2)))",
    "composition(Swizzle(2, 0, 3), Layout.row_major((8, 8)))",
    "complement(Layout((2, 2), (1, 6)), 24)",
    "filter(Layout((2, 4), (0, 1)))",
    "filter_zeros(Layout((2, 4), (0, 1)))",
    "left_inverse(Layout((4, 8), (8, 1)))",
    "right_inverse(Layout((4, 8), (8, 1)))",
    "logical_divide(Layout(24, 2), Layout(4, 2))",
    "logical_divide(Layout((9, 32)), (Layout(3, 3), Layout((2, 4), (1, 8))))",
    "zipped_divide(Layout((9, 32)), (Layout(3, 3), Layout((2, 4), (1, 8))))",
    "tiled_divide(Layout((8, 8)), (2, 4))",
    "flat_divide(Layout((8, 8)), (2, 4))",
    "logical_product(Layout((2, 2), (4, 1)), Layout(6))",
    "zipped_product(Layout((2, 5)), Layout((3, 4)))",
    "tiled_product(Layout((2, 5)), Layout((3, 4)))",
    "flat_product(Layout((2, 5)), Layout((3, 4)))",
    "blocked_product(Layout((2, 5)), Layout((3, 4)))",
    "raked_product(Layout((2, 5)), Layout((3, 4)))",
    "recast(Layout((4, 8)), 32, 16)",
    "upcast(Layout((4, 8)), 2)",
    "downcast(Layout((4, 8)), 2)",
    "select(Layout((2, 3, 4)), (0, 2))",
    "slice_((1, None), Layout((4, 8)))",
    "flatten(Layout((2, (1, 6)), (1, (6, 2))))",
    "make_layout(Layout(2), Layout(3, 5))",
    "Layout.column_major((2, 3))",
    "Layout.row_major((2, 3))[1]",
    "Layout((4, 8)).coalesce()",
    "ComposedLayout(Swizzle(2, 0, 3), 0, Layout((8, 8)))",
]
NUMBERS = {
    "size(Layout((4, 8)))": 32,
    "cosize(Layout((4, 8), (8, 1)))": 32,
    "rank(Layout((4, 8)))": 2,
    "depth(Layout((4, (2, 4))))": 2,
    "crd2idx((1, 2), (4, 8), (8, 1))": 10,
    "Layout((4, 8), (8, 1))(1, 2)": 10,
    "Swizzle(2, 0, 3)(8)": 9,
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_whole_algebra_is_evaluated_from_text(expression: str):
    assert evaluated(expression) == eval(expression, vars(algebra))


@pytest.mark.parametrize(("expression", "expected"), NUMBERS.items())
def test_numbers(expression: str, expected: int):
    assert evaluated(expression) == algebra.Layout(expected)


def test_every_function_of_the_algebra_is_tried():
    drawings = {"to_svg", "to_text"}
    values = {"IntTuple", "LayoutError", "Slice", "Tiler"}
    # These give no layout and no number.
    others = {"idx2crd", "is_compatible", "is_congruent", "slice_and_offset"}
    text = "\n".join([*EXPRESSIONS, *NUMBERS])
    untried = [name for name in algebra.__all__ if f"{name}(" not in text]
    assert set(untried) == drawings | values | others


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            "Layout((4, 8), (1,))",
            (
                "shape (4, 8) and stride (1,) are not congruent; give the stride one integer for each integer of the shape, "
                "nested in the same way"
            ),
        ),
        ("compositon(Layout(2), Layout(3))", "`compositon` is not defined: did you mean `composition`?"),
        ("Layout((4, 8)).siz()", "Layout (4, 8):(1, 4) has no `siz`: did you mean `size`?"),
        ("Layout((4, 8", f"`Layout((4, 8` is no expression of Python: {WRITE}"),
        ("1) + (2", f"`1) + (2` is no expression of Python: {WRITE}"),
        ("'x'", f"`'x'` is str 'x', not a layout: {WRITE}"),
        ("make_layout", f"`make_layout` is function make_layout, not a layout: {WRITE}"),
        (
            "Swizzle(2, 0, 3)",
            (
                "`Swizzle(2, 0, 3)` is a swizzle, which has no shape: draw what it does to a layout, as in "
                '"composition(Swizzle(2, 0, 3), Layout((8, 8)))"'
            ),
        ),
        (
            "(100, 100)",
            "drawing: the layout (100, 100):(1, 100) has 10000 cells, more than 4096; draw one tile of it",
        ),
        (
            "open('/tmp/x', 'w')",
            "`open('/tmp/x', 'w')` is nothing that the layout algebra knows, and `weft layout` runs no other Python: "
            + WRITE,
        ),
    ],
)
def test_what_is_no_layout(capsys: pytest.CaptureFixture[str], expression: str, expected: str):
    assert layout(capsys, expression) == (2, "", f"weft: {expected}\n")


def test_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    file = tmp_path / "layout.svg"
    file.write_text("before", encoding="utf-8")
    given = ("(4, 8):(8, 1)", "--svg", str(file), "--banks", "--threads", "8")
    assert layout(capsys, *given) == (0, "", "")
    titles = [
        element.text
        for element in ElementTree.parse(file).getroot().iter("{http://www.w3.org/2000/svg}title")
    ]
    assert titles[0] == "(4, 8):(8, 1)"
    assert "(1, 2) at index 10, thread 1, bank 10" in titles
    assert len(titles) == 33


def test_threads_that_do_not_fit(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert layout(capsys, "(4, 8)", "--svg", str(tmp_path / "x.svg"), "--threads", "5") == (
        2,
        "",
        (
            "weft: 5 threads do not divide the 32 coordinates evenly: give a number that does, or a layout that gives the "
            "thread of each coordinate\n"
        ),
    )


def test_a_picture_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    file = tmp_path / "none" / "x.svg"
    assert layout(capsys, "8", "--svg", str(file)) == (
        2,
        "",
        f"weft: {file} is left as it was (no such file or directory): see to the disk, and try again\n",
    )
