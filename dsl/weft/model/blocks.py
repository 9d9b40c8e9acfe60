"""The blocks of one version of a file, each analysed when it is first asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from weft.model.block import BlockModel
from weft.model.syntax import Parsed
from weft.model.text import Held, ModuleText

Placed = tuple[int, BlockModel]
# More lookups than a file has are of texts that were typed and are gone: then what holds is found anew.
_MOST_HELD = 256
# Analyses a block of a module that starts at an offset, or takes what is known of its text if that still holds.
Analyse = Callable[[ModuleText, Parsed, int, "BlockModel | None"], BlockModel]


class Blocks(Sequence[Placed]):
    """Each block with the offset that its spans count from."""

    def __init__(self, module: ModuleText, analyse: Analyse, before: "Blocks | None") -> None:
        # `before`: the blocks as they were before an edit.
        self.module = module
        self._analyse = analyse
        self._made: list[BlockModel | None] = [None] * len(module.blocks)
        self._placed: list[Placed] | None = None
        self._known = _kept(module, before) if before else self._made[:]
        # What held before the edit, until somebody asks whether it still does.
        self._before = _held(module, before) if before else None

    def made(self) -> list[BlockModel | None]:
        """What was asked for in this version, or is known to hold in it."""
        return self._made

    def known(self) -> list[BlockModel | None]:
        """What was analysed, in this version or in one before."""
        return [made or known for made, known in zip(self._made, self._known, strict=True)]

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[Placed]:
        return self._each() if self._placed is None else iter(self._placed)

    def _each(self) -> Iterator[Placed]:
        placed: list[Placed] = []
        for index in range(len(self)):
            placed.append(self[index])
            yield placed[-1]
        self._placed = placed

    @overload
    def __getitem__(self, index: int) -> Placed: ...
    @overload
    def __getitem__(self, index: slice) -> list[Placed]: ...
    def __getitem__(self, index: int | slice) -> Placed | list[Placed]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if self._before is not None:
            self._take_over(*self._before)
        span, parsed = self.module.blocks[index]
        made = self._made[index]
        if made is None:
            made = self._made[index] = self._analyse(self.module, parsed, span.start, self._known[index])
        return span.start, made

    def _take_over(self, made: list[BlockModel | None], held: Held) -> None:
        """The blocks of a file look up the same few names: those are looked up once more, not those of each block."""
        self._before = None
        failing = self.module.library.failing(held, self.module)
        self._made = [
            each if each is not None and (not failing or failing.isdisjoint(each.lookups.names)) else None
            for each in made
        ]


def _held(module: ModuleText, before: Blocks) -> tuple[list[BlockModel | None], Held] | None:
    """The blocks that the edit left alone, as far as they were asked for, and all that they rely on."""
    held = before.module.held
    if held is None or not held.is_whole or len(held.lookups) > 2 * len(module.blocks) + _MOST_HELD:
        return None
    made = before.made()
    first, last = module.split.same_at_start, len(made) - module.split.same_at_end
    edited = len(module.blocks) - first - module.split.same_at_end
    return [*made[:first], *[None] * edited, *made[last:]], held


def _kept(module: ModuleText, before: Blocks) -> list[BlockModel | None]:
    """What was analysed of the blocks before an edit: of the same place, or at least of the same text."""
    known = before.known()
    first, last = module.split.same_at_start, len(known) - module.split.same_at_end
    end = len(module.blocks) - module.split.same_at_end
    texts = {block.parsed.text: block for block in known[first:last] if block is not None}
    changed = [texts.get(parsed.text) for _, parsed in module.blocks[first:end]]
    return [*known[:first], *changed, *known[last:]]
