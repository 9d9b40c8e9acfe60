"""More local memory than a thread has registers, so that part of it lies in memory.

A thread has at most 255 registers of 4 bytes, and in a block of 1024 threads only 64. What does not fit is kept in memory, hundreds of
cycles away. The numbers of the kernel itself need registers too, so this is found late rather than early. A cost, not a fault: it is
information.

```python
@weft.kernel
def spread(x: Tensor[f32, 96, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 1024)
    held = weft.local(f32, 96)
    highest = x[0, i]
    for k in weft.static_range(96):
        held[k] = x[k, i]
        highest = max(highest, held[k])
    total = 0.0
    for k in weft.static_range(96):
        total += highest - held[k]
    y[i] = total
```

Instead, give each thread less, or use shared memory.

```python right
@weft.kernel
def spread(x: Tensor[f32, 96, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 256)
    held = weft.local(f32, 96)
    highest = x[0, i]
    for k in weft.static_range(96):
        held[k] = x[k, i]
        highest = max(highest, held[k])
    total = 0.0
    for k in weft.static_range(96):
        total += highest - held[k]
    y[i] = total
```

Source: CUDA C++ Programming Guide, "Local Memory" and "Compute Capabilities".
"""

from collections.abc import Iterator
from math import prod

from weft.lint.rules.dynamic_local_index import dynamic_arrays
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.occupancy import REGISTERS, THREAD_REGISTERS

CODE = "spilled-local"

_REGISTER_BYTES = 4


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    if kernel.ir is None or not kernel.ir.local:
        return
    # What is indexed at run time lies in memory in any case, and is told by another rule.
    held = [array for array in kernel.ir.local if array.name not in dynamic_arrays(kernel.ir)]
    needed = sum(array.size_bytes for array in held)
    domain = kernel.ir.domain
    threads = prod(domain.block) if domain and domain.block else 1
    registers = min(THREAD_REGISTERS, REGISTERS // threads)
    if needed > registers * _REGISTER_BYTES:
        names = ", ".join(f"`{array.name}`" for array in held)
        block = f" in a block of {threads}" if registers < THREAD_REGISTERS else ""
        yield Diagnostic(
            CODE,
            f"{names} {'needs' if len(held) == 1 else 'need'} {needed:,} bytes of each thread, and its {registers} registers{block} are "
            f"{registers * _REGISTER_BYTES:,}: the rest lies in memory; give each thread less, or use shared memory",
            kernel.name_span,
            "information",
        )
