"""A text as lines and top-level blocks.

A file is a sequence of top-level blocks (a function with its decorators, a class, a statement), each parsed and
analysed by itself, so a syntax error breaks one block and a keystroke re-analyses one block.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from weft.model.diagnostic import Span

_LINE_END = re.compile(r"\r\n|\r|\n")

# What decides where a block ends: strings and comments (skipped), brackets, continued lines, and the starts of lines.
_TOKEN = re.compile(
    r'''
      (?P<string> """[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""
                | \'\'\'[^'\\]*(?:(?:\\.|'(?!\'\'))[^'\\]*)*\'\'\' )
    | (?P<unterminated> """ | \'\'\' )
    | "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'?
    | \#[^\r\n]*
    | \\(?:\r\n|\r|\n)
    | (?P<open> [\[({] ) | (?P<close> [\])}] )
    | (?P<line> (?:\r\n|\r|\n)(?=[^\s\#]) )
    ''',
    re.VERBOSE | re.DOTALL,
)
# A line that starts a block even inside an unclosed bracket or string.
_STRONG_START = re.compile(r"(?:def|class|import|from|async[ \t]+def)\b|@[A-Za-z_]")
_STRONG_LINE = re.compile(
    r"(?:\r\n|\r|\n)(?=(?:def|class|async[ \t]+def)[ \t]+\w|@[A-Za-z_][\w.]*[ \t]*(?:\(|[\r\n]))"
)
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[\])}]")
_DECORATOR = re.compile(r"@")


@dataclass(frozen=True)
class Lines:
    """Where the lines of a text start, as Python counts lines."""

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False, compare=False)

    @staticmethod
    def of(text: str) -> "Lines":
        return Lines(text, (0, *(match.end() for match in _LINE_END.finditer(text))))

    def line_of(self, offset: int) -> int:
        """The line, from 0, that an offset is in."""
        return bisect_right(self.starts, offset) - 1

    def column_of(self, offset: int) -> int:
        return offset - self.starts[self.line_of(offset)]

    def content(self, line: int) -> Span:
        """The span of a line without its line end."""
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)


def split(text: str) -> list[Span]:
    """The spans of the top-level blocks; together they are the whole text.

    An unclosed bracket ends where a line starts that can only start a block. An unclosed triple quote would swallow the
    rest of the file; then every string that swallows the start of a function is cut there.
    """
    starts, is_unterminated = _starts(text, cut_strings=False)
    if is_unterminated:
        starts, _ = _starts(text, cut_strings=True)
    return [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _starts(text: str, *, cut_strings: bool) -> tuple[list[int], bool]:
    starts, depth, position, unterminated = [0], 0, 0, False
    while (match := _TOKEN.search(text, position)) is not None:
        position = match.end()
        kind = match.lastgroup
        if kind == "line":
            if depth == 0 and _starts_block(text, position, starts[-1]):
                starts.append(position)
            elif depth and _STRONG_START.match(text, position):
                starts.append(position)
                depth = 0
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "unterminated" or (kind == "string" and cut_strings):
            unterminated = unterminated or kind == "unterminated"
            end = len(text) if kind == "unterminated" else match.end()
            cut = _STRONG_LINE.search(text, match.start(), end)
            if kind == "unterminated" and not cut_strings:
                return starts, True
            position = cut.start() if cut else end
            depth = 0 if cut else depth
    return starts, unterminated


def _starts_block(text: str, position: int, block_start: int) -> bool:
    if _CONTINUES.match(text, position):
        return False
    # A decorator and what it decorates are one block.
    return not (_DECORATOR.match(text, block_start) and _only_decorators(text, block_start, position))


def _only_decorators(text: str, start: int, end: int) -> bool:
    lines = text[start:end].splitlines()
    return not any(re.match(r"(?:async[ \t]+)?(?:def|class)\b", line) for line in lines)


def identifiers(text: str) -> Iterator[str]:
    return (match.group() for match in re.finditer(r"[^\W\d]\w*", text))
