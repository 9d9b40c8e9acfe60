"""An operation of a whole warp that only some of its threads reach.

A shuffle, a vote or a reduction of a warp waits for, or reads from, every thread that its mask names. Threads that took the
other way never come: the result is undefined, or the warp hangs. A branch that whole warps take together is no finding.

```python
if weft.lane_id < 16:
    total = weft.warp_sum(value)
```

Instead, let every thread of the warp take part, with a value that changes nothing: `weft.warp_sum(value if ... else 0.0)`.
Source: CUDA C++ Programming Guide, "Warp Shuffle Functions".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

CODE = "warp-operation-in-divergent-flow"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    for span, (here, away) in ran.parted.items():
        one, other = ran.trial.thread_words(here), ran.trial.thread_words(away)
        yield Diagnostic(
            CODE,
            f"{one} comes to this operation of its warp and {other} does not: move it out of the branch, and give the threads "
            "that have nothing to add a value that changes nothing",
            span,
        )
