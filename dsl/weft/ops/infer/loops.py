"""Loops that are written out are the business of `for`; anywhere else they are a mistake."""

from weft.model.dialect import Rule
from weft.model.trace.call import Call
from weft.model.values import UNKNOWN, Value


def infer_static_range(call: Call) -> Value:
    call.report(
        "unsupported",
        "`static_range` is what a `for` loop runs over: write `for i in weft.static_range(...)`",
    )
    return UNKNOWN


RULES: dict[str, Rule] = {"static_range": infer_static_range}
