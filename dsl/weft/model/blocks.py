"""The blocks of one version of a file, each analysed when it is first asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from weft.model.block import BlockModel
from weft.model.syntax import Parsed
from weft.model.text import ModuleText

Placed = tuple[int, BlockModel]
# Analyses a block of a module that starts at an offset, or takes what is known of its text if that still holds.
Analyse = Callable[[ModuleText, Parsed, int, "BlockModel | None"], BlockModel]


class Blocks(Sequence[Placed]):
    """Each block with the offset that its spans count from."""

    def __init__(self, module: ModuleText, analyse: Analyse, before: "Blocks | None") -> None:
        # `before`: the blocks as they were before an edit.
        self.module = module
        self._analyse = analyse
        self._made: list[BlockModel | None] = [None] * len(module.blocks)
        self._known = _kept(module, before) if before else self._made[:]

    def known(self) -> list[BlockModel | None]:
        """What was analysed, in this version or in one before."""
        return [made or known for made, known in zip(self._made, self._known, strict=True)]

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[Placed]:
        for index, (span, _) in enumerate(self.module.blocks):
            made = self._made[index]
            yield self[index] if made is None else (span.start, made)

    @overload
    def __getitem__(self, index: int) -> Placed: ...
    @overload
    def __getitem__(self, index: slice) -> list[Placed]: ...
    def __getitem__(self, index: int | slice) -> Placed | list[Placed]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        span, parsed = self.module.blocks[index]
        made = self._made[index]
        if made is None:
            made = self._made[index] = self._analyse(self.module, parsed, span.start, self._known[index])
        return span.start, made


def _kept(module: ModuleText, before: Blocks) -> list[BlockModel | None]:
    """What was analysed of the blocks before an edit: of the same place, or at least of the same text."""
    known = before.known()
    first, last = module.split.same_at_start, len(known) - module.split.same_at_end
    end = len(module.blocks) - module.split.same_at_end
    texts = {block.parsed.text: block for block in known[first:last] if block is not None}
    changed = [texts.get(parsed.text) for _, parsed in module.blocks[first:end]]
    return [*known[:first], *changed, *known[last:]]
