"""What the lanes of a warp give each other."""

from weft.model import fold
from weft.model.dialect import Rule
from weft.model.dtypes import BOOL, F32, I32, INDEX, U32, DType
from weft.model.ir import WARP_SIZE, Const, Expr
from weft.model.trace.arithmetic import as_condition
from weft.model.trace.call import Call
from weft.model.values import UNKNOWN, Scalar, Static, Value
from weft.ops.infer.geometry import in_domain

_WIDTHS = (2, 4, 8, 16, 32)
_WIDE = {"bool": I32, "i8": I32, "i16": I32, "u8": U32, "u16": U32, "f16": F32, "bf16": F32}


def _shuffle(mode: str, distance: str) -> Rule:
    """distance: the parameter that says which lane."""

    def infer(call: Call) -> Value:
        value, width = call.number("value"), _width(call)
        by = call.number(distance, I32) if call.given(distance) else fold.const(0, I32)
        if value is None or by is None or width is None:
            return UNKNOWN
        if isinstance(by, Const):
            return _given(call, "shuffle", (value,), (mode, width, int(by.value) % WARP_SIZE), value.dtype)
        return _given(call, "shuffle", (value, by), (mode, width), value.dtype)

    return infer


def _vote(which: str) -> Rule:
    def infer(call: Call) -> Value:
        condition = _condition(call, neutral=which == "all")
        return UNKNOWN if condition is None else _given(call, "vote", (condition,), (which,), BOOL)

    return infer


def infer_ballot(call: Call) -> Value:
    condition = _condition(call, neutral=False)
    return UNKNOWN if condition is None else _given(call, "ballot", (condition,), (), U32)


def _condition(call: Call, *, neutral: bool) -> Expr | None:
    value = call.value("condition")
    test = None if value is UNKNOWN else as_condition(call.tracer, value, call.place("condition"))
    return None if test is None else _taking_part(call, test, neutral)


def _reduce(which: str) -> Rule:
    def infer(call: Call) -> Value:
        value, width = call.number("value"), _width(call)
        if value is None or width is None:
            return UNKNOWN
        wide = _WIDE.get(value.dtype.name, value.dtype)
        taking_part = _taking_part(call, fold.convert(value, wide), _neutral(which, value.dtype))
        result = _given(call, "warp_reduce", (taking_part,), (which, width), wide)
        if which == "sum" or not isinstance(result, Scalar):
            return result
        return Scalar(fold.convert(result.expr, value.dtype))

    return infer


def infer_warp_scan(call: Call) -> Value:
    value, width, exclusive = call.number("value"), _width(call), call.value("exclusive")
    if call.given("exclusive") and not isinstance(exclusive, Static):
        if exclusive is not UNKNOWN:
            call.report(
                "static-required",
                f"`exclusive` of `{call.name}` is known at compile time: write True or False",
                "exclusive",
            )
        return UNKNOWN
    if value is None or width is None:
        return UNKNOWN
    wide = _WIDE.get(value.dtype.name, value.dtype)
    which = "exclusive" if isinstance(exclusive, Static) and exclusive.value else "inclusive"
    taking_part = _taking_part(call, fold.convert(value, wide), 0)
    return _given(call, "warp_scan", (taking_part,), (which, width), wide)


def infer_warp_barrier(call: Call) -> Value:
    if call.tracer.is_kernel:
        call.tracer.do("warp_barrier", call.node)
    return Static(None)


def _width(call: Call) -> int | None:
    if not call.given("width"):
        return WARP_SIZE
    value = call.value("width")
    if isinstance(value, Static) and isinstance(value.value, int) and value.value in _WIDTHS:
        return int(value.value)
    if value is not UNKNOWN:
        found = str(value.value) if isinstance(value, Static) else "a number known only at launch"
        call.report(
            "call-arguments",
            f"`width` of `{call.name}` is 2, 4, 8, 16 or 32, known at compile time; found {found}: use one of these",
            "width",
        )
    return None


def _neutral(which: str, dtype: DType) -> float:
    """What changes no result, and is a number of `dtype` itself."""
    if which == "sum":
        return 0
    if dtype.kind == "bool":
        return which == "min"
    if dtype.is_float:
        return float("-inf") if which == "max" else float("inf")
    if not dtype.is_signed:
        return 0 if which == "max" else 2**dtype.bits - 1
    # An index is 32 bits wide in some launches.
    bits = 32 if dtype == INDEX else dtype.bits
    return -(2 ** (bits - 1)) if which == "max" else 2 ** (bits - 1) - 1


def _taking_part(call: Call, value: Expr, neutral: float) -> Expr:
    """`value`, or what changes nothing in a thread outside of the domain."""
    inside = in_domain(call.tracer)
    if inside is None:
        return value
    return fold.operation("select", inside, value, fold.const(neutral, value.dtype), dtype=value.dtype)


def _given(
    call: Call, effect: str, args: tuple[Expr, ...], static: tuple[int | str, ...], dtype: DType
) -> Value:
    t = call.tracer
    if not t.is_kernel:
        return UNKNOWN
    (target,) = t.do(effect, call.node, gives=(dtype,), args=args, static=static)
    return Scalar(target)


RULES: dict[str, Rule] = {
    "shuffle": _shuffle("idx", "lane"),
    "shuffle_up": _shuffle("up", "delta"),
    "shuffle_down": _shuffle("down", "delta"),
    "shuffle_xor": _shuffle("xor", "mask"),
    "vote_any": _vote("any"),
    "vote_all": _vote("all"),
    "ballot": infer_ballot,
    "warp_broadcast": _shuffle("idx", "lane"),
    "warp_sum": _reduce("sum"),
    "warp_max": _reduce("max"),
    "warp_min": _reduce("min"),
    "warp_scan": infer_warp_scan,
    "warp_barrier": infer_warp_barrier,
}
