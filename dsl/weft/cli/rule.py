"""`weft rule`: what a code is about, and what to write instead."""

import inspect
from importlib.resources import files
from types import ModuleType

from weft.cli.sources import complain_of
from weft.lint import suppress
from weft.lint.codes import CODES
from weft.lint.rules import RULES, unused_kernel
from weft.model.nearest import nearest


def run(code: str | None) -> int:
    """Print what `code` is about, or without one all codes. 2: there is no such code."""
    if code is None:
        width = max(map(len, CODES))
        for name, meaning in CODES.items():
            print(f"{name:{width}}  {meaning}")
        return 0
    if code not in CODES:
        near = nearest(code, CODES)
        advice = f"did you mean `{near}`?" if near else "`weft rule` lists the codes"
        complain_of(f"there is no code `{code}`: {advice}")
        return 2
    print(f"{code}\n\n{documentation(code)}")
    return 0


def documentation(code: str) -> str:
    """What a code finds, why it matters, an example and what to write instead: the docstring of the rule, or the page of what the
    front end and the launch find."""
    return marked(code).replace("```python right\n", "```python\n")


def marked(code: str) -> str:
    """The text as it is written, where a mark tells what is right from what is wrong."""
    of_rule = next((doc for name, doc in _documented() if name == code), None)
    return of_rule or (files("weft.lint") / "pages" / f"{code}.md").read_text(encoding="utf-8").strip()


def _documented() -> list[tuple[str, str]]:
    modules = [inspect.getmodule(rule) for rule in RULES]
    return [_entry(module) for module in (*modules, suppress, unused_kernel) if module is not None]


def _entry(module: ModuleType) -> tuple[str, str]:
    return str(vars(module).get("CODE", "")), inspect.cleandoc(module.__doc__ or "")
