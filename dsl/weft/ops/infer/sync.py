"""What waiting does."""

from weft.model.dialect import Rule
from weft.model.ir import Barrier
from weft.model.trace.call import Call
from weft.model.values import Static, Value


def infer_barrier(call: Call) -> Value:
    if call.tracer.is_kernel:
        call.tracer.emit(Barrier(call.tracer.span(call.node)))
    return Static(None)


RULES: dict[str, Rule] = {"barrier": infer_barrier}
