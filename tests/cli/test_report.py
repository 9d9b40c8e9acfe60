"""How findings look, on a terminal and as JSON."""

import json

from weft.cli.report import Checked, as_json, as_text, summary
from weft.cli.sources import Source
from weft.cli.terminal import Style
from weft.model.diagnostic import Diagnostic, Edit, Fix, Span

PLAIN = Style(is_coloured=False)


def checked(text: str, marked: str, *fixes: Fix) -> Checked:
    start = text.index(marked)
    finding = Diagnostic("some-code", "what; do this", Span(start, start + len(marked)), fixes=fixes)
    return Checked(Source("k.py", text), (finding,))


def shown(text: str, marked: str) -> str:
    return "\n".join(as_text(checked(text, marked), PLAIN))


def check_shown(text: str, marked: str, expected: str) -> None:
    assert shown(text, marked) == expected.strip("\n")


def test_finding():
    check_shown(
        "import weft\n\n    weft.barrier()  # here\n",
        "weft.barrier()",
        """
k.py:3:5: some-code: what; do this
    3 |     weft.barrier()  # here
      |     ^^^^^^^^^^^^^^
""",
    )


def test_tabs_become_spaces_and_count_as_one_column():
    check_shown(
        "\tx\t= wrong",
        "wrong",
        """
k.py:1:6: some-code: what; do this
    1 |     x   = wrong
      |           ^^^^^
""",
    )


def test_wide_and_combining_characters():
    check_shown(
        "x = '宽e\u0301', wrong宽",
        "wrong宽",
        """
k.py:1:12: some-code: what; do this
    1 | x = '宽e\u0301', wrong宽
      |            ^^^^^^^
""",
    )


def test_several_lines_are_marked_on_the_first():
    check_shown(
        "a\rf(one,\r\n  two)",
        "one,\r\n  two",
        """
k.py:2:3: some-code: what; do this
    2 | f(one,
      |   ^^^^
""",
    )


def test_nothing_at_the_end_is_still_pointed_at():
    check_shown(
        "f(",
        "",
        """
k.py:1:1: some-code: what; do this
    1 | f(
      | ^
""",
    )
    end = Checked(Source("k.py", "f(\n"), (Diagnostic("some-code", "what; do this", Span(3, 3)),))
    assert "\n".join(as_text(end, PLAIN)) == "k.py:2:1: some-code: what; do this\n    2 |\n      | ^"


def test_a_long_line_is_cut_around_the_finding():
    lines = shown("x" * 500 + " = wrong; " + "y" * 500, "wrong").splitlines()
    assert lines[0] == "k.py:1:504: some-code: what; do this"
    assert lines[1] == "    1 | …" + "x" * 27 + " = wrong; " + "y" * 83 + "…"
    assert lines[2] == "      | " + " " * 31 + "^" * 5


def test_control_characters_cannot_steer_the_terminal():
    check_shown(
        "'\x1b[31m\u202e', wrong",
        "wrong",
        """
k.py:1:11: some-code: what; do this
    1 | '␛[31m\ufffd', wrong
      |           ^^^^^
""",
    )


def test_colour():
    lines = list(as_text(checked("f()", "f"), Style(is_coloured=True)))
    assert lines[0] == "\x1b[1mk.py:1:1:\x1b[0m \x1b[1;31msome-code:\x1b[0m what; do this"


def test_json():
    fix = Fix("Write `g`", (Edit(Span(4, 5), "g"),))
    assert json.loads(as_json([checked("é\n\tf(\n)", "f(\n)", fix)])) == [
        {
            "path": "k.py",
            "code": "some-code",
            "message": "what; do this",
            "severity": "error",
            "certainty": "proved",
            "start": {"line": 2, "column": 2},
            "end": {"line": 3, "column": 2},
            "related": [],
            "fixes": [
                {
                    "title": "Write `g`",
                    "is_safe": True,
                    "edits": [
                        {
                            "start": {"line": 2, "column": 3},
                            "end": {"line": 2, "column": 4},
                            "text": "g",
                        }
                    ],
                }
            ],
        }
    ]
    assert json.loads(as_json([])) == []


def test_summary():
    clean = Checked(Source("c.py", ""), ())
    guilty = checked("f()", "f")
    assert summary([clean], 0) == "No findings in 1 file"
    assert summary([], 1) == "No findings in 0 files; 1 path could not be read"
    assert summary([clean, guilty], 0) == "1 finding in 1 of 2 files"
    assert summary([guilty, guilty], 2) == "2 findings in 2 of 2 files; 2 paths could not be read"
