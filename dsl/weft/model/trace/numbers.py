"""The numbers that a value is made of, which branches and loops may change."""

from collections.abc import Sequence

from weft.model.ir import Expr
from weft.model.trace.arithmetic import as_number
from weft.model.trace.tracer import is_numeric
from weft.model.values import Scalar, Tuple, Value, Vector
from weft.records import replace


def numbers_of(value: Value) -> list[Value]:
    """The numbers of a number, a vector, or a tuple of those, in order."""
    match value:
        case Vector(items=items):
            return [Scalar(item) for item in items]
        case Tuple(items=items):
            return [number for item in items for number in numbers_of(as_number(item))]
        case _:
            return [value]


def is_of_numbers(value: Value) -> bool:
    return all(map(is_numeric, numbers_of(value)))


def alike(a: Value, b: Value) -> bool:
    """Whether both are made of numbers, and of as many, in the same way."""
    match a, b:
        case (Vector(), Vector()):
            return len(a.items) == len(b.items) and (a.role, a.shape, a.dtype) == (b.role, b.shape, b.dtype)
        case (Tuple(), Tuple()):
            items = zip(a.items, b.items, strict=False)
            return len(a.items) == len(b.items) and all(alike(as_number(x), as_number(y)) for x, y in items)
        case _:
            return is_numeric(a) and is_numeric(b)


def rebuilt(value: Value, numbers: Sequence[Expr]) -> Value:
    """The same of other numbers."""
    match value:
        case Vector():
            return replace(value, items=tuple(numbers), dtype=numbers[0].dtype)
        case Tuple(items=items):
            made: list[Value] = []
            for item in map(as_number, items):
                count = len(numbers_of(item))
                made.append(rebuilt(item, numbers[:count]))
                numbers = numbers[count:]
            return replace(value, items=tuple(made))
        case _:
            return Scalar(numbers[0])


def labels(name: str, value: Value) -> list[str]:
    """What the variables of a name's numbers are called."""
    count = len(numbers_of(value))
    return [f"{name}.{at}" for at in range(count)] if isinstance(value, (Vector, Tuple)) else [name]
