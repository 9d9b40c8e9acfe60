"""Where the manual speaks of a name of the language: a page of docs/, and the heading in it as links have it."""

import re

from weft.model.facts import Symbol

_PAGE = "operations.md"
_KINDS = ("operation", "function", "method", "property")
# What a heading's words become in an address: of its signs only these stay. Source: GitHub's rule for headings.
_DROPPED = re.compile(r"[^\w-]")


def manual_place(symbol: Symbol | None) -> str:
    """`operations.md#weftbarrier`; nothing for a name that has no entry."""
    heading = _heading(symbol) if symbol and symbol.kind in _KINDS else ""
    return f"{_PAGE}#{_DROPPED.sub('', heading.lower())}" if heading else ""


def _heading(symbol: Symbol) -> str:
    match symbol.qualified_name.split("."):
        case ["weft", "ops" | "layout", _, owner, name] if owner[:1].isupper() and not name.startswith("_"):
            return f"{owner}.{name}"
        case ["weft", "ops", _, name] if not name.startswith("_"):
            return f"weft.{name}"
        case ["weft", "layout", _, name] if not name.startswith("_"):
            return f"weft.layout.{name}"
        case _:
            return ""
