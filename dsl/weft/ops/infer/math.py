"""What functions of numbers give."""

import math
import operator
from collections.abc import Callable

from weft.model import fold
from weft.model.dialect import Rule
from weft.model.dtypes import BOOL, F32, I32, INDEX, DType
from weft.model.trace.arithmetic import as_condition, as_number, common_dtype
from weft.model.trace.call import Call
from weft.model.trace.tracer import as_expr, is_numeric
from weft.model.values import UNKNOWN, Scalar, Static, Tuple, Value
from weft.ops.infer.elementwise import elements, of_vectors
from weft.records import replace


def _float(dtype: DType) -> DType:
    return dtype if dtype.is_float else F32


def unary(name: str, compute: Callable[[float], float] | None = None) -> Rule:
    """The rule of a function of one float; on a number known at compile time it is computed now."""

    @of_vectors
    def infer(call: Call) -> Value:
        value = first(call)
        if len(arguments(call)) > 1:
            call.report(
                "call-arguments",
                f"`{call.name}` takes one number; found {len(arguments(call))}: drop the others",
            )
            return UNKNOWN
        if isinstance(value, Static) and isinstance(value.value, (int, float)) and compute is not None:
            return _computed(call, compute, value.value)
        expr = as_expr(value)
        if expr is None:
            return not_a_number(call, value)
        return Scalar(fold.operation(name, fold.convert(expr, _float(expr.dtype))))

    return infer


def _computed(call: Call, compute: Callable[[float], float], value: float) -> Value:
    try:
        return Static(float(compute(value)))
    except (ArithmeticError, ValueError):
        call.report("call-arguments", f"`{call.name}({value})` has no value: guard the argument")
        return UNKNOWN


def first(call: Call) -> Value:
    return arguments(call)[0] if arguments(call) else UNKNOWN


def arguments(call: Call) -> list[Value]:
    """The arguments of a function that is declared here, or in Python's own modules."""
    if not call.given("args"):
        return [call.value(name) for name in call.arguments]
    items = call.value("args")
    return [as_number(item) for item in items.items] if isinstance(items, Tuple) else []


def not_a_number(call: Call, value: Value) -> Value:
    if value is not UNKNOWN:
        call.report("call-arguments", f"`{call.name}` takes numbers: index the tensor, or pass a scalar")
    return UNKNOWN


@of_vectors
def infer_abs(call: Call) -> Value:
    value = first(call)
    if isinstance(value, Static) and isinstance(value.value, (int, float)):
        return Static(abs(value.value))
    expr = as_expr(value)
    if expr is None:
        return not_a_number(call, value)
    return Scalar(fold.operation("abs", fold.convert(expr, I32) if expr.dtype == BOOL else expr))


def extreme(name: str, compute: Callable[..., float]) -> Rule:
    """The rule of `min` and `max` of two or more numbers, or of those of a tuple or a vector."""

    @of_vectors
    def joined(call: Call) -> Value:
        result, *rest = arguments(call)
        for value in rest:
            result = _extreme_of_two(call, name, compute, result, value)
        return result

    def infer(call: Call) -> Value:
        values = elements(arguments(call))
        if len(values) < 2:
            call.report("call-arguments", f"`{name}` takes two numbers or more: write `{name}(a, b)`")
            return UNKNOWN
        return joined(replace(call, arguments={"args": Tuple(tuple(values))}))

    return infer


def _extreme_of_two(call: Call, name: str, compute: Callable[..., float], left: Value, right: Value) -> Value:
    if not is_numeric(left) or not is_numeric(right):
        return not_a_number(call, right if is_numeric(left) else left)
    if isinstance(left, Static) and isinstance(right, Static):
        return Static(compute(left.value, right.value))
    dtype = common_dtype(left, right)
    a, b = as_expr(left, dtype), as_expr(right, dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b))


@of_vectors
def infer_pow(call: Call) -> Value:
    values = arguments(call)
    if len(values) != 2 or not all(map(is_numeric, values)):
        return not_a_number(call, next((value for value in values if not is_numeric(value)), UNKNOWN))
    numbers = [value.value for value in values if isinstance(value, Static)]
    if len(numbers) == 2:
        x, y = (float(number) for number in numbers if isinstance(number, (int, float)))
        return _computed(call, lambda _: math.pow(x, y), x)
    dtype = _float(common_dtype(values[0], values[1]))
    a, b = as_expr(values[0], dtype), as_expr(values[1], dtype)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation("pow", a, b))


@of_vectors
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


def binary(name: str, compute: Callable[[float, float], float]) -> Rule:
    """The rule of a function of two floats."""

    @of_vectors
    def infer(call: Call) -> Value:
        values = arguments(call)
        if len(values) != 2 or not all(map(is_numeric, values)):
            return not_a_number(call, next((value for value in values if not is_numeric(value)), UNKNOWN))
        numbers = [value.value for value in values if isinstance(value, Static)]
        if len(numbers) == 2:
            x, y = (float(number) for number in numbers if isinstance(number, (int, float)))
            return _computed(call, lambda _: compute(x, y), x)
        dtype = _float(common_dtype(values[0], values[1]))
        a, b = as_expr(values[0], dtype), as_expr(values[1], dtype)
        return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b))

    return infer


def question(name: str, compute: Callable[[float], bool]) -> Rule:
    """The rule of a question about a float; an integer is always finite."""

    @of_vectors
    def infer(call: Call) -> Value:
        value = first(call)
        if isinstance(value, Static) and isinstance(value.value, (int, float)):
            return Static(compute(value.value))
        expr = as_expr(value)
        if expr is None:
            return not_a_number(call, value)
        return Scalar(fold.operation(name, expr, dtype=BOOL)) if expr.dtype.is_float else Static(compute(0.0))

    return infer


@of_vectors
def infer_rcp(call: Call) -> Value:
    expr = as_expr(first(call))
    if expr is None:
        return not_a_number(call, first(call))
    value = fold.convert(expr, _float(expr.dtype))
    return Scalar(fold.operation("div", fold.const(1, value.dtype), value))


@of_vectors
def infer_clamp(call: Call) -> Value:
    x, low, high = (call.value(name) for name in ("x", "low", "high"))
    return _extreme_of_two(call, "min", min, _extreme_of_two(call, "max", max, x, low), high)


@of_vectors
def infer_select(call: Call) -> Value:
    test = as_condition(call.tracer, call.value("condition"), call.place("condition"))
    x, y = call.value("x"), call.value("y")
    if not is_numeric(x) or not is_numeric(y):
        return not_a_number(call, y if is_numeric(x) else x)
    if isinstance(x, Static) and isinstance(y, Static):
        dtype = F32 if float in (type(x.value), type(y.value)) else INDEX
    else:
        dtype = common_dtype(x, y)
    a, b = as_expr(x, dtype), as_expr(y, dtype)
    if test is None or a is None or b is None:
        return UNKNOWN
    return Scalar(fold.operation("select", test, a, b, dtype=dtype))


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
infer_tan = unary("tan", math.tan)
infer_asin = unary("asin", math.asin)
infer_acos = unary("acos", math.acos)
infer_atan = unary("atan", math.atan)
infer_sinh = unary("sinh", math.sinh)
infer_cosh = unary("cosh", math.cosh)
infer_asinh = unary("asinh", math.asinh)
infer_acosh = unary("acosh", math.acosh)
infer_atanh = unary("atanh", math.atanh)
infer_log10 = unary("log10", math.log10)
infer_log1p = unary("log1p", math.log1p)
infer_expm1 = unary("expm1", math.expm1)
infer_cbrt = unary("cbrt", math.cbrt)
infer_rint = unary("rint", round)
infer_trunc = unary("trunc", math.trunc)
infer_fast_exp = unary("fast_exp", math.exp)
infer_fast_log = unary("fast_log", math.log)
infer_fast_log2 = unary("fast_log2", math.log2)
infer_fast_sin = unary("fast_sin", math.sin)
infer_fast_cos = unary("fast_cos", math.cos)
infer_fast_tanh = unary("fast_tanh", math.tanh)
infer_atan2 = binary("atan2", math.atan2)
infer_hypot = binary("hypot", math.hypot)
infer_copysign = binary("copysign", math.copysign)
infer_fast_pow = binary("fast_pow", math.pow)
infer_fast_div = binary("fast_div", operator.truediv)
infer_isnan = question("is_nan", math.isnan)
infer_isinf = question("is_inf", math.isinf)
infer_isfinite = question("is_finite", math.isfinite)
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
    "tan": infer_tan,
    "asin": infer_asin,
    "acos": infer_acos,
    "atan": infer_atan,
    "sinh": infer_sinh,
    "cosh": infer_cosh,
    "asinh": infer_asinh,
    "acosh": infer_acosh,
    "atanh": infer_atanh,
    "log10": infer_log10,
    "log1p": infer_log1p,
    "expm1": infer_expm1,
    "cbrt": infer_cbrt,
    "rint": infer_rint,
    "trunc": infer_trunc,
    "fast_exp": infer_fast_exp,
    "fast_log": infer_fast_log,
    "fast_log2": infer_fast_log2,
    "fast_sin": infer_fast_sin,
    "fast_cos": infer_fast_cos,
    "fast_tanh": infer_fast_tanh,
    "atan2": infer_atan2,
    "hypot": infer_hypot,
    "copysign": infer_copysign,
    "fast_pow": infer_fast_pow,
    "fast_div": infer_fast_div,
    "isnan": infer_isnan,
    "isinf": infer_isinf,
    "isfinite": infer_isfinite,
    "rcp": infer_rcp,
    "clamp": infer_clamp,
    "select": infer_select,
    "minimum": infer_min,
    "maximum": infer_max,
}
