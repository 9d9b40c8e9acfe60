"""Build `ir` expressions, simplifying as they are built: constants fold, and `x + 0`, `x * 1` vanish.

Each function wants operands that already have the right types; `convert` gives them. Folding never raises: what
cannot be computed here (a division by zero) stays an operation.
"""

import math
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from weft.model.dtypes import BOOL, INDEX, DType
from weft.model.ir import Const, Expr, Load, Op

Number = int | float | bool

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def const(value: Number, dtype: DType = INDEX) -> Const:
    return _whole(value, dtype) if dtype == INDEX else Const(_wrap(value, dtype), dtype)


@lru_cache(maxsize=1 << 8)
def _whole(value: Number, dtype: DType) -> Const:
    return Const(_wrap(value, dtype), dtype)


def convert(value: Expr, dtype: DType) -> Expr:
    """`value` as `dtype`; constants convert at once."""
    if value.dtype == dtype:
        return value
    if isinstance(value, Const) and _is_finite(value.value):
        return const(value.value, dtype)
    return Op("cast", (value,), dtype)


def add(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Const):
        if a.value == 0 and a.dtype.is_integer:
            return b
    elif not isinstance(b, Const):
        return Op("add", (a, b), a.dtype)
    if _is(b, 0) and b.dtype.is_integer:
        return a
    # (x + 1) + 2 is x + 3, so that offsets of nested views stay short.
    if isinstance(b, Const) and isinstance(a, Op) and a.name == "add" and a.dtype == INDEX:
        left, right = a.args
        if isinstance(right, Const):
            return add(left, operation("add", right, b))
    return operation("add", a, b)


def sub(a: Expr, b: Expr) -> Expr:
    if _is(b, 0) and b.dtype.is_integer:
        return a
    if a == b and a.dtype.is_integer and is_pure(a):
        return const(0, a.dtype)
    return operation("sub", a, b)


def mul(a: Expr, b: Expr) -> Expr:
    if not isinstance(a, Const) and not isinstance(b, Const):
        return Op("mul", (a, b), a.dtype)
    if a.dtype.is_integer:
        for one, other in ((a, b), (b, a)):
            if _is(one, 1):
                return other
            if _is(one, 0) and is_pure(other):
                return one
    return operation("mul", a, b)


def floordiv(a: Expr, b: Expr) -> Expr:
    return a if _is(b, 1) else operation("floordiv", a, b)


def mod(a: Expr, b: Expr) -> Expr:
    return const(0, a.dtype) if _is(b, 1) and is_pure(a) else operation("mod", a, b)


def less(a: Expr, b: Expr) -> Expr:
    return operation("lt", a, b, dtype=BOOL)


def both(a: Expr | None, b: Expr | None) -> Expr | None:
    """`a and b`; None stands for true."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, Const):
        return b if a.value else a
    return a if isinstance(b, Const) and b.value else operation("and", a, b, dtype=BOOL)


def negate(a: Expr) -> Expr:
    return operation("not", a, dtype=BOOL)


def operation(name: str, *args: Expr, dtype: DType | None = None) -> Expr:
    """The operation `name`, computed now if every operand is a constant."""
    result = dtype or args[0].dtype
    if name == "cast":
        return convert(args[0], result)
    if isinstance(args[0], Const):
        if name == "select":
            return args[1] if args[0].value else args[2]
        values = [arg.value for arg in args if isinstance(arg, Const)]
        if name in _COMPUTE and len(values) == len(args):
            computed = _compute(name, values)
            if computed is not None and _is_finite(computed):
                return const(computed, result)
    return Op(name, args, result)


def rebuild(expr: Op, args: tuple[Expr, ...]) -> Expr:
    """The same operation on other operands, simplified again."""
    builder = _BUILDERS.get(expr.name)
    return builder(*args) if builder else operation(expr.name, *args, dtype=expr.dtype)


def is_pure(expr: Expr) -> bool:
    """Whether dropping the expression changes nothing (it reads no memory)."""
    if isinstance(expr, Load):
        return False
    return not isinstance(expr, Op) or all(is_pure(arg) for arg in expr.args)


def _compute(name: str, values: list[Number]) -> Number | None:
    try:
        return _COMPUTE[name](*values)
    except (ArithmeticError, ValueError, TypeError):
        return None


def _is(expr: Expr, value: int) -> bool:
    return isinstance(expr, Const) and expr.value == value


def _is_finite(value: Number) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _wrap(value: Number, dtype: DType) -> Number:
    if dtype.kind == "bool":
        return bool(value)
    if dtype.is_float:
        return float(value)
    whole = int(value) & ((1 << dtype.bits) - 1)
    sign_bit = 1 << (dtype.bits - 1)
    return whole - (1 << dtype.bits) if dtype.is_signed and whole & sign_bit else whole


# Each works on Python numbers; what they raise (a division by zero) means that the operation stays.
_COMPUTE: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "neg": operator.neg,
    "abs": abs,
    "min": min,
    "max": max,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
    "and": operator.and_,
    "or": operator.or_,
    "not": operator.not_,
}

_BUILDERS: dict[str, Callable[..., Expr]] = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "floordiv": floordiv,
    "mod": mod,
    "lt": less,
    "not": negate,
}
