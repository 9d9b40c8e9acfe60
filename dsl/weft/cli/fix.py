"""Mend a text with the fixes of its findings."""

import ast
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise

from weft.model.diagnostic import Diagnostic, Edit
from weft.records import record

# A mended text may have other findings; mending ends when nothing is left to do, or here.
_MOST_ROUNDS = 10


@record
class Mended:
    """A text after its fixes, and how many there were."""

    text: str
    count: int


def mended(text: str, find: Callable[[str], Sequence[Diagnostic]], *, unsafe: bool) -> Mended:
    """Apply the first fix of each finding until none is left. A text that parses still parses.

    find: the findings of a text that may be mended. unsafe: also fixes that may change what the code does.
    """
    count = 0
    for _ in range(_MOST_ROUNDS):
        after, applied = _round(text, find(text), unsafe=unsafe)
        if not applied:
            break
        text, count = after, count + applied
    return Mended(text, count)


def _round(text: str, found: Sequence[Diagnostic], *, unsafe: bool) -> tuple[str, int]:
    fixes = [fix for finding in found for fix in finding.fixes[:1] if fix.is_safe or unsafe]
    parsed = _parses(text)
    chosen: list[Edit] = []
    applied = 0
    for fix in fixes:
        together = [*chosen, *(edit for edit in fix.edits if edit not in chosen)]
        if _overlap(together) or (parsed and not _parses(_edited(text, together))):
            continue
        chosen, applied = together, applied + 1
    return _edited(text, chosen), applied


def _overlap(edits: Sequence[Edit]) -> bool:
    ordered = sorted(edits, key=lambda edit: edit.span)
    return any(a.span.end > b.span.start for a, b in pairwise(ordered))


def _edited(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
