"""Write docs/rules: a page for each rule, made of the rule's docstring. `python tools/rule_pages.py`; --check only compares."""

import sys
from pathlib import Path

from weft.cli.rule import documentation
from weft.lint.codes import CODES

PAGES = Path(__file__).parents[1] / "docs" / "rules"
_NOTE = "<!-- Made by tools/rule_pages.py from the rule's docstring. -->\n"
_INTRODUCTION = (
    "What the linter finds in kernels that the language accepts. `weft rule` lists all codes, also those of what the language "
    "refuses; `weft rule CODE` shows a page."
)


def pages() -> dict[str, str]:
    """The text of each page, by its file's name."""
    rules = [code for code in CODES if documentation(code) != CODES[code]]
    made = {f"{code}.md": _page(code) for code in rules}
    listed = "".join(f"* [{code}]({code}.md): {CODES[code]}\n" for code in rules)
    made["README.md"] = f"{_NOTE}\n# Rules\n\n{_INTRODUCTION}\n\n{listed}"
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
