"""Notebooks: their code cells as one text. Source: Jupyter, "The Notebook file format"."""

import json
import re
from collections.abc import Sequence
from typing import cast

NOTEBOOK_SUFFIX = ".ipynb"

# A line of a cell that is for the notebook, not for Python: `%time`, `!ls`, `?name`.
_MAGIC = re.compile(r"^([ \t]*)[%!?]", re.MULTILINE)
_CELL_MAGIC = "%%"
# The cells of another language stay empty, so that the others keep their numbers.
_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture")


class NotebookError(Exception):
    """Why a text is no notebook."""


def code_cells(text: str) -> Sequence[tuple[int, str]]:
    """The code cells of a notebook, each with its number from 1 among all its cells. Raises NotebookError."""
    try:
        notebook: object = json.loads(text)
    except (ValueError, RecursionError):
        raise NotebookError("is no notebook (its text is not JSON): save it again, or leave it out") from None
    cells = _member(notebook, "cells")
    if not isinstance(cells, list):
        raise NotebookError(
            'is no notebook of format 4 (it has no list "cells"): save it with a newer Jupyter'
        )
    numbered = enumerate(cast("list[object]", cells), 1)
    return [
        (number, _python(_text(cell))) for number, cell in numbered if _member(cell, "cell_type") == "code"
    ]


def joined(cells: Sequence[tuple[int, str]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The cells as one text, and where in it each starts, with its number."""
    text, starts = "", list[tuple[int, int]]()
    for number, cell in cells:
        starts.append((len(text), number))
        text += cell if cell.endswith("\n") else cell + "\n"
    return text, tuple(starts)


def _member(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def _text(cell: object) -> str:
    source = _member(cell, "source")
    lines = cast("list[object]", source) if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _python(cell: str) -> str:
    """The cell with the lines that are not Python as comments of the same length."""
    if cell.lstrip().startswith(_CELL_MAGIC) and not cell.lstrip().startswith(_PYTHON_MAGICS):
        return re.sub(r"[^\n]", " ", cell)
    return _MAGIC.sub(r"\1#", cell)
