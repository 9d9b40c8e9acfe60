"""The drawing in the hover of a layout: a table, or a picture where the client shows pictures."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import pytest
from ide_case import read
from weft_lsp.ide.complement import own_hover
from weft_lsp.ide.hover import hover

SVG = "{http://www.w3.org/2000/svg}"
IMPORTS = "from weft.layout import Layout, Swizzle, composition\n"
PICTURE = re.compile(r"!\[The index at each coordinate\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/]+=*)\)")
# A tooltip of VS Code is this wide inside; it shows no more than 100,000 characters.
MOST_WIDE, MOST_CHARACTERS = 500, 20_000


def told(layout: str, *, shows_images: bool = False) -> str:
    """What is said below the signature of a name with that layout."""
    found = hover(*read(f"{IMPORTS}TILE = {layout}\nTILE$0\n"), shows_images=shows_images)
    assert found
    return found.markdown.partition("\n```\n\n")[2]


def table(layout: str) -> list[list[str]]:
    """The words of each line of the drawing as text, without those of the layout and the rule."""
    lines = told(layout).partition("```text\n")[2].partition("\n```")[0].splitlines()
    return [line.split() for line in (lines[1], *lines[3:])]


def picture(layout: str) -> ElementTree.Element:
    found = PICTURE.match(told(layout, shows_images=True))
    assert found
    return ElementTree.fromstring(b64decode(found[1]))


def rows(drawn: ElementTree.Element) -> list[list[str]]:
    """The texts of each line of a picture."""
    return [[part.text or "" for part in line] for line in drawn.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("Layout((2, 4), (4, 1))", ["0 1 2 3", "0 0 1 2 3", "1 4 5 6 7"]),
        ("Layout((2, 4))", ["0 1 2 3", "0 0 2 4 6", "1 1 3 5 7"]),
        ("Layout((2, 4), (5, 1))", ["0 1 2 3", "0 0 1 2 3", "1 5 6 7 8"]),
        (
            "composition(Swizzle(1, 0, 2), Layout((2, 4), (4, 1)))",
            ["0 1 2 3", "0 0 1 2 3", "1 5 4 7 6"],
        ),
        ("Layout(((1, 2), (2, 2)), ((0, 2), (1, 4)))", ["0 1 2 3", "0 0 1 4 5", "1 2 3 6 7"]),
        ("Layout((2, 2, 2))", ["0,0 1,0 0,1 1,1", "0 0 2 4 6", "1 1 3 5 7"]),
        ("Layout(4, 3)", ["0 1 2 3", "0 0 3 6 9"]),
        ("Layout((2, 2), (-2, 1))", ["0 1", "0 0 1", "1 -2 -1"]),
        ("Layout(())", ["0", "0 0"]),
    ],
)
def test_the_table_and_the_picture_show_the_same(layout: str, expected: list[str]):
    first, *others = (line.split() for line in expected)
    assert table(layout) == [["|", *first], *([name, "|", *values] for name, *values in others)]
    assert rows(picture(layout)) == [first, *others]


def test_a_client_gets_one_of_both():
    assert told("Layout((2, 4))").startswith("```text\n(2, 4):(1, 2)\n")
    assert "data:" not in told("Layout((2, 4))")
    assert PICTURE.fullmatch(told("Layout((2, 4))", shows_images=True))


def test_also_beside_another_server():
    source = f"{IMPORTS}TILE = Layout((2, 4))\nTILE$0\n"
    found = own_hover(*read(source), shows_images=True)
    assert found and PICTURE.search(found.markdown) and "```text" not in found.markdown


@pytest.mark.parametrize(
    ("layout", "note"),
    [
        ("Layout((16, 16), (17, 1))", ""),
        ("Layout((32, 8))", ""),
        ("Layout((64, 64))", "The first 8 × 16 of 64 × 64 coordinates."),
        (
            "composition(Swizzle(3, 4, 3), Layout((128, 128), (128, 1)))",
            "The first 8 × 16 of 128 × 128 coordinates.",
        ),
        ("Layout((4, 8, 16))", "The first 4 × 16 of 4 × 128 coordinates."),
        ("Layout(1000)", "The first 128 of 1000 coordinates."),
        ("Layout((2, 128))", "The first 2 × 16 of 2 × 128 coordinates."),
    ],
)
def test_of_a_large_layout_the_first_part_and_a_sentence(layout: str, note: str):
    for shows_images in (True, False):
        _, _, said = told(layout, shows_images=shows_images).rpartition("\n\n")
        assert (said if said.startswith("The first") else "") == note


def test_a_line_of_32_is_whole_as_text_and_too_fine_as_a_picture():
    assert len(table("Layout((8, 32), (32, 1))")[0]) == 33
    assert told("Layout((8, 32), (32, 1))", shows_images=True).endswith(
        "The first 8 × 16 of 8 × 32 coordinates."
    )


@pytest.mark.parametrize(
    "layout",
    [
        "Layout((16, 16), (17, 1))",
        "Layout((16, 16), (4097, 16))",
        "Layout((32, 8))",
        "Layout((1048576, 1048576), (1048576, 1))",
        "Layout((2, 2), (4611686018427387904, 1))",
        "Layout((4, 1000, 1000, 1000))",
        "Layout((256, 1))",
        "Layout(25)",
    ],
)
def test_a_picture_fits_a_tooltip(layout: str):
    said = told(layout, shows_images=True)
    assert len(said) < MOST_CHARACTERS
    assert int(picture(layout).get("width", "0")) < MOST_WIDE


def test_a_picture_brings_its_own_background_and_darker_cells_for_larger_indices():
    drawn = picture("Layout((2, 2))")
    background = drawn.find(f"{SVG}rect")
    assert background is not None and background.get("width") == "100%"
    cells = [path.get("fill") for path in drawn.iter(f"{SVG}path")]
    assert cells == [f"hsl(205,75%,{lightness}%)" for lightness in (96, 78, 87, 69)]
    assert len([*picture("Layout((4, 4), (0, 0))").iter(f"{SVG}path")]) == 1
