"""A multiprocessor can hold so few warps of this kernel that nothing hides how long memory takes.

While one warp waits for memory, others work, if there are others. Blocks of a few threads with much shared memory leave a multiprocessor
with one warp in eight or fewer, on every GPU of the table. Reported from what the text fixes: the block and its shared
memory; registers may make it worse. Kernels that copy asynchronously, or use tensor cores, hide time by other means and
are no finding. A cost, not a fault: it is information.

```python
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, (128, 128))  # 65,536 bytes
    tile[0, thread] = x[i]
    weft.barrier()
    y[i] = tile[0, 63 - thread]
```

Instead, use a larger block or less shared memory.

```python right
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[i]
    weft.barrier()
    y[i] = tile[63 - thread]
```

Source: CUDA C++ Best Practices Guide, "Occupancy".
"""

from collections.abc import Iterator
from math import prod

from weft.model.diagnostic import Diagnostic
from weft.model.ir import Do, Kernel
from weft.model.kernel import Analysis
from weft.model.limits import capabilities, shared_offsets
from weft.model.occupancy import occupancy

CODE = "low-occupancy"

_LEAST_SHARE = 8
_FEWEST_REGISTERS = 16
_OTHER_MEANS = ("copy_async", "mma")


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    threads = _threads(kernel)
    if kernel.ir is None or threads is None or not kernel.ir.shared or _hides_otherwise(kernel.ir):
        return
    _, shared_bytes = shared_offsets([array.size_bytes for array in kernel.ir.shared])
    found = [
        occupancy(capability, threads, _FEWEST_REGISTERS, shared_bytes)
        for capability in capabilities(kernel.targets)
    ]
    best = max((one for one in found if one), key=lambda one: one.warps / one.max_warps, default=None)
    if best and best.limit == "shared memory" and 0 < best.warps * _LEAST_SHARE <= best.max_warps:
        yield Diagnostic(
            CODE,
            f"with {shared_bytes:,} bytes of shared memory and {threads} threads, {_no_gpu(kernel)} holds more than {best.warps} of "
            f"{best.max_warps} warps of this kernel at once: use a larger block, or less shared memory",
            kernel.shared_spans[0],
            "information",
        )


def _no_gpu(kernel: Analysis) -> str:
    return f"none of {', '.join(kernel.targets)}" if kernel.targets else "no GPU"


def _threads(kernel: Analysis) -> int | None:
    domain = kernel.ir.domain if kernel.ir else None
    if domain is not None:
        return prod(domain.block) if domain.block else None
    return prod(kernel.launched_as[0]) if kernel.launched_as else None


def _hides_otherwise(kernel: Kernel) -> bool:
    return any(isinstance(one, Do) and one.name in _OTHER_MEANS for one in kernel.statements)
