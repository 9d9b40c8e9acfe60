"""A loop uses shared memory again while threads are still at work on the last iteration's values.

A barrier before the reading is not enough: a fast thread comes round and writes while a slow one still reads. The most
common fault of tiled loops, and one that small tests seldom show.

```python
@weft.kernel
def sums(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    total = 0.0
    for k in range(K):
        tile[thread] = x[k, i]
        weft.barrier()
        total += tile[63 - thread]
    y[i] = total
```

Instead, end the body with a second `weft.barrier()`, or take turns between two tiles.

```python right
@weft.kernel
def sums(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    total = 0.0
    for k in range(K):
        tile[thread] = x[k, i]
        weft.barrier()
        total += tile[63 - thread]
        weft.barrier()
    y[i] = total
```

Source: CUDA C++ Programming Guide, "Shared Memory" (the tiled matrix product).
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Meeting
from weft.lint.block.trial import Trial
from weft.lint.places import from_here
from weft.lint.rules.race import VERBS, finding, is_overlap, meetings
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

CODE = "race-across-iterations"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    for meeting in meetings(ran):
        if meeting.loop is not None and not is_overlap(meeting):
            yield finding(CODE, kernel, meeting, _message(kernel, meeting, ran.trial))


def _message(kernel: Analysis, meeting: Meeting, trial: Trial) -> str:
    first, second = meeting.first, meeting.second
    one, other = trial.thread_words(meeting.first_thread), trial.thread_words(meeting.second_thread)
    where = from_here(kernel, second.span, first.span)
    return (
        f"{other} {VERBS[second.kind]} the element of `{first.array.name}` that {one} {VERBS[first.kind]} {where} in the "
        "iteration before, with no barrier between: end the loop's body with `weft.barrier()`"
    )
