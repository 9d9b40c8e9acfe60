"""The threads of a warp read or write a tensor far apart, so that most of what memory moves is thrown away.

Memory moves pieces of 32 bytes. Neighbouring threads that touch neighbouring elements share them; threads that walk down a
column need one each. A cost, not a fault: it is information, and no reason for `weft check` to fail. Tensors are taken as
row-major. Accesses that fill each other's gaps, such as the fields of one record, are counted together.

```python
@weft.kernel
def by_columns(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    col, row = weft.index((N, M))
    y[row, col] = x[row, col]  # neighbours are N elements apart
```

Instead, let the last index follow `thread_idx.x`, or turn a tile in shared memory (`examples/transpose.py`).

```python right
@weft.kernel
def by_columns(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, col = weft.index(y)
    y[row, col] = x[row, col]
```

Source: CUDA C++ Best Practices Guide, "Coalesced Access to Global Memory".
"""

from collections.abc import Iterator, Sequence

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Touch
from weft.lint.block.run import Ran
from weft.lint.block.trial import Trial
from weft.lint.block.warp import fewest_sectors, fullest, sectors, step, step_words
from weft.lint.rules.missed_vector import missed
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis

CODE = "uncoalesced-access"

# More than twice the transactions that would do, and enough threads for it to matter.
_WASTE = 2
_FEWEST_THREADS = 8


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    shown: set[Span] = set(missed(kernel))  # of these a vector is what helps
    for touches in _together(ran):
        if _is_wasteful(
            [element for touch in touches for element in fullest(touch, ran.trial.threads)], touches[0]
        ):
            for touch in touches:
                elements = fullest(touch, ran.trial.threads)
                if touch.span not in shown and _is_wasteful(elements, touch):
                    shown.add(touch.span)
                    yield Diagnostic(CODE, _message(touch, elements, ran.trial), touch.span, "information")


def _together(ran: Ran) -> Iterator[Sequence[Touch]]:
    """The accesses of one tensor in one iteration: what one fetches is still there for the others."""
    groups: dict[object, list[Touch]] = {}
    for touch in ran.touches:
        if touch.array.space == "global" and touch.kind != "atomic":
            groups.setdefault((touch.array.name, touch.kind, touch.rounds), []).append(touch)
    return iter(groups.values())


def _is_wasteful(elements: Sequence[int], touch: Touch) -> bool:
    size = touch.array.dtype.itemsize_bytes
    moved, needed = len(sectors(elements, size)), fewest_sectors(elements, size)
    return len(elements) >= _FEWEST_THREADS and moved > _WASTE * needed


def _message(touch: Touch, elements: Sequence[int], trial: Trial) -> str:
    size = touch.array.dtype.itemsize_bytes
    apart = step(elements)
    how = f"{step_words(apart, size, trial)} apart" if apart is not None else "in scattered places"
    return (
        f"the threads of a warp {touch.kind} `{touch.array.name}` {how}: {len(sectors(elements, size))} transactions of 32 "
        f"bytes where {fewest_sectors(elements, size)} would do; let the last index of `{touch.array.name}` follow "
        "`thread_idx.x`, or turn a tile in shared memory"
    )
