"""Several threads write different values to one element of a tensor.

One of them wins, and which one differs from run to run. Mostly an index that leaves out the block or an axis, or a sum that
needs an atomic operation. Threads that all write the same value are no finding.

```python
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    y[weft.thread_idx.x] = x[i]  # of every block the same 64
```

Instead, give each element one thread, or add with `weft.atomic_add`.

```python right
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    y[i] = x[i]
```

Source: CUDA C++ Programming Guide, "Memory Consistency".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block, next_block
from weft.lint.block.record import Touch
from weft.lint.block.run import Ran
from weft.lint.block.trial import Trial
from weft.lint.places import from_here
from weft.lint.rules.race import is_overlap, unknown, why
from weft.model.diagnostic import Diagnostic, Related, Span
from weft.model.kernel import Analysis

CODE = "overlapping-writes"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None or ran.has_locks:
        return
    found: set[Span] = set()
    for meeting in ran.record.meetings.values():
        if is_overlap(meeting):
            first, second = meeting.first, meeting.second
            found |= {first.span, second.span}
            words = _threads(ran.trial, meeting.first_thread, meeting.second_thread)
            related = (Related("the other write", first.span),) if first.span != second.span else ()
            where = (
                ""
                if first.span == second.span
                else f", the first {from_here(kernel, second.span, first.span)}"
            )
            yield Diagnostic(CODE, _message(second, words + where), second.span, "error", (), related)
    yield from _untold(ran)
    if not any(map(_is_varied_write, ran.touches)):
        return
    beside = next_block(kernel)
    if beside is not None:
        yield from _between_blocks(ran, beside, found)


def _untold(ran: Ran) -> Iterator[Diagnostic]:
    for untold in ran.untold:
        if untold.array.space == "global" and untold.kind == "write":
            message = (
                f"cannot tell whether two threads write one element of `{untold.array.name}`: {why(untold)}"
            )
            yield unknown(CODE, message, untold.span)


def _between_blocks(ran: Ran, beside: Ran, found: set[Span]) -> Iterator[Diagnostic]:
    """An element that two blocks write: blocks are never ordered."""
    written = _written(ran)
    for touch in beside.touches:
        elements = written.get(touch.array.name, {})
        if not _is_varied_write(touch) or touch.span in found or elements.keys().isdisjoint(touch.touched()):
            continue
        for thread, element in touch.elements(beside.trial.threads):
            if element in elements:
                found.add(touch.span)
                one, other = ran.trial.thread_words(elements[element]), beside.trial.thread_words(thread)
                words = f"{one} of one block and {other} of the next"
                yield Diagnostic(CODE, _message(touch, words), touch.span, "error", certainty="likely")
                break


def _written(ran: Ran) -> dict[str, dict[int, int]]:
    """The elements of each tensor that a block writes, with a thread that does."""
    written: dict[str, dict[int, int]] = {}
    for touch in ran.touches:
        if _is_varied_write(touch):
            elements = written.setdefault(touch.array.name, {})
            own = touch.owners()
            if own is not None and elements.keys().isdisjoint(own):
                elements |= own
                continue
            for thread, element in touch.elements(ran.trial.threads):
                elements.setdefault(element, thread)
    return written


def _is_varied_write(touch: Touch) -> bool:
    return touch.kind == "write" and touch.array.space == "global" and touch.agreement != "launch"


def _threads(trial: Trial, first: int, second: int) -> str:
    return f"{trial.thread_words(first)} and {trial.thread_words(second)}"


def _message(touch: Touch, threads: str) -> str:
    return (
        f"{threads} write the same element of `{touch.array.name}`, and the last one wins: give each element one thread, "
        "or use an atomic operation"
    )
