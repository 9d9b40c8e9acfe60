"""An element that a loop reads and writes back in each iteration, though it is the same one in all of them.

Each iteration waits until the element has come from memory, and sends it back. A variable is in a register. The
compiler may not do it by itself, since another tensor might be the same memory. A cost, not a fault: it is information.

```python
@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
    row, col = weft.index(c)
    for k in range(K):
        c[row, col] += a[row, k] * b[k, col]
```

Instead, add up in a variable, and write once after the loop.

```python right
@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
    row, col = weft.index(c)
    total = 0.0
    for k in range(K):
        total += a[row, k] * b[k, col]
    c[row, col] = total
```

Source: CUDA C++ Programming Guide, "`__restrict__`", which has this example.
"""

from collections.abc import Iterator

from weft.lint.block.observe import lives
from weft.lint.loops import is_short
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import (
    For,
    Load,
    Stmt,
    Store,
    While,
    assigned,
    children,
    has_collective,
    leaves,
    walk,
)
from weft.model.kernel import Analysis

CODE = "redundant-access"

_SHORT = 4


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ir = lives(kernel)
    if ir is None:
        return
    told: set[Span] = set()
    for loop in ir.statements:
        if isinstance(loop, (For, While)) and not has_collective(loop.body) and not is_short(loop, _SHORT):
            for store in _always(loop.body):
                if store.span not in told and _is_carried(store, loop):
                    told.add(store.span)
                    yield Diagnostic(
                        CODE,
                        f"each iteration of the loop reads this element of `{store.array.name}` from memory and writes it back: add "
                        "up in a variable, and write once after the loop",
                        store.span,
                        "information",
                    )


def _always(body: tuple[Stmt, ...]) -> Iterator[Store]:
    """The writes that each iteration makes, also those of loops inside."""
    for one in body:
        if isinstance(one, Store):
            yield one
        elif isinstance(one, (For, While)):
            for inner in children(one):
                yield from _always(inner)


def _is_carried(store: Store, loop: For | While) -> bool:
    """Whether a write is to the element that its own value is made of, and to the same one in all iterations."""
    if store.array.space == "local" or _writes_of(store, loop) != 1:
        return False
    changing = {variable.name for one in walk((loop,)) for variable in assigned(one)}
    place = leaves(store.offset)
    if place.loads or not place.variables.isdisjoint(changing):
        return False
    return any(_is_same(read, store) for read in leaves(store.value).loads)


def _is_same(read: Load, store: Store) -> bool:
    return read.array == store.array and read.offset == store.offset


def _writes_of(store: Store, loop: For | While) -> int:
    return sum(isinstance(one, Store) and one.array == store.array for one in walk(loop.body))
