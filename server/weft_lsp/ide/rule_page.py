"""Where a code is explained: in the docstring of its rule, or on a page of its own."""

import os
from functools import cache

from weft.lint import codes
from weft.model.files import read_file
from weft.records import record


@record
class RulePage:
    """A file of the installed package, and a line in it, from 0."""

    path: str
    line: int = 0


@cache
def page_of(code: str) -> RulePage | None:
    """None for a word that is no code."""
    if code not in codes.CODES:
        return None
    table = os.path.abspath(codes.__file__)
    for name in (f"rules/{code.replace('-', '_')}.py", f"pages/{code}.md"):
        path = os.path.join(os.path.dirname(table), *name.split("/"))
        if os.path.isfile(path):
            return RulePage(path)
    text = read_file(table) or ""
    return RulePage(table, text[: max(0, text.find(f'"{code}"'))].count("\n"))
