"""What a terminal makes of text: colour, columns, and characters that would steer it."""

import os
import unicodedata
from typing import TextIO

from weft.records import record


@record
class Style:
    """Whether the reader is a terminal that wants colour."""

    is_coloured: bool

    def paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.is_coloured and text else text


def style_for(stream: TextIO) -> Style:
    """Colour on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal says otherwise; anywhere with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return Style(False)
    is_forced = os.environ.get("FORCE_COLOR", "0") not in ("", "0")
    return Style(is_forced or (stream.isatty() and os.environ.get("TERM") != "dumb"))


def printable(text: str) -> str:
    """`text` with control characters as their pictures, so that no source can steer the terminal."""
    return "".join(_picture(char) for char in text)


def _picture(char: str) -> str:
    if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return char
    return chr(0x2400 + ord(char)) if ord(char) < 0x20 else "\N{REPLACEMENT CHARACTER}"


def width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
