"""How often loops go round, as far as the text tells."""

from weft.model.ir import Const, For


def fixed_rounds(loop: For) -> int | None:
    """How many iterations a loop over numbers has; None where that is known only at launch."""
    bounds = (loop.start, loop.stop, loop.step)
    numbers = [int(part.value) for part in bounds if isinstance(part, Const)]
    return len(range(*numbers)) if len(numbers) == len(bounds) else None


def is_short(loop: object, most: int) -> bool:
    """Whether a statement is a loop of at most `most` iterations, for certain."""
    rounds = fixed_rounds(loop) if isinstance(loop, For) else None
    return rounds is not None and rounds <= most
