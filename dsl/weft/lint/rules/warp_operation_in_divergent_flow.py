"""An operation of a warp that not all of its lanes reach.

The lanes that come would wait for the others, or read what is nobody's. Found wherever a condition or a loop's bounds
differ between the lanes of a warp: it depends on `lane_id`, on `thread_idx` other than by whole warps, or on the thread's
place in the domain.

```python
@weft.kernel
def sums(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = 0.0
    if x[i] > 0:
        total = weft.warp_sum(x[i])
    y[i] = total
```

Instead, let all lanes come, those that have nothing to say with what changes nothing. Different warps may go different ways:
`if weft.warp_id == 0:` is right, as is `if weft.thread_idx.x < 64:`.

```python right
@weft.kernel
def sums(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = weft.warp_sum(x[i] if x[i] > 0 else 0.0)
    y[i] = total
```

Source: CUDA C++ Programming Guide, "Warp Shuffle Functions".
"""

from collections.abc import Iterator

from weft.lint.block.observe import lives, varying
from weft.lint.rules.barrier_in_divergent_branch import where
from weft.model.diagnostic import Diagnostic
from weft.model.ir import Barrier, Do
from weft.model.kernel import Analysis
from weft.model.uniformity import divergent_statements
from weft.model.warps import warp_flow

CODE = "warp-operation-in-divergent-flow"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ir = lives(kernel)
    if ir is None:
        return
    parted = warp_flow(ir, is_by_lives=True).parted
    if not parted:
        return
    # An operation of a block is both, and its barrier says so already.
    barriers = {
        statement.span
        for statement, _ in divergent_statements(ir, varying(kernel))
        if isinstance(statement, Barrier)
    }
    for effect, cause in parted:
        if effect.span not in barriers:
            yield Diagnostic(CODE, _message(effect, where(kernel, cause, effect)), effect.span)


def _message(effect: Do, condition: str) -> str:
    if effect.name == "warpgroup_mma":
        return (
            f"not every thread of the block reaches this product: the condition {condition} differs between threads; "
            "move the product out of the branch"
        )
    return (
        f"not every lane of the warp reaches this operation: the condition {condition} differs between lanes; "
        "move the operation out of the branch"
    )
