from xml.etree import ElementTree

from layout_cases import LAYOUTS
from weft.layout import Layout, Swizzle, composition, to_svg, to_text

SWIZZLED = composition(Swizzle(1, 0, 1), Layout.row_major((4, 2)))


def check(layout, expected):
    assert to_text(layout).splitlines() == expected.strip("\n").splitlines()


def test_matrix():
    check(
        Layout.row_major((2, 6)),
        """
(2, 6):(6, 1)
  |  0  1  2  3  4  5
--+------------------
0 |  0  1  2  3  4  5
1 |  6  7  8  9 10 11
""",
    )


def test_vector_wraps():
    lines = to_text(Layout(34, 2)).splitlines()
    assert lines[0] == "34:2"
    assert lines[-1] == "32 | 64 66"


def test_further_modes_run_to_the_right():
    check(
        Layout((2, 2, 2)),
        """
(2, 2, 2):(1, 2, 4)
  | 0,0 1,0 0,1 1,1
--+----------------
0 |   0   2   4   6
1 |   1   3   5   7
""",
    )


def test_swizzled_layout():
    check(
        SWIZZLED,
        """
Sw<1,0,1> o 0 o (4, 2):(2, 1)
  | 0 1
--+----
0 | 0 1
1 | 3 2
2 | 4 5
3 | 7 6
""",
    )


def texts(svg, style=None):
    """The texts of a picture that have a class, in order."""
    elements = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [element.text for element in elements if element.get("class") == style]


def fills(svg):
    """The colours of the cells, in order; the first rectangle is the background."""
    elements = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")
    return [element.get("fill") for element in elements][1:]


def test_svg_shows_every_index_and_escapes_its_title():
    svg = to_svg(SWIZZLED)
    assert texts(svg) == ["0", "1", "3", "2", "4", "5", "7", "6"]
    assert texts(svg, "t") == ["Sw<1,0,1> o 0 o (4, 2):(2, 1)"]
    assert len(set(fills(svg))) == 8


def test_svg_colours_larger_indices_darker():
    lightness = [int(fill.split(",")[2].rstrip("%)")) for fill in fills(to_svg(Layout.row_major((2, 4))))]
    assert lightness == sorted(lightness, reverse=True)
    assert (lightness[0], lightness[-1]) == (96, 66)
    assert len(set(fills(to_svg(Layout((2, 4), (0, 0)))))) == 1


def test_svg_colours_banks():
    svg = to_svg(Layout.row_major((2, 4)), banks=2, element_bytes=2)
    assert texts(svg, "s") == ["B0", "B0", "B1", "B1"] * 2
    assert fills(svg)[:4] == ["hsl(0,70%,82%)"] * 2 + ["hsl(180,70%,82%)"] * 2


def test_svg_colours_threads():
    svg = to_svg(Layout((2, 2)), threads=Layout((2, 2), (1, 0)))
    assert texts(svg, "s") == ["T0", "T0", "T1", "T1"]
    first, second, third, fourth = fills(svg)
    assert first == second != third == fourth


def test_svg_colours_banks_and_names_threads():
    svg = to_svg(Layout((2, 2)), banks=2, threads=Layout((2, 2), (1, 0)))
    assert texts(svg, "s") == ["T0 B0", "T0 B0", "T1 B1", "T1 B1"]


def test_svg_names_the_threads_of_indices_that_have_one():
    svg = to_svg(Layout((2, 2)), threads={0: 7, 3: 8})
    assert texts(svg, "s") == ["T7", "T8"]
    first, second, third, fourth = fills(svg)
    assert second == third == "#fff" and first != fourth


def test_svg_of_32_by_32():
    svg = to_svg(Layout.row_major((32, 32)), banks=32)
    assert len(fills(svg)) == 1024
    assert len(set(fills(svg))) == 32


def test_every_layout_can_be_drawn():
    for layout in LAYOUTS:
        assert len(fills(to_svg(layout))) == layout.size()
        assert to_text(layout).startswith(str(layout))


def test_svg_tells_the_coordinate_of_each_cell():
    svg = to_svg(Layout((2, 4), (4, 1)), banks=2, element_bytes=4)
    titles = [
        element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}title")
    ]
    assert titles[1:4] == [
        "(0, 0) at index 0, bank 0",
        "(0, 1) at index 1, bank 1",
        "(0, 2) at index 2, bank 0",
    ]
