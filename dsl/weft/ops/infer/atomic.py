"""What reading and writing an element as one step gives."""

import ast

from weft.model import fold
from weft.model.atomics import ATOMICS
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.ir import Expr, Place
from weft.model.trace.call import Call
from weft.model.trace.tensors import element_place
from weft.model.values import UNKNOWN, Scalar, Tensor, Value


def atomic(effect: str, operands: tuple[str, ...]) -> Rule:
    """The rule of one of `ATOMICS`. operands: the names of the numbers that it takes."""

    def infer(call: Call) -> Value:
        tensor = call.value("x")
        values = [call.number(name) for name in operands]
        if not isinstance(tensor, Tensor):
            _report_no_tensor(call, tensor)
            return UNKNOWN
        if not _is_possible(call, effect, tensor):
            return UNKNOWN
        return _emitted(call, effect, tensor, values)

    return infer


def _report_no_tensor(call: Call, value: Value) -> None:
    if value is not UNKNOWN:
        call.report(
            "call-arguments",
            f"`x` of `{call.name}` is a tensor; found {describe(value)}: pass the tensor, and the index after it",
            "x",
        )


def _is_possible(call: Call, effect: str, tensor: Tensor) -> bool:
    if tensor.array.space == "local":
        call.report(
            "atomic-space",
            f"`{tensor.name}` is local memory, which no other thread sees: read and write its elements as they are",
            "x",
        )
        return False
    allowed = ATOMICS[effect]
    if tensor.dtype not in allowed:
        names = ", ".join(f"`{dtype}`" for dtype in allowed)
        call.report(
            "atomic-dtype",
            f"`{effect}` works on elements of {names}; `{tensor.name}` has `{tensor.dtype}`: use a tensor of one of these",
            "x",
        )
        return False
    return True


def _emitted(call: Call, effect: str, tensor: Tensor, values: list[Expr | None]) -> Value:
    t = call.tracer
    t.written.add(tensor.array.name)
    args = tuple(value for value in values if value is not None)
    place = element_place(t, tensor, call.value("index"), _as_access(call), is_write=True)
    if place is None or len(args) < len(values):
        t.miss(call.node)
        return UNKNOWN
    offset, guard = place
    (before,) = t.do(
        effect,
        call.node,
        gives=(tensor.dtype,),
        args=tuple(fold.convert(arg, tensor.dtype) for arg in args),
        places=(Place(tensor.array, offset),),
        guard=guard,
    )
    return Scalar(before)


def _as_access(call: Call) -> ast.Subscript:
    """The call's first arguments as `x[index]`, which findings are about."""
    access = ast.Subscript(call.place("x"), call.place("index"), ast.Store())
    return ast.copy_location(access, call.node)


RULES: dict[str, Rule] = {
    name: atomic(name, ("expected", "desired") if name == "atomic_compare_exchange" else ("value",))
    for name in ATOMICS
}
