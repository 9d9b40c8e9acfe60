"""Write docs/rules: a page for each code, made of the rule's docstring. `python tools/rule_pages.py`; --check only compares."""

import sys
from pathlib import Path

from weft.cli.rule import documentation
from weft.lint.codes import CODES

PAGES = Path(__file__).parents[1] / "docs" / "rules"
_NOTE = "<!-- Made by tools/rule_pages.py from the rule's docstring. -->\n"


def pages() -> dict[str, str]:
    """The text of each page, by its file's name."""
    made = {f"{code}.md": _page(code) for code in CODES}
    listed = "".join(f"* [{code}]({code}.md): {meaning}\n" for code, meaning in CODES.items())
    made["README.md"] = (
        f"{_NOTE}\n# Rules\n\nWhat `weft check` finds. `weft rule CODE` shows a page.\n\n{listed}"
    )
    return made


def _page(code: str) -> str:
    # The examples are wrong on purpose, so they are neither run nor checked as other Python of the documentation is.
    return f"{_NOTE}\n# {code}\n\n{documentation(code)}\n".replace("```python\n", "```python wrong\n")


def main(arguments: list[str]) -> int:
    wanted = pages()
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    stale = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if "--check" in arguments:
        print(
            "\n".join(f"docs/rules/{name} is not current: run tools/rule_pages.py" for name in stale), end=""
        )
        return int(bool(stale))
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (PAGES / name).write_text(wanted[name], encoding="utf-8")
        else:
            (PAGES / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
