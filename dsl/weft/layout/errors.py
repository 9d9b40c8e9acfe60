class LayoutError(ValueError):
    """A layout, a coordinate or an operation on layouts that cannot be.

    The text says what was wrong, what was found, what is allowed and what to do.
    """


def shown(value: object) -> str:
    """The text of a value inside an error message, cut where it would fill the screen."""
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
