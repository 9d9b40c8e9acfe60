"""What functions of bits give."""

from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.dtypes import BOOL, BY_NAME, I32, I64, INDEX, DType, promote
from weft.model.ir import Expr
from weft.model.trace.call import Call
from weft.model.trace.tracer import as_expr
from weft.model.values import UNKNOWN, DTypeRef, Scalar, Static, Value
from weft.ops.infer.elementwise import of_vectors


def of_bits(name: str, operands: tuple[str, ...] = ("x",)) -> Rule:
    """The rule of a function of integers."""

    @of_vectors
    def infer(call: Call) -> Value:
        exprs = [_whole(call, operand) for operand in operands]
        known = [expr for expr in exprs if expr is not None]
        if len(known) < len(exprs):
            return UNKNOWN
        dtype = known[0].dtype
        for expr in known[1:]:
            dtype = promote(dtype, expr.dtype)
        return Scalar(fold.operation(name, *(fold.convert(expr, dtype) for expr in known)))

    return infer


def _whole(call: Call, operand: str) -> Expr | None:
    """An argument as an integer of a fixed width."""
    value = call.value(operand)
    expr = as_expr(value)
    if expr is None or expr.dtype.is_float:
        if value is not UNKNOWN:
            call.report(
                "call-arguments",
                f"`{call.name}` takes integers; found {describe(value)}: convert it, or see its bits with `weft.bitcast`",
                operand,
            )
        return None
    return fold.convert(expr, {INDEX: I64, BOOL: I32}.get(expr.dtype, expr.dtype))


@of_vectors
def infer_bitcast(call: Call) -> Value:
    value, wanted = call.value("x"), call.value("dtype")
    if not isinstance(wanted, DTypeRef):
        if wanted is not UNKNOWN:
            call.report(
                "call-arguments",
                f"`dtype` is a type such as `weft.u32`; found {describe(wanted)}: pass one",
                "dtype",
            )
        return UNKNOWN
    target = wanted.dtype
    expr = call.number("x", _of_width(value, target))
    if expr is None:
        return UNKNOWN
    if expr.dtype == INDEX:
        expr = fold.convert(expr, I64)
    if BOOL in (expr.dtype, target) or expr.dtype.bits != target.bits:
        call.report(
            "call-arguments",
            f"`bitcast` keeps the bits: `{expr.dtype}` has {_bits(expr.dtype)} and `{target}` has {_bits(target)}: "
            "convert first, or to a type of the same width",
        )
        return UNKNOWN
    return Scalar(expr if expr.dtype == target else fold.operation("bitcast", expr, dtype=target))


def _of_width(value: Value, target: DType) -> DType | None:
    """A Python number is one of the target's width."""
    if not isinstance(value, Static) or target == BOOL:
        return None
    return BY_NAME.get(f"{'f' if isinstance(value.value, float) else 'u'}{target.bits}")


def _bits(dtype: DType) -> str:
    return "no number" if dtype == BOOL else f"{dtype.bits}"


RULES: dict[str, Rule] = {
    "popcount": of_bits("popcount"),
    "clz": of_bits("clz"),
    "ctz": of_bits("ctz"),
    "bit_reverse": of_bits("bit_reverse"),
    "mul_hi": of_bits("mul_hi", ("x", "y")),
    "bitcast": infer_bitcast,
}
