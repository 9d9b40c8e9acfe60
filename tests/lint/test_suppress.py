"""`# weft: ignore`: what it takes away, what it leaves, and what is said of one that does nothing."""

import re
from collections.abc import Iterator

import pytest
import weft.lint.findings
import weft.lint.suppress
from annotations import HEADER, check, read
from weft.model.diagnostic import Diagnostic

KERNEL = HEADER + "@weft.kernel\ndef k(y: Tensor[f32, N]):\n    i = weft.index(y)\n    y[i] = {line}\n"


class Watched:
    """A pattern that notes how many characters each search passes over."""

    def __init__(self, pattern: re.Pattern[str], read: list[int]) -> None:
        self.pattern = pattern
        self.read = read

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        found = self.pattern.search(text, start)
        self.read.append((found.end() if found else len(text)) - start)
        return found

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        self.read.append(end - start)
        return self.pattern.finditer(text, start, end)


def findings(text: str) -> tuple[Diagnostic, ...]:
    return weft.lint.findings.check(read(text))


def fixed(line: str) -> str:
    """The line after the first fix of each finding on it."""
    text = KERNEL.format(line=line)
    for finding in sorted(findings(text), key=lambda finding: finding.span, reverse=True):
        for edit in finding.fixes[0].edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text.removeprefix(KERNEL.partition("{line}")[0]).removesuffix("\n")


def test_a_code_of_the_line():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = scael  # weft: ignore[unknown-name]
            y[i] = scael
                 # ^^^^^ unknown-name: `scael` is not defined: define it before the kernel, or import it
    """)


def test_several_codes_all_codes_and_a_reason():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i, i] = scael  # weft: ignore[unknown-name, wrong-rank] the reason
            y[i, i] = scael  # noqa: F821  # weft: ignore
            y[i] = scael  #weft:ignore[unknown-name]# pragma
    """)


def test_another_code_stays():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i, i] = scael  # weft: ignore[unknown-name]
          # ^^^^^^^ wrong-rank: `y` has 1 axis (N,) and is given 2 indices: write `y[i]`
    """)


def test_the_first_and_the_last_line_of_a_finding():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i,  # weft: ignore[wrong-rank]
              i] = 1.0
            y[i,
              i] = 1.0  # weft: ignore[wrong-rank]
    """)


def test_the_file():
    check("""
        # weft: ignore-file[unknown-name]

        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = scael
            y[i, i] = scael
          # ^^^^^^^ wrong-rank: `y` has 1 axis (N,) and is given 2 indices: write `y[i]`
    """)


def test_all_of_a_file():
    check("# weft: ignore-file\n@weft.kernel\ndef k(y: Tensor[f32, N], z):\n    y[1, 2] = scael\n")


@pytest.mark.parametrize(
    ("decorator", "header", "body"),
    [
        ("  # weft: ignore-block[unknown-name]", "", ""),
        ("", "  # weft: ignore-block[wrong-rank, unknown-name]", ""),
        ("", "", "    # weft: ignore-block[unknown-name]\n"),
    ],
)
def test_a_block(decorator: str, header: str, body: str):
    """A kernel by any of its first lines, or the rest of a block; the kernel below is not meant."""
    text = f"""{HEADER}
@weft.kernel{decorator}
def k(  # a signature over several lines
    y: Tensor[f32, N],
):{header}
    i = weft.index(y)
{body}    y[i] = scael

    if i > 2:
        y[i] = scael


@weft.kernel
def other(y: Tensor[f32, N]):
    y[weft.index(y)] = scael
"""
    if header:  # the line with the header's end is no first line of the kernel
        text = text.replace(header, "").replace("over several lines", "over several lines" + header)
    found = [(one.code, text[: one.span.start].count("\n")) for one in findings(text)]
    unused = [("unused-ignore", 7)] if header else []
    assert found == [*unused, ("unknown-name", text.count("\n") - 1)]


def test_a_branch_and_what_follows_it():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            if i > 2:  # weft: ignore-block
                y[i] = scael
            y[i] = scael
                 # ^^^^^ unknown-name: `scael` is not defined: define it before the kernel, or import it
    """)


def test_what_suppresses_nothing():
    check("""
        # weft: ignore-file[wrong-rank]
        #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unused-ignore: there is no `wrong-rank` to ignore in this file: remove this
        # weft: ignore
        #^^^^^^^^^^^^^ unused-ignore: there is nothing to ignore on this line: remove this
        X = 1  # weft: ignore[]
             # ^^^^^^^^^^^^^^^^ unused-ignore: there is nothing named to ignore on this line: remove this
        Y = 1  # weft: ignore[wrong-rank, layout]
             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unused-ignore: there is no `wrong-rank` or `layout` to ignore on this line: remove this

        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = scael  # weft: ignore[unknown-name, layout]
                                                     # ^^^^^^ unused-ignore: there is no `layout` to ignore on this line: remove it
            y[i] = scael  # weft: ignore[unknwon-name, unknown-name, zzz]
                                       # ^^^^^^^^^^^^ unused-ignore: Weft has no code `unknwon-name`: did you mean `unknown-name`?
                                                                   # ^^^ unused-ignore: Weft has no code `zzz`: `weft rule` lists the codes
    """)


def test_an_unused_one_can_be_kept():
    check("""
        X = 1  # weft: ignore[wrong-rank, unused-ignore]
        Y = 1  # weft: ignore[unused-ignore]
    """)


@pytest.mark.parametrize(
    "line",
    [
        "scael  # weft: ignored",
        "scael  # weft: ignore-line",
        "scael  # swift: ignore",
        'scael if "# weft: ignore" else 1.0',
        "scael if '\\'# weft: ignore' else 1.0",
    ],
)
def test_what_is_no_suppression(line: str):
    assert "unknown-name" in [finding.code for finding in findings(KERNEL.format(line=line))]
    assert "unused-ignore" not in [finding.code for finding in findings(KERNEL.format(line=line))]


def test_strings_over_several_lines_are_no_suppressions():
    check('''
        TEXT = """
        # weft: ignore \\""" ' \'\'\'
        # weft: ignore-file
        """
        OTHER = \'\'\'"""
        # weft: ignore\'\'\'
    ''')


def test_half_typed_text_keeps_its_suppressions():
    text = KERNEL.format(line="scael  # weft: ignore[unknown-name]")
    codes = [finding.code for finding in findings(text + '\nTEXT = """\n')]
    assert "unknown-name" not in codes
    codes = [finding.code for finding in findings('"""\n' + text)]
    assert "unknown-name" not in codes


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("1.0  # weft: ignore", "1.0"),
        ("1.0  # weft: ignore[layout] since", "1.0"),
        ("1.0  # weft: ignore # noqa", "1.0  # noqa"),
        ("1.0  # noqa # weft: ignore[layout]", "1.0  # noqa"),
        ("1.0\n    # weft: ignore\n", "1.0\n"),
        ("scael  # weft: ignore[layout, unknown-name]", "scael  # weft: ignore[unknown-name]"),
        ("scael  # weft: ignore[unknown-name, layout]", "scael  # weft: ignore[unknown-name]"),
        ("scael  # weft: ignore[unknown-name, layuot]", "scael  # weft: ignore[unknown-name, layout]"),
    ],
)
def test_fixes(line: str, after: str):
    assert fixed(line) == after


@pytest.mark.parametrize(
    "piece", ['"""', "'''\"\"\"", '\\"""', "# weft: ignore\n", "'\\", "#" * 10, "f'{\"'"]
)
def test_hostile_text_is_read_a_few_times_at_most(piece: str, monkeypatch: pytest.MonkeyPatch):
    """The patterns hold no repetition that gives characters back, so what they pass over is what they read."""
    text = "import weft # weft: ignore[wrong-rank]\n" + piece * 20_000
    read: list[int] = []
    for name in ("_TOKEN", "_TOKEN_OF_LINE", "_MARK"):
        pattern = Watched(getattr(weft.lint.suppress, name), read)
        monkeypatch.setattr(weft.lint.suppress, name, pattern)
    weft.lint.suppress.divided(text, ())
    assert 0 < sum(read) <= 4 * len(text)
