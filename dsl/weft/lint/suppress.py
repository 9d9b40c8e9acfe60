"""A `weft: ignore` that suppresses nothing.

It hides the next mistake on its line, and a reader wonders what it is for. Found too: a code that Weft does not have.

```python
y[i] = x[i]  # weft: ignore[wrong-rank]
```

Instead, drop the comment.

`# weft: ignore[code, code]` is for the findings on its line (for a finding over several lines: on its first or its last),
`# weft: ignore` for all of that line, `# weft: ignore-file[code]` for the whole file. `# weft: ignore-block[code]` is for the function,
branch or loop whose first line it stands on, a decorator's line included; on a line of its own, for the rest of its block. Text may
follow, to say why.
`ignore[unused-ignore]` keeps a suppression that is not always needed, and is never unused itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from weft.lint.codes import CODES
from weft.model.diagnostic import Diagnostic, Edit, Fix, Span
from weft.model.nearest import nearest
from weft.records import record

CODE = "unused-ignore"

_COMMENT = r"(?P<comment> \#[^\r\n]* )"
_LINE_STRING = r""" "(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'? """
_TOKEN = re.compile(
    rf'''
      """[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+""" | \'\'\'[^'\\]*+(?:(?:\\.|'(?!\'\'))[^'\\]*+)*+\'\'\'
    | (?P<unterminated> """ | \'\'\' ) | {_LINE_STRING} | {_COMMENT}
    ''',
    re.VERBOSE | re.DOTALL,
)
# A text with a string that is never closed is read line by line, so that half-typed text keeps its suppressions.
_TOKEN_OF_LINE = re.compile(rf"{_LINE_STRING} | {_COMMENT}", re.VERBOSE | re.DOTALL)
_MARK = re.compile(
    r"\#[ \t]*weft:[ \t]*ignore(?P<what>-file|-block)?(?![\w-])(?:\[(?P<codes>[^\]\r\n]*)\])?(?P<reason>[^#\r\n]*)"
)
_CODE = re.compile(r"[^\s,]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SPACE = " \t"
_COMMA = re.compile(r"[ \t]*,[ \t]*")


_WHERE = {"": "on this line", "-block": "in this block", "-file": "in this file"}

# What a suppression is for: a line, or None for the whole file; a code, or None for all of them.
Key = tuple[int | None, str | None]


@record
class Suppression:
    """A comment that suppresses. codes: with their places; None suppresses all. lines: (None,) is the whole file."""

    span: Span
    codes: tuple[tuple[str, Span], ...] | None
    lines: Sequence[int | None]
    where: str

    def keys(self, lines: Sequence[int]) -> Iterator[Key]:
        """lines: those that are asked about, in order."""
        names = [None] if self.codes is None else [name for name, _ in self.codes]
        here: Sequence[int | None] = self.lines
        if isinstance(here, range):
            here = lines[bisect_left(lines, here.start) : bisect_left(lines, here.stop)]
        return ((line, name) for line in here for name in names)

    def is_used(self, code: str | None, used: set[Key]) -> bool:
        return any((line, code) in used for line in self.lines)


def divided(text: str, found: Sequence[Diagnostic]) -> tuple[Sequence[Diagnostic], Sequence[Diagnostic]]:
    """What is left of `found`, with what is wrong with the text's suppressions; and what they suppress."""
    if _MARK.search(text) is None:
        return found, ()
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    suppressions = tuple(_suppressions(text, starts))
    asked = [_keys(finding, starts) for finding in found]
    known = _known(suppressions, {line for keys in asked for line, _ in keys if line is not None})
    taken = [known & keys for keys in asked]
    used = set[Key]().union(*taken)
    left = [finding for finding, keys in zip(found, taken, strict=True) if not keys]
    hidden = [finding for finding, keys in zip(found, taken, strict=True) if keys]
    unused = [finding for one in suppressions for finding in _unused(text, one, used)]
    known = _known(
        suppressions, {line for one in unused for line, _ in _keys(one, starts) if line is not None}
    )
    return left + [finding for finding in unused if not known & _keys(finding, starts)], hidden


def _known(suppressions: Iterable[Suppression], lines: Collection[int]) -> set[Key]:
    """What is suppressed on lines that have findings: a block may have many without."""
    ordered = sorted(lines)
    return {key for one in suppressions for key in one.keys(ordered)}


def _keys(finding: Diagnostic, starts: Sequence[int]) -> set[Key]:
    """What would suppress the finding. One of a suppression is suppressed by its code alone."""
    lines = {None, *(bisect_right(starts, at) - 1 for at in (finding.span.start, finding.span.end))}
    codes = (CODE,) if finding.code == CODE else (finding.code, None)
    return {(line, code) for line in lines for code in codes}


def _suppressions(text: str, starts: Sequence[int]) -> Iterator[Suppression]:
    blocks: _Blocks | None = None
    for comment in _comments(text):
        for match in _MARK.finditer(text, comment.start, comment.end):
            codes = None
            if match["codes"] is not None:
                codes = tuple(
                    (word.group(), Span(*word.span())) for word in _CODE.finditer(text, *match.span("codes"))
                )
            what, line = match["what"] or "", bisect_right(starts, match.start()) - 1
            lines: Sequence[int | None] = (line,) if what == "" else (None,)
            if what == "-block":
                blocks = blocks or _Blocks(text, starts)
                lines = blocks.of(line)
            yield Suppression(Span(*match.span()), codes, lines, _WHERE[what])


class _Blocks:
    """The lines of a text, as their indentation tells. Each line is looked at once."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        ends = [*starts[1:], len(text)]
        self.lines = [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        indents = [
            len(text[start:end]) - len(text[start:end].lstrip(_SPACE))
            for start, end in zip(starts, ends, strict=True)
        ]
        # For each line the first one below it that is indented less; and the same, or no more.
        self.less, self.no_more = [len(ends)] * len(ends), [len(ends)] * len(ends)
        open_less: list[int] = []
        open_no_more: list[int] = []
        for number, (line, indent) in enumerate(zip(self.lines, indents, strict=True)):
            is_code = line and line[0] not in "#)]}"
            while is_code and open_less and indents[open_less[-1]] > indent:
                self.less[open_less.pop()] = number
            while is_code and open_no_more and indents[open_no_more[-1]] >= indent:
                self.no_more[open_no_more.pop()] = number
            if line:
                open_less.append(number)
                open_no_more.append(number)

    def of(self, line: int) -> range:
        """The lines of the statement that begins on a line; for a comment on a line of its own, what is left of its block."""
        if self.lines[line].startswith("#"):
            return range(line, self.less[line])
        end = line
        while self.lines[end].startswith("@") and self.no_more[end] < len(self.lines):
            end = self.no_more[end]
        return range(line, self.no_more[end])


def _comments(text: str) -> Iterator[Span]:
    pattern, at = _TOKEN, 0
    while match := pattern.search(text, at):
        at = match.end()
        if match["comment"] is not None:
            yield Span(*match.span())
        elif pattern is _TOKEN and match["unterminated"] is not None:
            pattern = _TOKEN_OF_LINE


def _unused(text: str, one: Suppression, used: set[Key]) -> Iterator[Diagnostic]:
    if one.codes is None:
        if not one.is_used(None, used):
            yield _finding(
                f"there is nothing to ignore {one.where}: remove this", one.span, _dropped(text, one)
            )
        return
    idle = [(name, span) for name, span in one.codes if name != CODE and not one.is_used(name, used)]
    if len(idle) == len(one.codes) and all(name in CODES for name, _ in idle):
        words = "no " + " or ".join(f"`{name}`" for name, _ in idle) if idle else "nothing named"
        yield _finding(f"there is {words} to ignore {one.where}: remove this", one.span, _dropped(text, one))
        return
    for name, span in idle:
        if name in CODES:
            message = f"there is no `{name}` to ignore {one.where}: remove it"
            yield _finding(message, span, Fix(f"Remove `{name}`", (Edit(_with_comma(text, span), ""),)))
        else:
            yield _unknown(name, span)


def _unknown(name: str, span: Span) -> Diagnostic:
    near = nearest(name, CODES)
    if near is None:
        return _finding(f"Weft has no code `{name}`: `weft rule` lists the codes", span)
    fix = Fix(f"Change to `{near}`", (Edit(span, near),))
    return _finding(f"Weft has no code `{name}`: did you mean `{near}`?", span, fix)


def _finding(message: str, span: Span, *fixes: Fix) -> Diagnostic:
    return Diagnostic(CODE, message, span, "warning", fixes)


def _dropped(text: str, one: Suppression) -> Fix:
    """Without the comment and the space before it; what another comment says after it stays, and so does its `#`."""
    start, end = one.span.start, one.span.end
    if text[end : end + 1] != "#":
        while start > 0 and text[start - 1] in _SPACE:
            start -= 1
        if start == 0 or text[start - 1] in "\r\n":  # the comment was the line
            line_end = _LINE_END.match(text, end)
            end = line_end.end() if line_end else end
    return Fix("Remove the suppression", (Edit(Span(start, end), ""),))


def _with_comma(text: str, span: Span) -> Span:
    """A code with the comma and the space after it, or, if it is the last, before it."""
    start, end = span.start, span.end
    if after := _COMMA.match(text, end):
        return Span(start, after.end())
    while text[start - 1] in ", \t":
        start -= 1
    return Span(start, end)
