"""LLVM IR with debug locations, as text to read: the functions, each line with its source line."""

import re
from collections.abc import Iterator, Mapping

_LOCATION = re.compile(r"^!(\d+) = (?:distinct )?!DILocation\((.*)\)")
_LINE = re.compile(r"\bline: (\d+)")
_INLINED_AT = re.compile(r"\binlinedAt: !(\d+)")
_PLACE = re.compile(r"!dbg !(\d+)")
_ATTACHED = re.compile(r",? ![\w.]+ !\d+")
_GROUP = re.compile(r" #\d+\b")
# What says nothing about the kernel: the module's head, metadata, attributes, declarations.
_NOISE = re.compile(r"!|attributes #|declare |source_filename|target |; ModuleID|\s*;")
_DEBUG = re.compile(r'\s*#dbg_|.*\bcall void @"?llvm\.(?:dbg|lifetime)\.')


def placed_lines(text: str) -> Iterator[tuple[str, int | None]]:
    """The lines of a module, without its metadata, each with its source line."""
    lines = text.splitlines()
    locations = _locations(lines)
    was_blank = True
    for line in lines:
        if _NOISE.match(line) or _DEBUG.match(line):
            continue
        is_blank = not line.strip()
        if not (is_blank and was_blank):
            place = _PLACE.search(line)
            shown = _GROUP.sub("", _ATTACHED.sub("", line)).rstrip()
            yield shown, locations.get(place.group(1)) if place and not line.startswith("define") else None
        was_blank = is_blank


def _locations(lines: list[str]) -> Mapping[str, int | None]:
    """The source line of each location; of what was inlined, the line of the outermost call."""
    found = {match[1]: match[2] for line in lines if (match := _LOCATION.match(line))}
    return {name: _outermost(name, found) for name in found}


def _outermost(name: str, found: Mapping[str, str]) -> int | None:
    known: int | None = None
    seen: set[str] = set()
    while name in found and name not in seen:
        seen.add(name)
        line = _LINE.search(found[name])
        # Line 0 is the compiler's own.
        known = (int(line[1]) if line else 0) or known
        outer = _INLINED_AT.search(found[name])
        name = outer[1] if outer else ""
    return known
