"""Write docs/rules: a page for each code, as `weft rule CODE` shows it. `python tools/rule_pages.py`; --check only compares."""

import inspect
import sys
from pathlib import Path

from weft.cli.rule import documentation
from weft.lint import suppress
from weft.lint.codes import CODES
from weft.lint.rules import RULES, unused_kernel

PAGES = Path(__file__).parents[1] / "docs" / "rules"
_NOTE = "<!-- Made by tools/rule_pages.py of what `weft rule` shows. -->\n"
_INTRODUCTION = (
    "What is found, by the linter, in the editor and at a launch, under one code. `weft rule` lists the codes, `weft rule CODE` shows "
    "a page."
)


def pages() -> dict[str, str]:
    """The text of each page, by its file's name."""
    made = {f"{code}.md": _page(code) for code in CODES}
    rules = {str(vars(module)["CODE"]) for rule in RULES if (module := inspect.getmodule(rule)) is not None}
    rules |= {suppress.CODE, unused_kernel.CODE}
    listed = [
        f"## {title}\n\n"
        + "".join(f"* [{code}]({code}.md): {CODES[code]}\n" for code in CODES if (code in rules) == is_rule)
        for title, is_rule in (
            ("Of kernels that the language accepts", True),
            ("Of the language and of launches", False),
        )
    ]
    made["README.md"] = f"{_NOTE}\n# Rules\n\n{_INTRODUCTION}\n\n" + "\n".join(listed)
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
