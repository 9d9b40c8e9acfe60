"""Where nothing is completed: comments, strings and numbers."""

import re

_QUIET = re.compile(
    r"""
      (?P<comment> \#[^\r\n]* )
    | \"\"\"(?:[^\\]|\\.)*?(?:(?P<closed_1>\"\"\")|\Z)
    | '''(?:[^\\]|\\.)*?(?:(?P<closed_2>''')|\Z)
    | "(?:[^"\\\r\n]|\\.)*(?P<closed_3>"?)
    | '(?:[^'\\\r\n]|\\.)*(?P<closed_4>'?)
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIX = re.compile(r"(?<!\w)[fFrR]{1,2}\Z")
# A colon that is not in brackets, as that of `x[1:2]`: what follows is no code.
_FORMAT = re.compile(r"\A[^\[(]*(?:[\[(][^\])]*[\])][^\[(]*)*:")
_NUMBER = re.compile(r"(?<![\w.])\d[\w.]*$")


def is_quiet(text: str, offset: int, first: int = 0) -> bool:
    """Whether the cursor is in a comment or a string, or at the end of a number. first: nothing above goes on here."""
    return _is_in_quiet(text, offset, first) or _NUMBER.search(text, max(0, offset - 40), offset) is not None


def _is_in_quiet(text: str, offset: int, first: int) -> bool:
    for match in _QUIET.finditer(text, max(first, _block_start(text, offset))):
        if match.start() >= offset:
            return False
        if offset < match.end() or (offset == match.end() and _goes_on(match)):
            return not _is_in_braces(match, offset)
    return False


def _is_in_braces(match: re.Match[str], offset: int) -> bool:
    """Whether the cursor is where an f-string holds an expression, not its format."""
    text = match.string
    prefix = _PREFIX.search(text, max(0, match.start() - 2), match.start())
    if match["comment"] or prefix is None or "f" not in prefix.group().lower():
        return False
    before = text[match.start() : offset].replace("{{", "")
    inside = before[before.rfind("{") + 1 :] if before.rfind("{") > before.rfind("}") else None
    return inside is not None and not _FORMAT.search(inside)


def _goes_on(match: re.Match[str]) -> bool:
    """A comment, or a string whose end is not typed yet: what is typed next belongs to it."""
    return not any(match[name] for name in ("closed_1", "closed_2", "closed_3", "closed_4"))


def _block_start(text: str, offset: int) -> int:
    """The start of the function, decorator or class at the margin above: strings do not reach beyond it."""
    return max(0, *(text.rfind(f"\n{word}", 0, offset) for word in ("def ", "class ", "@")))
