"""A block whose threads are no whole warps.

A GPU gives each block whole warps of 32 threads. The lanes that a block leaves over run with the others and do nothing. A block of less than one warp is
none of this: it is small on purpose. A cost, not a fault: it is information.

```python
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 48)  # 2 warps, of which 16 lanes are idle
    y[i] = x[i]
```

Instead, use a multiple of 32.

```python right
@weft.kernel
def copy(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    y[i] = x[i]
```

Source: CUDA C++ Best Practices Guide, "Thread and Block Heuristics".
"""

from collections.abc import Iterator
from math import prod

from weft.model.diagnostic import Diagnostic
from weft.model.ir import WARP_SIZE
from weft.model.kernel import Analysis

CODE = "partial-warp"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    domain = kernel.ir.domain if kernel.ir else None
    if domain is None or not domain.block:
        return
    threads = prod(domain.block)
    warps = -(-threads // WARP_SIZE)
    if threads > WARP_SIZE and threads % WARP_SIZE:
        idle = warps * WARP_SIZE - threads
        yield Diagnostic(
            CODE,
            f"a block of {threads} threads takes {warps} warps, and {idle} lanes of the last one are idle: use a multiple of "
            f"{WARP_SIZE}",
            domain.span,
            "information",
        )
