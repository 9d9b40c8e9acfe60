"""Shared memory that is read while an asynchronous copy still fills it.

`copy_async` only starts the copy. Until `wait_async` has waited for its group, the memory holds what was there before, or half of
each. Other threads need a barrier after the wait as well.

```python
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x.tile(64, weft.block_idx.x))
    weft.commit_async()
    weft.barrier()
    y[i] = tile[63 - thread]
```

Instead, write `weft.wait_async(0)` before the barrier.

```python right
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    weft.copy_async(tile, x.tile(64, weft.block_idx.x))
    weft.commit_async()
    weft.wait_async(0)
    weft.barrier()
    y[i] = tile[63 - thread]
```

Source: PTX ISA, "cp.async.wait_group".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.places import from_here, line_before, source
from weft.model.diagnostic import Diagnostic, Fix, Related
from weft.model.kernel import Analysis

CODE = "async-copy-before-wait"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    for span, (copy, name) in ran.early_reads.items():
        edit = line_before(kernel, span, "wait_async(0)")
        yield Diagnostic(
            CODE,
            f"this reads an element of `{name}` that the copy {from_here(kernel, span, copy)} may still be filling: put "
            "`weft.wait_async(0)` and `weft.barrier()` between the two",
            span,
            "error",
            (Fix("Wait for the copies", (edit,), is_safe=False),) if edit else (),
            (Related(f"the copy: `{source(kernel, copy)}`", copy),),
        )
