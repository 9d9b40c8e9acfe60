"""How a run of statements ends."""

from weft.records import record


@record
class Flow:
    """How a run of statements ends: whether anything after it can run."""

    leaves: bool = False


ENDS = Flow(True)
GOES_ON = Flow()
