"""What an access does to memory, as a hover says it."""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.trial import Trial
from weft.lint.block.warp import conflict_degree, fewest_sectors, fullest, sectors, step, step_words
from weft.model.kernel import Analysis
from weft.model.trace.tracer import Access


def memory_notes(function: Analysis, access: Access) -> Iterator[str]:
    """How much a thread moves, and what a warp makes of it."""
    ran = inner_block(function)
    touch = next((touch for touch in ran.touches if touch.span == access.span), None) if ran else None
    if ran is None or touch is None:
        return
    size = touch.array.dtype.itemsize_bytes
    elements = fullest(touch, ran.trial.threads)
    if access.space == "global":
        moved, fewest = len(sectors(elements, size)), fewest_sectors(elements, size)
        transactions = f"{moved} {'transaction' if moved == 1 else 'transactions'} of 32 bytes for a warp"
        how = _coalescing(elements, size, ran.trial, is_best=moved <= fewest)
        yield f"{how}. {size} bytes for each thread; {transactions}, {fewest} at best."
    elif access.space == "shared":
        turns = conflict_degree(elements, size)
        how = (
            "No bank conflict" if turns == 1 else f"Bank conflict: a warp takes {turns} turns instead of one"
        )
        yield f"{how}. {size} bytes for each thread."


def _coalescing(elements: list[int], size: int, trial: Trial, *, is_best: bool) -> str:
    apart = step(elements)
    if apart == 0 and len(elements) > 1:
        return "Coalesced: the threads of a warp share one element"
    if is_best:
        return "Coalesced"
    if apart is not None and abs(apart) == 1:
        return "Coalesced, but not aligned to 32 bytes"
    where = f"{step_words(apart, size, trial)} apart" if apart is not None else "in scattered places"
    return f"Not coalesced: the threads of a warp are {where}"
