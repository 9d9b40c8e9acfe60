"""A text as lines and top-level blocks.

A file is a sequence of top-level blocks (a function with its decorators, a class, a statement), each parsed and
analysed by itself, so a syntax error breaks one block and a keystroke re-analyses one block.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from weft.model.diagnostic import Span
from weft.records import field, record, replace

_LINE_END = re.compile(r"\r\n|\r|\n")

# Of an edit of one part of a text, the others are known.
_MOST_PARTS = 512

# What decides where a block ends: strings and comments (skipped), brackets, continued lines, and the starts of lines.
_TOKEN = re.compile(
    r'''
      (?P<string> """[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""
                | \'\'\'[^'\\]*(?:(?:\\.|'(?!\'\'))[^'\\]*)*\'\'\' )
    | (?P<unterminated> """ | \'\'\' )
    | "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'?
    | \#[^\r\n]*
    | \\(?:\r\n|\r|\n)
    | [\[({] [^\[\](){}"'\#\\\r\n]* [\])}]  # a call of names, say: nothing stays open
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


@record
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


@record
class Blocks:
    """The top-level blocks of a text; together they are the whole text.

    has_open_string: a triple quote is never closed, so strings that swallow the start of a function were cut there.
    """

    text: str = field(repr=False)
    spans: tuple[Span, ...]
    has_open_string: bool = False
    # How many blocks at the start and at the end are those of the text before an edit.
    same_at_start: int = field(default=0, compare=False)
    same_at_end: int = field(default=0, compare=False)


def split(text: str) -> Blocks:
    """The top-level blocks of a text.

    An unclosed bracket ends where a line starts that can only start a block. An unclosed triple quote would swallow the
    rest of the file; then every string that swallows the start of a function is cut there.
    """
    try:
        return _blocks(text, [0, *_starts(text, 0, cut_strings=False)])
    except _Unterminated:
        return _blocks(text, [0, *_starts(text, 0, cut_strings=True)], has_open_string=True)


def split_parts(text: str, starts: Sequence[int]) -> Blocks:
    """`split` of each part of a text by itself: nothing that is open in one goes on in the next."""
    spans: list[Span] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        spans += [span.shifted(start) for span in _split_part(text[start:end]).spans]
    # What comes next is split from its parts again, not from these blocks.
    return Blocks(text, tuple(spans), has_open_string=True)


@lru_cache(_MOST_PARTS)
def _split_part(text: str) -> Blocks:
    return split(text)


def split_again(text: str, before: Blocks) -> Blocks:
    """`split(text)`, knowing the blocks before an edit: only what lies around the edit is looked at."""
    if before.has_open_string:
        return split(text)
    same_start = common_start(text, before.text)
    if same_start == len(text) == len(before.text):
        return replace(before, same_at_start=len(before.spans), same_at_end=0)
    most = min(len(text), len(before.text)) - same_start
    same_end = min(_same_end(text, before.text), most)
    shift = len(text) - len(before.text)
    kept = bisect_right(before.spans, same_start - _LOOKAHEAD, key=_start_of)
    # The last block that begins well above the edit may go on further now.
    head = before.spans[: max(0, kept - 1)]
    starts = [before.spans[len(head)].start] if kept else [0]
    unchanged = len(before.text) - same_end + _LOOKAHEAD
    first_after = bisect_left(before.spans, unchanged, key=_start_of)
    try:
        for start in _starts(text, starts[-1], cut_strings=False):
            same = bisect_left(before.spans, start - shift, first_after, key=_start_of)
            if same < len(before.spans) and before.spans[same].start + shift == start:
                tail = tuple(span.shifted(shift) for span in before.spans[same:])
                return Blocks(text, (*head, *_spans(starts, start), *tail), False, len(head), len(tail))
            starts.append(start)
    except _Unterminated:
        return split(text)
    return Blocks(text, (*head, *_spans(starts, len(text))), False, len(head))


def _blocks(text: str, starts: list[int], *, has_open_string: bool = False) -> Blocks:
    return Blocks(text, tuple(_spans(starts, len(text))), has_open_string)


def _spans(starts: list[int], end: int) -> Iterator[Span]:
    return (Span(start, after) for start, after in zip(starts, [*starts[1:], end], strict=True))


def _start_of(span: Span) -> int:
    return span.start


# What decides whether a line starts a block lies within so many characters of it.
_LOOKAHEAD = 16


class _Unterminated(Exception):
    """A triple quote is never closed."""


def common_start(a: str, b: str) -> int:
    """How many characters two texts have in common at their start."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_end(a: str, b: str) -> int:
    """How many characters two texts have in common at their end."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _starts(text: str, first: int, *, cut_strings: bool) -> Iterator[int]:
    """Where blocks start after the one that starts at `first`. Raises _Unterminated unless strings may be cut."""
    block_start, depth, position = first, 0, first
    while (match := _TOKEN.search(text, position)) is not None:
        position = match.end()
        kind = match.lastgroup
        if kind == "line":
            is_start = (
                _starts_block(text, position, block_start)
                if depth == 0
                else _STRONG_START.match(text, position)
            )
            if is_start:
                yield position
                block_start, depth = position, 0
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "unterminated" and not cut_strings:
            raise _Unterminated
        elif cut_strings and kind in ("unterminated", "string"):
            end = len(text) if kind == "unterminated" else position
            cut = _STRONG_LINE.search(text, match.start(), end)
            position, depth = (cut.start(), 0) if cut else (end, depth)


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
