"""Operators on numbers: constants compute now, everything else becomes operations with one type on both sides."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from weft.model import fold
from weft.model.describe import describe
from weft.model.dtypes import BOOL, F32, I32, DType, promote
from weft.model.ir import Const, Expr
from weft.model.trace.elementwise import elementwise
from weft.model.trace.tracer import Tracer, as_expr, default_dtype, is_numeric
from weft.model.values import UNKNOWN, Dimension, Record, Scalar, Static, Tuple, Value, Vector

_LARGEST_STATIC = 2**64
_LONGEST_TUPLE = 4096

BINARY: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("add", "+"),
    ast.Sub: ("sub", "-"),
    ast.Mult: ("mul", "*"),
    ast.Div: ("div", "/"),
    ast.FloorDiv: ("floordiv", "//"),
    ast.Mod: ("mod", "%"),
    ast.Pow: ("pow", "**"),
    ast.BitAnd: ("bit_and", "&"),
    ast.BitOr: ("bit_or", "|"),
    ast.BitXor: ("bit_xor", "^"),
    ast.LShift: ("shift_left", "<<"),
    ast.RShift: ("shift_right", ">>"),
}
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
_BITWISE = {"bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"}

_COMPUTE: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def binary(t: Tracer, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    """`left name right`, for a key of `weft.model.ir.PRIMITIVES`."""
    if isinstance(left, Static) and isinstance(right, Static):
        return _static(t, name, left, right, node)
    if isinstance(left, Tuple) or isinstance(right, Tuple):
        together = _of_tuples(name, left, right)
        if together is not None:
            return together
    left, right = as_number(left), as_number(right)
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(left, Vector) or isinstance(right, Vector):
        return elementwise(
            t, _symbol(name), (left, right), node, lambda row: binary(t, name, row[0], row[1], node)
        )
    if not is_numeric(left) or not is_numeric(right):
        return _not_numbers(t, name, left, right, node)
    dtype = result_dtype(name, left, right)
    if name in _BITWISE:
        return _bitwise(t, name, left, right, node)
    if name == "pow":
        return _power(t, left, right, dtype, node)
    a, b = as_expr(left, dtype), as_expr(right, dtype)
    if name in ("floordiv", "mod") and dtype.is_integer and isinstance(b, Const) and b.value == 0:
        return _divided_by_zero(t, node)
    return UNKNOWN if a is None or b is None else Scalar(_build(name, a, b))


def _of_tuples(name: str, left: Value, right: Value) -> Value | None:
    """`(1, 2) + (3,)` and `(1,) * 3`."""
    if isinstance(left, Tuple) and isinstance(right, Tuple) and name == "add":
        return Tuple((*left.items, *right.items))
    items, count = (left, right) if isinstance(left, Tuple) else (right, left)
    if name != "mul" or not isinstance(items, Tuple) or not isinstance(count, Static):
        return None
    if not isinstance(count.value, int) or len(items.items) * count.value > _LONGEST_TUPLE:
        return None
    return Tuple(items.items * count.value)


def compare(t: Tracer, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    if isinstance(left, Static) and isinstance(right, Static):
        return _static(t, name, left, right, node)
    if isinstance(left, (Tuple, Record)) and isinstance(right, (Tuple, Record)) and name in ("eq", "ne"):
        same = is_same(left, right)
        return UNKNOWN if same is None else Static(same == (name == "eq"))
    left, right = as_number(left), as_number(right)
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(left, Vector) or isinstance(right, Vector):
        return elementwise(
            t, _symbol(name), (left, right), node, lambda row: compare(t, name, row[0], row[1], node)
        )
    if not is_numeric(left) or not is_numeric(right):
        return _not_numbers(t, name, left, right, node)
    dtype = common_dtype(left, right)
    a, b = as_expr(left, dtype), as_expr(right, dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b, dtype=BOOL))


def is_same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal, as far as that is known when the kernel is compiled."""
    match left, right:
        case Static(), Static():
            return left.value == right.value
        case (Tuple(), Tuple()) | (Record(), Record()):
            if len(left.items) != len(right.items):
                return False
            parts = [is_same(a, b) for a, b in zip(left.items, right.items, strict=True)]
            return False if False in parts else None if None in parts else True
        case (Static(), Tuple() | Record()) | (Tuple() | Record(), Static()):
            return False
        case _:
            return None


def unary(t: Tracer, operator_node: ast.unaryop, value: Value, node: ast.AST) -> Value:
    value = as_number(value)
    if isinstance(operator_node, ast.Not):
        truth = as_condition(t, value, node)
        return UNKNOWN if truth is None else from_expr(fold.negate(truth))
    if isinstance(value, Vector):
        symbol = "~" if isinstance(operator_node, ast.Invert) else "-"
        return elementwise(t, symbol, [value], node, lambda row: unary(t, operator_node, row[0], node))
    if isinstance(value, Static) and isinstance(value.value, (int, float)):
        return _static_unary(operator_node, value.value)
    if not isinstance(value, Scalar) or isinstance(operator_node, ast.UAdd):
        return value if isinstance(value, Scalar) else UNKNOWN
    expr = (
        fold.convert(value.expr, I32)
        if value.dtype == BOOL and isinstance(operator_node, ast.USub)
        else value.expr
    )
    if isinstance(operator_node, ast.USub):
        return Scalar(fold.operation("neg", expr))
    if expr.dtype.is_float:
        t.report(
            "operand-dtype", f"`~` takes integers and found `{expr.dtype}`: convert the operand first", node
        )
        return UNKNOWN
    return Scalar(fold.negate(expr) if expr.dtype == BOOL else fold.operation("bit_not", expr))


def as_number(value: Value) -> Value:
    return Scalar(value.expr) if isinstance(value, Dimension) else value


def as_condition(t: Tracer, value: Value, node: ast.AST) -> Expr | None:
    """A value as `bool`: a number is true when it is not 0."""
    value = as_number(value)
    expr = as_expr(value)
    if expr is None:
        if isinstance(value, Vector):
            t.report(
                "operand-dtype",
                f"a condition is one number; found {describe(value)}: choose element by element with "
                "`weft.select(condition, x, y)`, and combine conditions with `&`, `|` and `~`",
                node,
            )
        elif value is not UNKNOWN and not isinstance(value, Static):
            t.report("operand-dtype", "a condition is a number or a comparison; found something else", node)
        return None
    return expr if expr.dtype == BOOL else fold.operation("ne", expr, fold.const(0, expr.dtype), dtype=BOOL)


def from_expr(expr: Expr) -> Value:
    """A constant bool as a static value, so that branches on it are decided at compile time."""
    return Static(bool(expr.value)) if isinstance(expr, Const) and expr.dtype == BOOL else Scalar(expr)


def common_dtype(left: Value, right: Value) -> DType:
    """The type that two numbers meet in. A Python number takes the other's type if it can hold it."""
    if isinstance(left, Static) and isinstance(right, Scalar):
        return _meets(left, right.dtype)
    if isinstance(right, Static) and isinstance(left, Scalar):
        return _meets(right, left.dtype)
    assert isinstance(left, Scalar) and isinstance(right, Scalar)
    return promote(left.dtype, right.dtype)


def result_dtype(name: str, left: Value, right: Value) -> DType:
    dtype = common_dtype(left, right)
    if dtype == BOOL:
        return I32
    return F32 if name == "div" and not dtype.is_float else dtype


def _meets(static: Static, dtype: DType) -> DType:
    if isinstance(static.value, float) and not dtype.is_float:
        return F32
    return promote(default_dtype(static) or dtype, dtype) if dtype == BOOL else dtype


def _build(name: str, a: Expr, b: Expr) -> Expr:
    builders = {"add": fold.add, "sub": fold.sub, "mul": fold.mul, "floordiv": fold.floordiv, "mod": fold.mod}
    return builders[name](a, b) if name in builders else fold.operation(name, a, b)


def _bitwise(t: Tracer, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    dtype = common_dtype(left, right)
    if dtype.is_float:
        t.report(
            "operand-dtype",
            f"`{_symbol(name)}` takes integers and found `{dtype}`: convert the operands first",
            node,
        )
        return UNKNOWN
    if dtype == BOOL and name in ("bit_and", "bit_or"):
        name = name.removeprefix("bit_")
    elif dtype == BOOL and name in ("shift_left", "shift_right"):
        dtype = I32
    a, b = as_expr(left, dtype), as_expr(right, dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b))


def _power(t: Tracer, left: Value, right: Value, dtype: DType, node: ast.AST) -> Value:
    base = as_expr(left, dtype)
    if base is None:
        return UNKNOWN
    if isinstance(right, Static) and isinstance(right.value, int) and 1 <= right.value <= 4:
        held = base if fold.is_pure(base) else t.frozen(base, "base", node)
        product = held
        for _ in range(right.value - 1):
            product = fold.mul(product, held)
        return Scalar(product)
    if not dtype.is_float:
        t.report(
            "operand-dtype",
            f"`**` of `{dtype}` needs a whole exponent from 1 to 4 known at compile time: convert the base to f32",
            node,
        )
        return UNKNOWN
    exponent = as_expr(right, dtype)
    return UNKNOWN if exponent is None else Scalar(fold.operation("pow", base, exponent))


def _static(t: Tracer, name: str, left: Static, right: Static, node: ast.AST) -> Value:
    try:
        value = _compute_static(name, left.value, right.value)
    except ZeroDivisionError:
        return _divided_by_zero(t, node)
    except (ArithmeticError, TypeError, ValueError):
        return UNKNOWN
    return Static(value) if isinstance(value, (int, float)) and abs(value) <= _LARGEST_STATIC else UNKNOWN


def _divided_by_zero(t: Tracer, node: ast.AST) -> Value:
    t.report(
        "division-by-zero",
        "the divisor is 0 at compile time: guard the division or correct the constant",
        node,
    )
    return UNKNOWN


def _compute_static(name: str, left: Any, right: Any) -> Any:
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        # Texts and layouts can be compared; nothing that could grow is computed.
        return _COMPUTE[name](left, right) if name in ("eq", "ne") else None
    if name in ("pow", "shift_left", "shift_right"):
        return _grow(name, left, right)
    return _COMPUTE[name](left, right)


def _grow(name: str, left: Any, right: Any) -> Any:
    """Powers and shifts, which can be larger than the memory."""
    if name == "pow" and (isinstance(left, float) or isinstance(right, float) or right < 0):
        return math.pow(left, right)
    if right > 64:
        raise OverflowError
    return {"pow": operator.pow, "shift_left": operator.lshift, "shift_right": operator.rshift}[name](
        left, right
    )


def _static_unary(operator_node: ast.unaryop, value: float) -> Value:
    match operator_node:
        case ast.USub():
            return Static(-value)
        case ast.Invert() if isinstance(value, int):
            return Static(~value)
        case _:
            return Static(value) if isinstance(operator_node, ast.UAdd) else UNKNOWN


def _not_numbers(t: Tracer, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    culprit = right if is_numeric(left) else left
    t.report(
        "operand-dtype",
        f"`{_symbol(name)}` takes numbers and found {describe(culprit)}: index the tensor, or use its elements",
        node,
    )
    return UNKNOWN


def _symbol(name: str) -> str:
    symbols = dict(BINARY.values())
    comparisons = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    return (symbols | comparisons).get(name, name)
