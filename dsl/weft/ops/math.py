"""Functions of numbers. Integers are converted to f32; the result has the type of the argument."""

import math
from collections.abc import Callable

from weft.model import fold
from weft.model.dtypes import F32, DType
from weft.model.ir import Expr
from weft.model.trace.arithmetic import common_dtype
from weft.model.trace.call import Call
from weft.model.trace.tracer import as_expr, is_numeric
from weft.model.values import UNKNOWN, Scalar, Static, Value
from weft.ops.dtypes import Float
from weft.ops.operation import only_in_kernels, operation

Rule = Callable[[Call], Value]


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
    return not_a_number(call, value) if expr is None else Scalar(fold.operation("abs", expr))


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


@operation(infer_exp)
def exp(x: Float, /) -> Float:
    """e to the power of `x`."""
    raise only_in_kernels("exp")


@operation(infer_exp2)
def exp2(x: Float, /) -> Float:
    """2 to the power of `x`; on a GPU a single instruction for f32."""
    raise only_in_kernels("exp2")


@operation(infer_log)
def log(x: Float, /) -> Float:
    """The natural logarithm of `x`; -inf at 0, NaN below."""
    raise only_in_kernels("log")


@operation(infer_log2)
def log2(x: Float, /) -> Float:
    """The logarithm of `x` to base 2; -inf at 0, NaN below."""
    raise only_in_kernels("log2")


@operation(infer_sqrt)
def sqrt(x: Float, /) -> Float:
    """The square root of `x`; NaN below 0."""
    raise only_in_kernels("sqrt")


@operation(infer_rsqrt)
def rsqrt(x: Float, /) -> Float:
    """`1 / sqrt(x)`."""
    raise only_in_kernels("rsqrt")


@operation(infer_sin)
def sin(x: Float, /) -> Float:
    """The sine of `x` radians."""
    raise only_in_kernels("sin")


@operation(infer_cos)
def cos(x: Float, /) -> Float:
    """The cosine of `x` radians."""
    raise only_in_kernels("cos")


@operation(infer_tanh)
def tanh(x: Float, /) -> Float:
    """The hyperbolic tangent of `x`."""
    raise only_in_kernels("tanh")


@operation(infer_erf)
def erf(x: Float, /) -> Float:
    """The error function of `x`."""
    raise only_in_kernels("erf")


@operation(infer_floor)
def floor(x: Float, /) -> Float:
    """The largest whole number not above `x`, as a float; `weft.i32(...)` makes it an integer."""
    raise only_in_kernels("floor")


@operation(infer_ceil)
def ceil(x: Float, /) -> Float:
    """The smallest whole number not below `x`, as a float; `weft.i32(...)` makes it an integer."""
    raise only_in_kernels("ceil")


@operation(infer_pow)
def pow(x: Float, y: Float, /) -> Float:
    """`x` to the power of `y`, as floats."""
    raise only_in_kernels("pow")


@operation(infer_fma)
def fma(a: Float, b: Float, c: Float, /) -> Float:
    """`a * b + c` with one rounding."""
    raise only_in_kernels("fma")


@operation(infer_min)
def minimum(x: Float, y: Float, /) -> Float:
    """The smaller of two numbers; of a number and a NaN, the number. Python's `min` does the same in a kernel."""
    raise only_in_kernels("minimum")


@operation(infer_max)
def maximum(x: Float, y: Float, /) -> Float:
    """The larger of two numbers; of a number and a NaN, the number. Python's `max` does the same in a kernel."""
    raise only_in_kernels("maximum")
