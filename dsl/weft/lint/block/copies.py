"""Asynchronous copies that nothing has waited for yet."""

from weft.lint.block.record import Touch
from weft.model.diagnostic import Span


class Copies:
    """early_reads: reads of elements that a copy may still be filling, each with the copy and the array's name."""

    def __init__(self) -> None:
        self.early_reads: dict[Span, tuple[Span, str]] = {}
        # What each group fills, oldest first: its copies, and its elements by array. The last group is still open.
        self._groups: list[tuple[list[Touch], dict[str, dict[int, Span]]]] = [([], {})]

    @property
    def pending(self) -> list[Touch]:
        """The copies that nothing has waited for."""
        return [touch for touches, _ in self._groups for touch in touches]

    def start(self, touch: Touch) -> None:
        touches, elements = self._groups[-1]
        touches.append(touch)
        elements.setdefault(touch.array.name, {}).update(dict.fromkeys(touch.touched(), touch.span))

    def commit(self) -> None:
        self._groups.append(([], {}))

    def wait(self, left: int) -> list[Touch]:
        """Until at most `left` of the closed groups are not done; with 0, until all copies are. Those that are now."""
        before = self.pending
        self._groups = self._groups[-1 - left :] if left else [([], {})]
        return before[: len(before) - len(self.pending)]

    def forget(self) -> None:
        """What was started before is not known any more."""
        self._groups = [([], {})]

    def read(self, touch: Touch) -> None:
        name = touch.array.name
        filled = [elements[name] for _, elements in self._groups if name in elements]
        if not filled or touch.span in self.early_reads:
            return
        touched = touch.touched()
        if all(elements.keys().isdisjoint(touched) for elements in filled):
            return
        for element in touched:
            for elements in filled:
                if element in elements:
                    self.early_reads[touch.span] = elements[element], name
                    return
