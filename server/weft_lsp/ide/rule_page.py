"""Where a code is explained: a file of the installed package that begins with what `weft rule` shows."""

import os
from functools import cache

from weft.lint import suppress
from weft.lint.codes import CODES


@cache
def page_of(code: str) -> str | None:
    """The path of the rule, whose docstring it is, or of a page of Markdown; None for a word that is no code."""
    if code not in CODES:
        return None
    of_suppression = os.path.abspath(suppress.__file__)
    if code == suppress.CODE:
        return of_suppression
    folder = os.path.dirname(of_suppression)
    rule = os.path.join(folder, "rules", f"{code.replace('-', '_')}.py")
    return rule if os.path.isfile(rule) else os.path.join(folder, "pages", f"{code}.md")
