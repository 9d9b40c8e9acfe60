"""Asynchronous copies that nothing has waited for yet."""

from weft.lint.block.record import Touch
from weft.model.diagnostic import Span


class Copies:
    """early_reads: reads of elements that a copy may still be filling, each with the copy and the array's name."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.early_reads: dict[Span, tuple[Span, str]] = {}
        # The elements that each group fills, oldest first; the last group is still open.
        self._groups: list[dict[tuple[str, int], Span]] = [{}]

    def start(self, touch: Touch) -> None:
        for _, element in touch.elements(self.threads):
            self._groups[-1][touch.array.name, element] = touch.span

    def commit(self) -> None:
        self._groups.append({})

    def wait(self, left: int) -> None:
        """Until at most `left` of the closed groups are not done; with 0, until all copies are."""
        self._groups = self._groups[-1 - left :] if left else [{}]

    def forget(self) -> None:
        """What was started before is not known any more."""
        self._groups = [{}]

    def read(self, touch: Touch) -> None:
        if touch.span in self.early_reads or not any(self._groups):
            return
        name = touch.array.name
        for element in touch.touched():
            for group in self._groups:
                if (name, element) in group:
                    self.early_reads[touch.span] = group[name, element], name
                    return
