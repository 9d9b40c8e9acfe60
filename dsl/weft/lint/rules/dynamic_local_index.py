"""Local memory that is indexed by a number known only when the kernel runs.

Registers have no addresses. An array of which one index differs at run time lies in memory, hundreds of cycles away, instead of
in registers. A cost, not a fault: it is information. Loops over a few numbers known at compile time are unrolled and are no
finding.

```python
@weft.kernel
def most(keys: Tensor[i32, K, N], y: Tensor[i32, N]):
    i = weft.index(y)
    counts = weft.local(i32, 2)
    counts[0] = counts[1] = 0
    for k in range(K):
        counts[keys[k, i] % 2] += 1
    y[i] = max(counts[0], counts[1])
```

Instead, index with `weft.static_range`, choose with comparisons, or use shared memory.

```python right
@weft.kernel
def most(keys: Tensor[i32, K, N], y: Tensor[i32, N]):
    i = weft.index(y)
    counts = weft.local(i32, 2)
    counts[0] = counts[1] = 0
    for k in range(K):
        for bin in weft.static_range(2):
            counts[bin] += 1 if keys[k, i] % 2 == bin else 0
    y[i] = max(counts[0], counts[1])
```

Source: CUDA C++ Programming Guide, "Local Memory".
"""

from collections.abc import Iterator

from weft.lint.loops import is_short
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import (
    Expr,
    For,
    Kernel,
    Stmt,
    Store,
    assigned,
    expressions,
    leaves,
)
from weft.model.kernel import Analysis

CODE = "dynamic-local-index"

_LONGEST_UNROLLED = 64


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    for array, span in dynamic_arrays(kernel.ir).items() if kernel.ir else ():
        yield Diagnostic(
            CODE,
            f"`{array}` is indexed by a number known only when the kernel runs, so it lies in memory and not in registers: "
            "index with `weft.static_range`, or use shared memory",
            span,
            "information",
        )


def dynamic_arrays(kernel: Kernel) -> dict[str, Span]:
    """The local arrays that cannot lie in registers, each with the first access that says so."""
    found: dict[str, Span] = {}
    if kernel.local:
        unrolled = _unrolled(kernel)
        for array, offset, span in (one for statement in kernel.statements for one in _accesses(statement)):
            if array not in found and _is_dynamic(offset, unrolled):
                found[array] = span
    return found


def _accesses(statement: Stmt) -> Iterator[tuple[str, Expr, Span]]:
    if isinstance(statement, Store) and statement.array.space == "local":
        yield statement.array.name, statement.offset, statement.span
    for expr in expressions(statement):
        for part in leaves(expr).loads:
            if part.array.space == "local":
                yield part.array.name, part.offset, part.span


def _unrolled(kernel: Kernel) -> frozenset[str]:
    """The variables of loops over few numbers known at compile time, which nothing else assigns."""
    short: set[str] = set()
    others: set[str] = set()
    for statement in kernel.statements:
        names = {variable.name for variable in assigned(statement)}
        (short if isinstance(statement, For) and is_short(statement, _LONGEST_UNROLLED) else others).update(
            names
        )
    return frozenset(short - others)


def _is_dynamic(offset: Expr, unrolled: frozenset[str]) -> bool:
    """Whether no compiler can know the index: it reads memory, the thread's place, or a loop that is not unrolled."""
    inside = leaves(offset)
    return bool(inside.loads or inside.specials or inside.variables - unrolled)
