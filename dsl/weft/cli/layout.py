"""`weft layout`: evaluate an expression of the layout algebra as the front end does, and draw it."""

import ast

from weft import layout as algebra
from weft.cli.replace import ReplaceError, replace
from weft.cli.sources import complain_of
from weft.layout import ComposedLayout, IntTuple, Layout, LayoutError, Swizzle, to_svg, to_text
from weft.model.evaluate import evaluate_text
from weft.model.project import Project
from weft.model.trace.call import to_python
from weft.model.values import UNKNOWN
from weft.ops.dialect import DIALECT
from weft.records import record

BANKS = 32
_NAMES = [name for name in algebra.__all__ if name not in ("IntTuple", "Tiler", "LayoutError")]
_BEFORE = f"import weft\nfrom weft.layout import {', '.join(_NAMES)}\n"
_WRITE = 'write a layout, such as "Layout((4, 8), (8, 1))", "(4, 8):(8, 1)" or "composition(Swizzle(3, 2, 3), Layout((8, 8)))"'


@record
class Settings:
    """expression, threads: of the layout algebra. svg: the file to write a picture to."""

    expression: str
    svg: str | None = None
    has_banks: bool = False
    element_bytes: int = 4
    threads: str | None = None


class _Trouble(Exception):
    """Why there is no layout, in one line."""


def run(settings: Settings) -> int:
    """0: drawn; 2: the expression is no layout, or the picture cannot be written."""
    try:
        _draw(settings)
    except ReplaceError as error:
        complain_of(f"{settings.svg} {error}")
        return 2
    except (_Trouble, LayoutError) as error:
        complain_of(str(error))
        return 2
    return 0


def _draw(settings: Settings) -> None:
    layout = evaluated(settings.expression)
    threads = None if settings.threads is None else _threads(settings.threads, layout.size())
    if settings.svg is None:
        print(to_text(layout))
        return
    banks = BANKS if settings.has_banks else None
    picture = to_svg(layout, banks=banks, element_bytes=settings.element_bytes, threads=threads)
    replace(settings.svg, picture.encode())


def evaluated(expression: str) -> Layout | ComposedLayout:
    """The layout that an expression stands for; a shape stands for itself, its leftmost mode fastest."""
    value = _value(expression)
    match value:
        case Layout() | ComposedLayout():
            return value
        case Swizzle():
            raise _Trouble(
                f"`{expression}` is a swizzle, which has no shape: draw what it does to a layout, as in "
                f'"composition({expression}, Layout((8, 8)))"'
            )
        case int() | tuple():
            return Layout(value)
        case _:
            raise _Trouble(f"`{expression}` is {type(value).__name__} {value!r}, not a layout: {_WRITE}")


def _threads(expression: str, size: int) -> Layout | ComposedLayout:
    """The thread of each coordinate; a number of threads takes the coordinates in their order, again and again."""
    value = _value(expression)
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1 or size % value:
            raise _Trouble(
                f"{value} threads do not divide the {size} coordinates evenly: give a number that does, or a layout that "
                "gives the thread of each coordinate"
            )
        return Layout((value, size // value), (1, 0))
    return evaluated(expression)


def _value(expression: str) -> "Layout | ComposedLayout | Swizzle | IntTuple | object":
    text = _as_python(expression)
    project = Project(DIALECT)
    # A parenthesis that the expression itself could close would let it say more than one thing: it has been parsed.
    model = project.read("<layout>.py", f"{_BEFORE}result = (\n{text}\n)\n")
    value, errors = evaluate_text(model.module, "result")
    for finding in errors:
        # Other messages speak of kernels.
        if finding.code in ("layout", "call-arguments") or "did you mean" in finding.message:
            raise _Trouble(finding.message)
    if value is UNKNOWN or errors:
        raise _Trouble(
            f"`{expression}` is nothing that the layout algebra knows, and `weft layout` runs no other Python: {_WRITE}"
        )
    try:
        return to_python(value)
    except ValueError as error:
        raise _Trouble(f"`{expression}` is {error}, not a layout: {_WRITE}") from None


def _as_python(expression: str) -> str:
    """An expression of Python; `(4, 8):(8, 1)` is `Layout((4, 8), (8, 1))`, as layouts print themselves."""
    shape, colon, stride = expression.partition(":")
    candidates = [expression.strip(), f"Layout({shape.strip()}, {stride.strip()})"]
    for candidate in candidates if colon else candidates[:1]:
        try:
            ast.parse(candidate, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return candidate
    raise _Trouble(f"`{expression}` is no expression of Python: {_WRITE}")
