"""The code cells of a notebook as one text of Python. Places in it are places in the cells: no character moves.

Source of the magics: IPython, "Syntax for magics and shell commands" (`IPython.core.inputtransformer2`).
"""

import re
from collections.abc import Iterable, Iterator

# Cell magics whose cell is Python all the same, and of the notebook's own module.
_PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "debug"))
_CELL_MAGIC = re.compile(r"[ \t\r\n]*%%(\w*)[^\r\n]*")
_SEEN = re.compile(r"[^\r\n]")

# What decides whether a line is for the notebook: it is none inside of a string, of brackets or of a continued line.
_PART = re.compile(
    r'''
      ^[ \t]*(?P<magic> [%!?] (?: \\(?:\r\n|\r|\n) | [^\r\n] )* )
    | =[ \t]*(?P<value> [%!] (?: \\(?:\r\n|\r|\n) | [^\r\n] )* )
    | (?P<help> \?{1,2} )(?= [ \t]*$ )
    | """(?:[^\\]|\\.)*?(?:"""|\Z) | \'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)
    | "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'?
    | \#[^\r\n]*
    | \\(?:\r\n|\r|\n)[ \t]*[%!?]?
    | (?P<open> [\[({] ) | (?P<close> [\])}] )
    ''',
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def joined(cells: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """The cells as one text, and where in it each starts. Between two of them there is a line end more."""
    text, starts = list[str](), list[int]()
    end = 0
    for cell in cells:
        starts.append(end)
        text += (python(cell), "\n")
        end += len(cell) + 1
    return "".join(text), tuple(starts)


def python(cell: str) -> str:
    """The cell with an expression of the same length for what only the notebook reads; a cell of another language is empty."""
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return "".join(_masked(cell, 0))
    end = magic.end() if magic[1] in _PYTHON_CELLS else len(cell)
    return _SEEN.sub(" ", cell[:end]) + "".join(_masked(cell, end))


def code_start(cell: str) -> int:
    """Where the Python of a cell starts: below the line that says what the cell is."""
    magic = _CELL_MAGIC.match(cell)
    return min(magic.end() + 1, len(cell)) if magic else 0


def _masked(cell: str, position: int) -> Iterator[str]:
    depth = 0
    copied = position
    while match := _PART.search(cell, position):
        position = match.end()
        kind = match.lastgroup
        if kind in ("magic", "value", "help") and depth == 0:
            yield cell[copied : match.start(kind)]
            # A name that nothing is known of: below `if`, a comment would leave no statement.
            yield ("#" if kind == "help" else "_") + _SEEN.sub(" ", match[kind][1:])
            copied = position
        elif kind in ("magic", "value", "help"):
            # Here it is an operator; what follows is read like all else.
            position = match.start(kind) + 1
        else:
            depth = max(0, depth + (kind == "open") - (kind == "close"))
    yield cell[copied:]
