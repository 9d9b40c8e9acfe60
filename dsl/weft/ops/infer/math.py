"""What functions of numbers give."""

import math
from collections.abc import Callable

from weft.model import fold
from weft.model.dialect import Rule
from weft.model.dtypes import BOOL, F32, I32, DType
from weft.model.ir import Expr
from weft.model.trace.arithmetic import common_dtype
from weft.model.trace.call import Call
from weft.model.trace.tracer import as_expr, is_numeric
from weft.model.values import UNKNOWN, Scalar, Static, Value


def _float(dtype: DType) -> DType:
    return dtype if dtype.is_float else F32


def unary(name: str, compute: Callable[[float], float] | None = None) -> Rule:
    """The rule of a function of one float; on a number known at compile time it is computed now."""

    def infer(call: Call) -> Value:
        value = first(call)
        if isinstance(value, Static) and isinstance(value.value, int | float) and compute is not None:
            return _computed(call, compute, value.value)
        expr = as_expr(value)
        if expr is None:
            return not_a_number(call, value)
        return Scalar(fold.operation(name, fold.convert(expr, _float(expr.dtype))))

    return infer


def _computed(call: Call, compute: Callable[[float], float], value: float) -> Value:
    try:
        return Static(float(compute(value)))
    except (ValueError, OverflowError):
        call.report("call-arguments", f"`{call.name}({value})` has no value: guard the argument")
        return UNKNOWN


def first(call: Call) -> Value:
    return arguments(call)[0] if arguments(call) else UNKNOWN


def arguments(call: Call) -> list[Value]:
    """The arguments of a function that is declared here, or in Python's own modules."""
    if not call.given("args"):
        return [call.value(name) for name in call.arguments]
    items = call.value("args")
    return [_number(item) for item in getattr(items, "items", ())]


def _number(item: Value) -> Value:
    expr: Expr | None = getattr(item, "expr", None)
    return item if isinstance(item, Scalar | Static) or expr is None else Scalar(expr)


def not_a_number(call: Call, value: Value) -> Value:
    if value != UNKNOWN:
        call.report("call-arguments", f"`{call.name}` takes numbers: index the tensor, or pass a scalar")
    return UNKNOWN


def infer_abs(call: Call) -> Value:
    value = first(call)
    if isinstance(value, Static) and isinstance(value.value, int | float):
        return Static(abs(value.value))
    expr = as_expr(value)
    if expr is None:
        return not_a_number(call, value)
    return Scalar(fold.operation("abs", fold.convert(expr, I32) if expr.dtype == BOOL else expr))


def extreme(name: str, compute: Callable[..., float]) -> Rule:
    """The rule of `min` and `max` of two or more numbers."""

    def infer(call: Call) -> Value:
        values = arguments(call)
        if len(values) < 2:
            call.report("call-arguments", f"`{name}` takes two numbers or more: write `{name}(a, b)`")
            return UNKNOWN
        result = values[0]
        for value in values[1:]:
            result = _extreme_of_two(call, name, compute, result, value)
        return result

    return infer


def _extreme_of_two(call: Call, name: str, compute: Callable[..., float], left: Value, right: Value) -> Value:
    if not is_numeric(left) or not is_numeric(right):
        return not_a_number(call, right if is_numeric(left) else left)
    if isinstance(left, Static) and isinstance(right, Static):
        return Static(compute(left.value, right.value))
    dtype = common_dtype(left, right)
    a, b = as_expr(left, dtype), as_expr(right, dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b))


def infer_pow(call: Call) -> Value:
    values = arguments(call)
    if len(values) != 2 or not all(map(is_numeric, values)):
        return not_a_number(call, next((value for value in values if not is_numeric(value)), UNKNOWN))
    dtype = _float(common_dtype(values[0], values[1])) if any(isinstance(v, Scalar) for v in values) else F32
    a, b = as_expr(values[0], dtype), as_expr(values[1], dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation("pow", a, b))


def infer_fma(call: Call) -> Value:
    exprs = [call.number(name) for name in ("a", "b", "c")]
    if any(expr is None for expr in exprs):
        return UNKNOWN
    dtype = F32
    for value in (call.value("a"), call.value("b"), call.value("c")):
        if isinstance(value, Scalar) and value.dtype.is_float:
            dtype = common_dtype(value, Scalar(fold.const(0, dtype))) if dtype != F32 else value.dtype
    converted = tuple(fold.convert(expr, dtype) for expr in exprs if expr is not None)
    return Scalar(fold.operation("fma", *converted))


infer_exp = unary("exp", math.exp)
infer_exp2 = unary("exp2", math.exp2)
infer_log = unary("log", math.log)
infer_log2 = unary("log2", math.log2)
infer_sqrt = unary("sqrt", math.sqrt)
infer_rsqrt = unary("rsqrt", lambda value: 1 / math.sqrt(value))
infer_sin = unary("sin", math.sin)
infer_cos = unary("cos", math.cos)
infer_tanh = unary("tanh", math.tanh)
infer_erf = unary("erf", math.erf)
infer_floor = unary("floor", math.floor)
infer_ceil = unary("ceil", math.ceil)
infer_min = extreme("min", min)
infer_max = extreme("max", max)


RULES: dict[str, Rule] = {
    "exp": infer_exp,
    "exp2": infer_exp2,
    "log": infer_log,
    "log2": infer_log2,
    "sqrt": infer_sqrt,
    "rsqrt": infer_rsqrt,
    "sin": infer_sin,
    "cos": infer_cos,
    "tanh": infer_tanh,
    "erf": infer_erf,
    "floor": infer_floor,
    "ceil": infer_ceil,
    "pow": infer_pow,
    "fma": infer_fma,
    "minimum": infer_min,
    "maximum": infer_max,
}
