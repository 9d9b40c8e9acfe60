"""How a run of statements ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """How a run of statements ends: whether anything after it can run."""

    leaves: bool = False


ENDS = Flow(True)
GOES_ON = Flow()
