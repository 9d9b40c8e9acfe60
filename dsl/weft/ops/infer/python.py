"""Python's own functions that mean the same in a kernel."""

import ast
import math as pymath
from collections.abc import Callable, Sequence

from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.dtypes import BOOL, F32, INDEX, DType
from weft.model.texts import plain
from weft.model.trace.arithmetic import as_condition, binary, from_expr
from weft.model.trace.call import Call, from_python, to_python
from weft.model.trace.texts import join, text_of
from weft.model.trace.tracer import as_expr
from weft.model.values import UNKNOWN, Scalar, Static, Tensor, Text, Tuple, Value, Vector
from weft.ops.infer import math
from weft.ops.infer.elementwise import elements, of_vectors
from weft.ops.infer.tensor import infer_shape
from weft.records import replace

_LARGEST = 2**64
_LONGEST = 4096


def infer_range(call: Call) -> Value:
    call.report("unsupported", "`range` is what a `for` loop runs over: write `for i in range(...)`")
    return UNKNOWN


def infer_len(call: Call) -> Value:
    """`len(x)`: the first extent of a tensor, or the number of a tuple's items."""
    items = call.value("args")
    value = items.items[0] if isinstance(items, Tuple) and items.items else UNKNOWN
    if isinstance(value, (Tuple, Vector)):
        return Static(len(value.items))
    if isinstance(value, Tensor):
        shape = infer_shape(Call(call.tracer, call.node, "len", {}, receiver=value))
        return shape.items[0] if isinstance(shape, Tuple) else UNKNOWN
    return UNKNOWN


def convert_to(dtype: DType) -> Rule:
    """The rule of `int(x)` and `float(x)`."""

    @of_vectors
    def infer(call: Call) -> Value:
        value = math.first(call)
        if isinstance(value, Static) and value.value in ("inf", "-inf", "nan") and dtype == F32:
            return Static(float(str(value.value)))
        if isinstance(value, Static) and isinstance(value.value, (int, float)):
            return Static(int(value.value) if dtype == INDEX else float(value.value))
        expr = as_expr(value)
        return math.not_a_number(call, value) if expr is None else Scalar(fold.convert(expr, dtype))

    return infer


def infer_bool(call: Call) -> Value:
    condition = as_condition(call.tracer, math.first(call), call.node)
    return UNKNOWN if condition is None else from_expr(fold.convert(condition, BOOL))


def infer_print(call: Call) -> Value:
    """`print(...)`, with texts and numbers; `sep` and `end` are texts."""
    t = call.tracer
    items = call.value("args")
    values = items.items if isinstance(items, Tuple) else ()
    words = {"sep": " ", "end": "\n"} | _print_words(call)
    nodes = call.node.args if isinstance(call.node, ast.Call) else []
    parts = [text_of(t, value, node) for value, node in zip(values, nodes, strict=False)]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        t.miss(call.node)
    elif t.is_kernel:
        line = join([join(found, words["sep"]), Text(plain(words["end"]), ())])
        t.do("print", call.node, args=line.args, static=(line.format,))
    return Static(None)


def _print_words(call: Call) -> dict[str, str]:
    words: dict[str, str] = {}
    for word in call.node.keywords if isinstance(call.node, ast.Call) else []:
        if (
            word.arg in ("sep", "end")
            and isinstance(word.value, ast.Constant)
            and isinstance(word.value.value, str)
        ):
            words[word.arg] = word.value.value
        else:
            call.report(
                "call-arguments", "`print` in a kernel takes `sep` and `end`, each a text: drop the others"
            )
    return words


def computed(compute: Callable[..., object], most: int = _LARGEST) -> Rule:
    """The rule of a function of constants, whose numbers are at most `most`: it is computed when the kernel is compiled."""

    def infer(call: Call) -> Value:
        items = call.value("args")
        values = items.items if isinstance(items, Tuple) else ()
        if UNKNOWN in values:
            return UNKNOWN
        try:
            given = [to_python(value) for value in values]
        except ValueError:
            call.report(
                "not-callable",
                f"`{_called(call)}` in a kernel takes constants, and something here is computed when it runs: use an operation "
                "of weft",
            )
            return UNKNOWN
        return _result(compute, given) if all(_is_small(value, most) for value in given) else UNKNOWN

    return infer


def _called(call: Call) -> str:
    return ast.unparse(call.node.func) if isinstance(call.node, ast.Call) else call.name


def _is_small(value: object, most: int) -> bool:
    if isinstance(value, tuple):
        return len(value) <= _LONGEST and all(_is_small(item, most) for item in value)
    return isinstance(value, (float, str)) or (isinstance(value, int) and abs(value) <= most)


def _result(compute: Callable[..., object], given: list[object]) -> Value:
    try:
        found = from_python(compute(*given))
    except (ArithmeticError, TypeError, ValueError):
        return UNKNOWN
    is_huge = isinstance(found, Static) and isinstance(found.value, int) and abs(found.value) > _LARGEST
    return UNKNOWN if is_huge else found


def infer_tuple(call: Call) -> Value:
    """`tuple(x)` of a tuple; one of a NamedTuple forgets its names."""
    items = call.value("args")
    first = items.items[0] if isinstance(items, Tuple) and len(items.items) == 1 else UNKNOWN
    return Tuple(first.items) if isinstance(first, Tuple) else UNKNOWN


def infer_log(call: Call) -> Value:
    """`math.log(x)` and `math.log(x, base)`."""
    values = math.arguments(call)
    if len(values) != 2:
        return math.infer_log(call)
    logarithms = [math.infer_log(replace(call, arguments={"x": value})) for value in values]
    return binary(call.tracer, "div", logarithms[0], logarithms[1], call.node)


def rounding(compute: Callable[[float], int], on_numbers: Rule) -> Rule:
    """The rule of Python's functions that give a whole number of a constant."""

    def infer(call: Call) -> Value:
        value = math.first(call)
        if isinstance(value, Static) and isinstance(value.value, (int, float)):
            return _result(compute, [value.value])
        return on_numbers(call)

    return infer


def infer_fabs(call: Call) -> Value:
    value = math.infer_abs(call)
    return Static(float(value.value)) if isinstance(value, Static) and isinstance(value.value, int) else value


def infer_sum(call: Call) -> Value:
    """`sum(x)` of a tuple of numbers, or of a vector."""
    values = math.arguments(call)
    if len(values) != 1 or not isinstance(values[0], (Tuple, Vector)):
        return math.not_a_number(call, values[0] if values else UNKNOWN)
    total: Value = Static(0)
    for value in elements(values):
        total = binary(call.tracer, "add", total, value, call.node)
    return total


def infer_enumerate(call: Call) -> Value:
    """`enumerate` of a tuple, as a tuple of pairs."""
    given = [*math.arguments(call), call.arguments.get("start", Static(0))]
    match given:
        case [Tuple(items=items), Static(value=int() as first), *_]:
            return Tuple(tuple(Tuple((Static(at), item)) for at, item in enumerate(items, first)))
        case _:
            return _not_a_tuple(call, given[:-1])


def infer_zip(call: Call) -> Value:
    """`zip` of tuples, as a tuple of tuples; like Python's, as long as the shortest."""
    values = math.arguments(call)
    given = [value.items for value in values if isinstance(value, Tuple)]
    if len(given) < len(values):
        return _not_a_tuple(call, values)
    lengths = {len(items) for items in given}
    if call.arguments.get("strict") == Static(True) and len(lengths) > 1:
        call.report(
            "unpack",
            f"`zip` of tuples of {' and '.join(map(str, sorted(lengths)))} values: make them as long",
        )
        return UNKNOWN
    return Tuple(tuple(map(Tuple, zip(*given, strict=False))))


def infer_reversed(call: Call) -> Value:
    match math.arguments(call):
        case [Tuple(items=items)]:
            return Tuple(items[::-1])
        case values:
            return _not_a_tuple(call, values)


def _not_a_tuple(call: Call, values: Sequence[Value]) -> Value:
    if UNKNOWN not in values:
        found = ", ".join(map(describe, values)) or "nothing"
        call.report(
            "call-arguments",
            f"`{call.name}` in a kernel takes tuples; found {found}: loop over a `range` and index",
        )
    return UNKNOWN


def infer_round(call: Call) -> Value:
    """`round(x)`: of halves, the even neighbour; a whole number, as in Python."""
    values = math.arguments(call)
    if all(isinstance(value, Static) for value in values):
        return _round_constant(call)
    if len(values) > 1:
        call.report("call-arguments", "`round` in a kernel gives whole numbers: scale, round, and scale back")
        return UNKNOWN
    return _to_index(replace(call, arguments={"args": Tuple((math.infer_rint(call),))}))


_round_constant = computed(round)
_to_index = convert_to(INDEX)

RULES: dict[str, Rule] = {
    **{
        f"math.{name}": computed(getattr(pymath, name))
        for name in ("gcd", "lcm", "isqrt", "ldexp", "fmod", "degrees")
    },
    **{
        f"math.{name}": computed(getattr(pymath, name), 256) for name in ("comb", "perm", "factorial", "prod")
    },
    "math.radians": computed(pymath.radians),
    "builtins.pow": computed(pow, 64),
    "builtins.divmod": computed(divmod),
    "builtins.enumerate": infer_enumerate,
    "builtins.zip": infer_zip,
    "builtins.reversed": infer_reversed,
    "builtins.round": infer_round,
    "builtins.tuple": infer_tuple,
    "builtins.sum": infer_sum,
    "builtins.print": infer_print,
    "builtins.range": infer_range,
    "builtins.len": infer_len,
    "builtins.abs": math.infer_abs,
    "builtins.min": math.infer_min,
    "builtins.max": math.infer_max,
    "builtins.int": _to_index,
    "builtins.float": convert_to(F32),
    "builtins.bool": infer_bool,
    "math.exp": math.infer_exp,
    "math.exp2": math.infer_exp2,
    "math.log": infer_log,
    "math.log2": math.infer_log2,
    "math.sqrt": math.infer_sqrt,
    "math.sin": math.infer_sin,
    "math.cos": math.infer_cos,
    "math.tanh": math.infer_tanh,
    "math.erf": math.infer_erf,
    "math.tan": math.infer_tan,
    "math.asin": math.infer_asin,
    "math.acos": math.infer_acos,
    "math.atan": math.infer_atan,
    "math.atan2": math.infer_atan2,
    "math.sinh": math.infer_sinh,
    "math.cosh": math.infer_cosh,
    "math.asinh": math.infer_asinh,
    "math.acosh": math.infer_acosh,
    "math.atanh": math.infer_atanh,
    "math.log10": math.infer_log10,
    "math.log1p": math.infer_log1p,
    "math.expm1": math.infer_expm1,
    "math.cbrt": math.infer_cbrt,
    "math.hypot": math.infer_hypot,
    "math.copysign": math.infer_copysign,
    "math.isnan": math.infer_isnan,
    "math.isinf": math.infer_isinf,
    "math.isfinite": math.infer_isfinite,
    "math.floor": rounding(pymath.floor, math.infer_floor),
    "math.ceil": rounding(pymath.ceil, math.infer_ceil),
    "math.trunc": rounding(pymath.trunc, math.infer_trunc),
    "math.pow": math.infer_pow,
    "math.fabs": infer_fabs,
}
