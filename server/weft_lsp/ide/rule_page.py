"""Where a code is explained: a file of the installed package that begins with what `weft rule` shows."""

import os
from functools import cache

from weft.lint import codes


@cache
def page_of(code: str) -> str | None:
    """The path of the rule, whose docstring it is, or of a page of Markdown; None for a word that is no code."""
    if code not in codes.CODES:
        return None
    folder = os.path.dirname(os.path.abspath(codes.__file__))
    places = (f"rules/{code.replace('-', '_')}.py", f"pages/{code}.md", "suppress.py")
    return next(path for place in places if os.path.isfile(path := os.path.join(folder, *place.split("/"))))
