"""An atomic operation of all threads of a block on one element.

They are done one after another, so a warp waits 32 times. A cost, not a fault: it is information, and no reason for
`weft check` to fail.

```python
@weft.kernel
def total_of(x: Tensor[f32, N], total: Tensor[f32, 1]):
    i = weft.index(x)
    weft.atomic_add(total, 0, x[i])
```

Instead, reduce in the warp or in shared memory first, and let one thread of the block add.

```python right
@weft.kernel
def total_of(x: Tensor[f32, N], total: Tensor[f32, 1]):
    i = weft.index(x)
    of_block = weft.block_sum(x[i])
    if weft.thread_idx.x == 0:
        weft.atomic_add(total, 0, of_block)
```

Source: CUDA C++ Best Practices Guide, "Atomics"; NVIDIA, "Faster Parallel Reductions on Kepler".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.trial import WARP
from weft.lint.block.warp import fullest
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis

CODE = "contended-atomic"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    shown: set[Span] = set()
    for touch in ran.touches:
        elements = fullest(touch, ran.trial.threads) if touch.kind == "atomic" else []
        if len(elements) == WARP and len(set(elements)) == 1 and touch.span not in shown:
            shown.add(touch.span)
            yield Diagnostic(
                CODE,
                f"all {WARP} threads of a warp change one element of `{touch.array.name}`, one after another: add up in the warp "
                "or in shared memory first, and let one thread do this",
                touch.span,
                "information",
            )
