"""The file of a notebook: its code cells. Source: Jupyter, "The Notebook file format"."""

import json
from collections.abc import Sequence
from typing import cast

NOTEBOOK_SUFFIX = ".ipynb"


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
    return [(number, _text(cell)) for number, cell in numbered if _member(cell, "cell_type") == "code"]


def _member(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def _text(cell: object) -> str:
    source = _member(cell, "source")
    lines = cast("list[object]", source) if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))
