"""Write docs/operations.md: the operations and the layout algebra, made of their docstrings.

`python tools/operations_page.py`; --check only compares.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from weft import layout
from weft.model.evaluate import evaluate
from weft.model.facts import Symbol
from weft.model.library import Library
from weft.model.signature_text import signature_label
from weft.ops.dialect import DIALECT, GROUPS

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
_RULES = Path(__file__).parents[1] / "docs" / "rules"
_NOTE = "<!-- Made by tools/operations_page.py from the docstrings. -->\n"
_CODE = re.compile(r"\[([a-z]+(?:-[a-z]+)+)\](?!\()")
_WIDTH = 110


def page() -> str:
    library = Library(DIALECT, evaluate)
    parts = [_NOTE, "# Operations", _INTRODUCTION, *_contents()]
    for group, rules in GROUPS.items():
        module = import_module(f"weft.ops.{group}")
        parts += [f"## {group}", inspect.cleandoc(module.__doc__ or "")]
        for name in rules:
            symbol = library.symbol(f"weft.ops.{group}.{name}")
            assert symbol is not None, f"weft.ops.{group}.{name} is declared"
            parts.append(_entry(_owner(name), symbol))
    parts += ["## layout algebra", _ALGEBRA]
    for name, qualified in _algebra():
        symbol = library.symbol(qualified)
        assert symbol is not None, f"{qualified} is declared"
        parts.append(_entry("weft.layout." if "." not in name else f"{name.partition('.')[0]}.", symbol))
    return "\n\n".join(part for part in parts if part) + "\n"


_INTRODUCTION = (
    "What a kernel may call, by group; [language.md](language.md) says how they belong together. A name in brackets is the "
    "code of the finding that says what is wrong: `weft rule CODE` explains it. `*` in a signature is Python's."
)
_ALGEBRA = (
    "Functions of `weft.layout`, and the members of layouts. They are evaluated when a kernel is compiled, and by "
    '`weft layout "EXPR"`. A law holds for every argument that the function takes.'
)


def _contents() -> Iterator[str]:
    yield "\n".join(f"* [{group}](#{group.replace(' ', '-')})" for group in (*GROUPS, "layout algebra"))


def _owner(name: str) -> str:
    return "weft." if "." not in name else f"{name.partition('.')[0]}."


def _algebra() -> Iterator[tuple[str, str]]:
    for name in layout.__all__:
        value = getattr(layout, name)
        if inspect.isfunction(value):
            yield name, f"{value.__module__}.{value.__name__}"
    for kind in (layout.Layout, layout.Swizzle, layout.ComposedLayout):
        for name, value in vars(kind).items():
            if not name.startswith("_") and (
                inspect.isfunction(value) or isinstance(value, property | classmethod)
            ):
                yield f"{kind.__name__}.{name}", f"{kind.__module__}.{kind.__name__}.{name}"


def _entry(owner: str, symbol: Symbol) -> str:
    label = symbol.name
    if symbol.signature is not None and symbol.kind != "property":
        label = signature_label(symbol.signature, _WIDTH)
    return f"### {owner}{symbol.name}\n\n`{owner}{label}`\n\n{_linked(inspect.cleandoc(symbol.doc or ''))}"


def _linked(text: str) -> str:
    """The codes of findings as links to their pages."""

    def link(match: re.Match[str]) -> str:
        has_page = (_RULES / f"{match[1]}.md").exists()
        return f"[{match[1]}](rules/{match[1]}.md)" if has_page else match[0]

    return _CODE.sub(link, text)


def main(arguments: list[str]) -> int:
    made = page()
    if "--check" in arguments:
        is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == made
        if not is_current:
            print("docs/operations.md is not current: run tools/operations_page.py")
        return int(not is_current)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
