"""What the memory system makes of the addresses that the threads of one warp ask for at once.

Source: CUDA C++ Best Practices Guide, "Coalesced Access to Global Memory" and "Shared Memory and Memory Banks".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise
from operator import sub

from weft.lint.block.record import Touch
from weft.lint.block.trial import WARP, Trial

SECTOR_BYTES = 32
_BANKS = 32
_WORD_BYTES = 4
WIDEST_BYTES = 16


def fullest(touch: Touch, threads: int) -> list[int]:
    """The elements that a warp touches, in the order of its threads: of the warp in which most threads take part."""
    offsets, mask = touch.offsets, touch.mask
    if mask is None:
        count = min(WARP, threads)
        return [offsets] * count if isinstance(offsets, int) else offsets[:count]
    starts = range(0, threads, WARP)
    first = max(starts, key=lambda start: sum(mask[start : start + WARP]))
    here = mask[first : first + WARP]
    if isinstance(offsets, int):
        return [offsets] * sum(here)
    return list(compress(offsets[first : first + WARP], here))


def wide(touches: Sequence[Touch]) -> Iterator[tuple[Touch, int]]:
    """The accesses as they are made: neighbours that one expression names at one time are one access, of so many bytes.

    Such an access is as wide as an instruction can be: 16 bytes.
    """
    at = 0
    while at < len(touches):
        first, size = touches[at], touches[at].array.dtype.itemsize_bytes
        most = WIDEST_BYTES // size
        count = next(
            (by for by, other in enumerate(touches[at : at + most]) if not _follows(first, other, by)), most
        )
        count = min(count, len(touches) - at)
        count = 1 << count.bit_length() - 1
        yield first, count * size
        at += count


def _follows(first: Touch, other: Touch, by: int) -> bool:
    """Whether each thread touches the element `by` after the one that it touched first."""
    if (first.span, first.kind, first.rounds, first.mask) != (
        other.span,
        other.kind,
        other.rounds,
        other.mask,
    ):
        return False
    if isinstance(first.offsets, int) or isinstance(other.offsets, int):
        return by == 0
    return list(map(sub, other.offsets, first.offsets)) == [by] * len(first.offsets)


def sectors(elements: Iterable[int], itemsize_bytes: int) -> set[int]:
    """The pieces of 32 bytes that the elements lie in: each is one transaction."""
    return {element * itemsize_bytes // SECTOR_BYTES for element in elements}


def fewest_sectors(elements: Iterable[int], itemsize_bytes: int) -> int:
    """How many pieces would hold as many elements if they lay side by side."""
    return -(-len(set(elements)) * itemsize_bytes // SECTOR_BYTES)


def conflict_degree(elements: Sequence[int], itemsize_bytes: int) -> int:
    """How many turns the banks of shared memory need where one would do: threads that want different words of one bank
    wait for each other. Wide elements are served to a half or a quarter of a warp at a time."""
    together = WARP * _WORD_BYTES // max(itemsize_bytes, _WORD_BYTES)
    parts = (elements[start : start + together] for start in range(0, len(elements), together))
    return max((_turns(part, itemsize_bytes) for part in parts), default=1)


def _turns(elements: Iterable[int], itemsize_bytes: int) -> int:
    words: set[int] = set()
    for element in elements:
        first = element * itemsize_bytes
        words.update(range(first // _WORD_BYTES, (first + itemsize_bytes - 1) // _WORD_BYTES + 1))
    banks = [word % _BANKS for word in words]
    return 1 if len(set(banks)) == len(banks) else max(Counter(banks).values())


def step(elements: Sequence[int]) -> int | None:
    """How many elements apart neighbouring threads are; None if that differs."""
    steps = {after - before for before, after in pairwise(elements)}
    return steps.pop() if len(steps) == 1 else None


def step_words(step_elements: int, itemsize_bytes: int, trial: Trial) -> str:
    """A step in bytes; one that is a dimension, or a product of two, by its name."""
    dims = {name: size for name, size in trial.sizes.items() if ".stride[" not in name}
    products = {f"{a} * {b}": dims[a] * dims[b] for a in dims for b in dims if a <= b}
    for name, size in {**products, **dims}.items():
        if size == abs(step_elements):
            return f"`{name}` × {itemsize_bytes} bytes"
    return f"{abs(step_elements) * itemsize_bytes:,} bytes"
