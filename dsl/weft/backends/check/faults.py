"""What interpreting a kernel finds."""

from dataclasses import dataclass

from weft.model.diagnostic import Span


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, where, and which threads (numbered within the launch) did it.

    kind: `race`, `outside` (an access outside of a tensor that no guard stops), `undefined` (a read of shared or local
    memory that nothing wrote, or of a variable that nothing assigned), `divergent` (a barrier, or an operation
    of a warp, that not all of its threads reach), `assertion` (an `assert` that is wrong).
    """

    kind: str
    message: str
    span: Span
    threads: tuple[int, ...] = ()
    other_span: Span | None = None
