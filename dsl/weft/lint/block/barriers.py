"""Which barriers of a block order anything."""

from weft.lint.block.record import Touch
from weft.model.diagnostic import Span

# What threads did between two barriers, by array; None where some of it is not known.
Interval = dict[str, list[Touch]] | None

_SEVERAL = -1


class Barriers:
    """needed: the barriers of which something before meets something after, or may. seen: all, in order."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.seen: dict[Span, None] = {}
        self.needed: set[Span] = set()
        self._last: tuple[Span, Interval] | None = None

    def come(self, barrier: Span | None, before: Interval) -> None:
        """The block comes to a barrier, or, without one, to where nothing can be compared any more."""
        if self._last is not None:
            span, earlier = self._last
            if span not in self.needed and self._meet(earlier, before):
                self.needed.add(span)
        self._last = None
        if barrier is not None:
            self.seen[barrier] = None
            self._last = barrier, before

    def _meet(self, before: Interval, after: Interval) -> bool:
        if before is None or after is None:
            return True
        return any(self._meet_in(before[name], after[name]) for name in before.keys() & after.keys())

    def _meet_in(self, before: list[Touch], after: list[Touch]) -> bool:
        """Whether two threads touch one element of an array, one before and one after, and not both only read it."""
        for kind_before, kind_after in (
            ("write", "any"),
            ("any", "write"),
            ("atomic", "read"),
            ("read", "atomic"),
        ):
            later = [touch for touch in after if kind_after in ("any", touch.kind)]
            owners = self._owners(
                [one for one in before if kind_before in ("any", one.kind)] if later else []
            )
            for touch in later if owners else ():
                if not owners.keys().isdisjoint(touch.touched()):
                    for thread, element in touch.elements(self.threads):
                        if owners.get(element, thread) != thread:
                            return True
        return False

    def _owners(self, touches: list[Touch]) -> dict[int, int]:
        """For each element the thread that touches it, or `_SEVERAL`."""
        owners: dict[int, int] = {}
        for touch in touches:
            own = touch.owners()
            if own is not None and (owners.keys().isdisjoint(own) or own.items() <= owners.items()):
                owners |= own
                continue
            for thread, element in touch.elements(self.threads):
                if owners.setdefault(element, thread) != thread:
                    owners[element] = _SEVERAL
        return owners
