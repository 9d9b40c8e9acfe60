"""Some threads return before a barrier that the others wait at.

The guard of many kernels, `if i >= N: return`, is right only as long as nothing after it is done by the whole block. The last
block is the one that hangs, and only for sizes that no block divides.

```python
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    i = weft.block_idx.x * 64 + thread
    tile = weft.shared(f32, 64)
    if i >= N:
        return
    tile[thread] = x[i]
    weft.barrier()
    y[i] = tile[63 - thread]
```

Instead, put what needs the guard in the branch, and let every thread come to the barrier; accesses outside of a tensor are guarded
in any case.

```python right
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    thread = weft.thread_idx.x
    i = weft.block_idx.x * 64 + thread
    tile = weft.shared(f32, 64)
    tile[thread] = x[i] if i < N else 0.0
    weft.barrier()
    if i < N:
        y[i] = tile[63 - thread]
```

Source: CUDA C++ Programming Guide, `__syncthreads()`.
"""

from collections.abc import Iterator

from weft.lint.rules.barrier_in_divergent_branch import divergent_barriers, returns_before, where
from weft.model.diagnostic import Diagnostic, Related
from weft.model.kernel import Analysis

CODE = "return-before-barrier"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    for barrier, cause in divergent_barriers(kernel):
        if returns_before(kernel, cause.span, barrier.span):
            yield Diagnostic(
                CODE,
                f"threads that return {where(kernel, cause, barrier)} never reach this barrier, and the others wait for them: "
                "put the work in a branch, and let every thread come here",
                barrier.span,
                related=(Related("some threads return here", cause.span),),
            )
