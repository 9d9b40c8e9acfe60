class LayoutError(ValueError):
    """A layout, a coordinate or an operation on layouts that cannot be.

    The text says what was wrong, what was found, what is allowed and what to do.
    """


def shown(value: object) -> str:
    """The text of a checked value inside an error message, cut where it would fill the screen."""
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def described(value: object) -> str:
    """An unchecked value inside an error message: the number, or the type of anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return f"a value of type {type(value).__name__}"
    return str(value) if abs(value) < 2**63 else "an integer that does not fit in 64 bits"


def is_integer_in(value: object, low: int, high: int) -> bool:
    """Whether the value is an integer, not a truth value, from `low` to `high`."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def check_integer_in(value: object, low: int, high: int, name: str) -> None:
    """Refuse a value outside a range; `name` is its name in the message."""
    if not is_integer_in(value, low, high):
        raise LayoutError(f"{name} is {described(value)}; use an integer from {low} to {high}")
