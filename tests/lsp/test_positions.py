"""Offsets and positions: the protocol's line ends, units beyond ASCII, edits that split and join lines."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position
from weft.model.diagnostic import Span
from weft_lsp.lsp.positions import Encoding, Lines, offset, position, units

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
TEXTS = st.text(st.sampled_from("ab\r\n\f\v\x85\u2028é漢😀\ud800"), max_size=12)


def check(text: str, line: int, character: int, encoding: Encoding = "utf-16") -> None:
    """The mark `$0` is where the position leads, and leads back to it."""
    at, plain = text.index("$0"), text.replace("$0", "")
    lines = Lines.of(plain)
    assert offset(lines, Position(line, character), encoding) == at
    assert position(lines, at, encoding) == Position(line, character)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str):
    check(f"a{end}b$0c{end}", 1, 1)
    check(f"a{end}bc{end}$0", 2, 0)
    check(f"a{end}bc$0{end}", 1, 2)


@pytest.mark.parametrize("other", ["\f", "\v", "\x85", "\u2028", "\x1c"])
def test_what_only_python_takes_for_a_line_end(other: str):
    check(f"a{other}b$0", 0, 3)


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 9), ("utf-16", 4), ("utf-32", 3)])
def test_units_of_each_encoding(encoding: Encoding, character: int):
    check("é漢😀$0 = 1", 0, character, encoding)


def test_a_position_inside_a_surrogate_pair_is_before_it():
    assert offset(Lines.of("😀x"), Position(0, 1), "utf-16") == 0


@pytest.mark.parametrize(
    ("line", "character", "expected"),
    [(0, 99, 1), (1, 99, 5), (9, 0, 7), (2**31 - 1, 2**31 - 1, 7), (1, 0, 3)],
)
def test_positions_outside_of_the_text_count_as_the_nearest_inside(line: int, character: int, expected: int):
    assert offset(Lines.of("a\r\nbé\r\n"), Position(line, character), "utf-16") == expected


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_every_offset_survives_the_way_there_and_back(text: str, encoding: Encoding):
    lines = Lines.of(text)
    for at in range(len(text) + 1):
        is_inside_crlf = text[at - 1 : at + 1] == "\r\n" and at > 0
        assert offset(lines, position(lines, at, encoding), encoding) == at - is_inside_crlf


@given(TEXTS, TEXTS, st.integers(0, 12), st.integers(0, 12))
def test_an_edit_leaves_the_lines_of_the_new_text(text: str, inserted: str, one: int, other: int):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    edited = Lines.of(text).replaced(Span(start, end), inserted)
    assert edited == Lines.of(text[:start] + inserted + text[end:])


@given(TEXTS)
def test_lines_are_what_the_protocol_says(text: str):
    expected = re.split("\r\n|\r|\n", text)
    lines = Lines.of(text)
    contents = [lines.content(line) for line in range(len(lines.starts))]
    assert [text[content.start : content.end] for content in contents] == expected


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_units_are_those_of_the_encoding(text: str, encoding: Encoding):
    codec = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    assert units(text, encoding) == len(text.encode(codec[0], "surrogatepass")) // codec[1]
