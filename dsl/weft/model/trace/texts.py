"""Texts in a kernel: the f-strings and values that `print` and `assert` take."""

import ast
from collections.abc import Callable

from weft.model import embedded, fold
from weft.model.describe import describe
from weft.model.dtypes import BOOL, F64, I64, U64
from weft.model.ir import Expr
from weft.model.texts import conversion, is_real, plain
from weft.model.trace.arithmetic import as_number
from weft.model.trace.tracer import Tracer
from weft.model.values import UNKNOWN, Scalar, Static, Text, Tuple, Value, Vector

Read = Callable[[Tracer, ast.expr], Value]


def joined(t: Tracer, node: ast.JoinedStr, read: Read) -> Value:
    """An f-string."""
    parts: list[Text | None] = []
    places = iter(_places(t, node))
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append(_formatted(t, part, next(places), read))
        elif isinstance(part, ast.Constant):
            parts.append(Text(plain(str(part.value)), ()))
    found = [part for part in parts if part is not None]
    return join(found) if len(found) == len(parts) else UNKNOWN


def _places(t: Tracer, node: ast.JoinedStr) -> list[ast.expr]:
    """The expressions of an f-string, with their places in the text where these are known."""
    written = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    placed = embedded.braces(t.frame.block, node)
    return placed if len(placed) == len(written) else written


def _formatted(t: Tracer, part: ast.FormattedValue, place: ast.expr, read: Read) -> Text | None:
    value, spec = read(t, place), _spec(part)
    if spec is None:
        _report_spec(t, "{...}", place)
        return None
    return text_of(t, value, place, spec)


def join(parts: list[Text], separator: str = "") -> Text:
    return Text(
        plain(separator).join(part.format for part in parts),
        tuple(arg for part in parts for arg in part.args),
    )


def text_of(t: Tracer, value: Value, node: ast.AST, spec: str = "") -> Text | None:
    """A value as text; None, and reported, where it has none."""
    value = as_number(value)
    match value:
        case Text():
            return value
        case Static(value=str() as text):
            return Text(plain(text), ())
        case Static(value=known) if isinstance(known, (bool, int, float)) or known is None:
            return _of_static(t, known, node, spec)
        case Scalar(expr=expr):
            return _of_number(t, expr, node, spec)
        case Vector(items=items):
            return text_of(t, Tuple(tuple(map(Scalar, items))), node, spec)
        case Tuple(items=items):
            parts = [text_of(t, item, node, spec) for item in items]
            found = [part for part in parts if part is not None]
            return (
                join([Text("(", ()), join(found, ", "), Text(")", ())]) if len(found) == len(parts) else None
            )
        case _:
            if value is not UNKNOWN:
                t.report(
                    "call-arguments",
                    f"a kernel prints numbers and texts; found {describe(value)}: index the tensor, or print its shape",
                    node,
                )
            return None


def _of_static(t: Tracer, known: float | None, node: ast.AST, spec: str) -> Text | None:
    try:
        return Text(plain(format(known, spec)), ())
    except (TypeError, ValueError):
        _report_spec(t, spec, node)
        return None


def _of_number(t: Tracer, expr: Expr, node: ast.AST, spec: str) -> Text | None:
    dtype = expr.dtype
    part = conversion(spec, dtype.name, is_float=dtype.is_float, is_signed=dtype.is_signed or dtype == BOOL)
    if part is None:
        _report_spec(t, spec, node)
        return None
    if is_real(part):
        return Text(part, (fold.convert(expr, F64),))
    return Text(part, (fold.convert(expr, U64 if dtype.kind == "uint" else I64),))


def _spec(part: ast.FormattedValue) -> str | None:
    """What stands after the colon, where that is plain text."""
    if part.format_spec is None:
        return ""
    if not isinstance(part.format_spec, ast.JoinedStr):
        return None
    pieces = part.format_spec.values
    texts = [str(piece.value) for piece in pieces if isinstance(piece, ast.Constant)]
    return "".join(texts) if len(texts) == len(pieces) else None


def _report_spec(t: Tracer, spec: str, node: ast.AST) -> None:
    t.report(
        "print-format",
        f"a number cannot be written as `{spec}` in a kernel: write width, precision and one of `d`, `x`, `o` for "
        "integers, `f`, `e`, `g` for floats, as in `{x:8.3f}`",
        node,
    )
