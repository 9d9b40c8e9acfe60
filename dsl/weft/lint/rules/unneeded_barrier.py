"""A barrier that orders nothing: no element that a thread touches before it is touched by another after it.

All threads wait for the slowest, for nothing. Information, and likely rather than proved: one block is tried with large sizes.
Where an access depends on data, nothing is said. Of several such barriers the first is reported, since without it the others may
be needed.

```python
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[i]
    weft.barrier()
    y[i] = tile[thread]  # each thread's own element
```

Instead, drop it.

```python right
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[i]
    y[i] = tile[thread]
```

Source: CUDA C++ Best Practices Guide, "Synchronization Instruction Throughput".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.places import line_of_its_own, source
from weft.model.diagnostic import Diagnostic, Edit, Fix
from weft.model.kernel import Analysis

CODE = "unneeded-barrier"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None or not ran.is_finished or ran.record.meetings:
        return
    # A barrier inside an operation of a block stands for the whole call.
    idle = [span for span in ran.idle_barriers if source(kernel, span).endswith("barrier()")]
    for span in sorted(idle)[:1]:
        line = line_of_its_own(kernel, span)
        fixes = (Fix("Drop the barrier", (Edit(line, ""),), is_safe=False),) if line else ()
        yield Diagnostic(
            CODE,
            "no thread touches after this barrier what another touched before it: drop it",
            span,
            "information",
            fixes,
            certainty="likely",
        )
