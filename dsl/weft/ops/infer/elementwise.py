"""Rules of functions of numbers, for vectors too."""

from collections.abc import Sequence

from weft.model.dialect import Rule
from weft.model.trace.call import Call
from weft.model.trace.elementwise import elementwise
from weft.model.values import Scalar, Tuple, Value, Vector
from weft.records import replace


def of_vectors(rule: Rule) -> Rule:
    """The rule of a function of numbers; where an argument is a vector, the function's of each of its elements."""

    def infer(call: Call) -> Value:
        rest = call.value("args") if call.given("args") else Tuple(())
        more = rest.items if isinstance(rest, Tuple) else ()
        names = [name for name in call.arguments if name != "args"]
        values = [*map(call.value, names), *more]
        if not any(isinstance(value, Vector) for value in values):
            return rule(call)

        def compute(row: Sequence[Value]) -> Value:
            arguments = dict(zip(names, row, strict=False))
            if call.given("args"):
                arguments["args"] = Tuple(tuple(row[len(names) :]))
            return rule(replace(call, arguments=arguments))

        return elementwise(call.tracer, call.name, values, call.node, compute)

    return infer


def elements(values: Sequence[Value]) -> Sequence[Value]:
    """The numbers of one tuple or vector, for what takes many numbers or one of those."""
    if len(values) == 1 and isinstance(values[0], Vector):
        return [Scalar(item) for item in values[0].items]
    return values[0].items if len(values) == 1 and isinstance(values[0], Tuple) else values
