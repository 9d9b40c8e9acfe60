"""Suppress what is found, each finding on its own line: a start for a project that has many."""

import re
from collections.abc import Sequence

from weft.cli.places import Places
from weft.model.diagnostic import Diagnostic

_OWN = re.compile(r"(#[ \t]*weft:[ \t]*ignore\[)([^\]\r\n]*)(\])")
_UNFIT = ("syntax-error", "unused-ignore")


def with_ignores(text: str, found: Sequence[Diagnostic]) -> tuple[str, int]:
    """The text with a suppression for each finding, and how many. A line that cannot have one stays as it is."""
    places = Places(text)
    by_line: dict[int, list[str]] = {}
    for finding in found:
        # A finding over several lines may be suppressed at its end, where a string or a bracket is closed.
        line = places.at(finding.span.end).line
        if finding.code not in _UNFIT and not places.line(line).rstrip().endswith("\\"):
            by_line.setdefault(line, []).append(finding.code)
    for line in sorted(by_line, reverse=True):
        start = places.offset(line, 0)
        old = places.line(line)
        text = text[:start] + _suppressed(old, by_line[line]) + text[start + len(old) :]
    return text, sum(map(len, by_line.values()))


def _suppressed(line: str, codes: Sequence[str]) -> str:
    own = _OWN.search(line)
    known = [code.strip() for code in own[2].split(",")] if own else []
    every = ", ".join(dict.fromkeys(code for code in (*known, *codes) if code))
    if own:
        return line[: own.start()] + f"{own[1]}{every}{own[3]}" + line[own.end() :]
    return f"{line.rstrip()}  # weft: ignore[{every}]"
