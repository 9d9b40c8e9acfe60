"""A division of whole numbers, by a number known only at launch, in each iteration of a loop.

A GPU has no instruction for it: some twenty to a hundred instructions stand in for `//` or `%`. By a number known at compile
time it is a multiplication, by a power of two a shift. A cost, not a fault: it is information.

```python
@weft.kernel
def sums(x: Tensor[f32, M, N], y: Tensor[f32, K]):
    i = weft.index(y)
    total = 0.0
    for k in range(M * N):
        total += x[k // N, k % N] * i
    y[i] = total
```

Instead, use two loops, count up by hand, or make the divisor a constant of the module.

```python right
@weft.kernel
def sums(x: Tensor[f32, M, N], y: Tensor[f32, K]):
    i = weft.index(y)
    total = 0.0
    for row in range(M):
        for col in range(N):
            total += x[row, col] * i
    y[i] = total
```

Source: CUDA C++ Programming Guide, "Arithmetic Instructions" (integer division and modulo).
"""

from collections.abc import Iterator, Sequence

from weft.lint.block.observe import lives
from weft.lint.loops import is_short
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import (
    Expr,
    For,
    Op,
    Param,
    Stmt,
    While,
    assigned,
    children,
    expressions,
    leaves,
    walk,
    walk_expr,
)
from weft.model.kernel import Analysis

CODE = "division-in-loop"

_SIGNS = {"floordiv": "//", "mod": "%"}
# A loop of so few iterations is no place to save.
_SHORT = 8


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    named = lives(kernel)  # of the same operations, for which another rule asks
    if kernel.ir is None or named is None or named.operations.isdisjoint(_SIGNS):
        return
    shown: set[Span] = set()
    for statement, changing in _in_loops(kernel.ir.body, frozenset()):
        for expr in expressions(statement):
            for part in () if leaves(expr).operations.isdisjoint(_SIGNS) else walk_expr(expr):
                if isinstance(part, Op) and _is_costly(part, changing) and statement.span not in shown:
                    shown.add(statement.span)
                    yield _finding(part, statement)


def _finding(division: Op, statement: Stmt) -> Diagnostic:
    divisor = division.args[1]
    name = f"`{divisor.name}`" if isinstance(divisor, Param) else "a number known only at launch"
    return Diagnostic(
        CODE,
        f"`{_SIGNS[division.name]}` by {name} in each iteration of a loop: some twenty instructions or more; use two loops, "
        "count up by hand, or make the divisor a constant",
        statement.span,
        "information",
    )


def _in_loops(body: Sequence[Stmt], changing: frozenset[str]) -> Iterator[tuple[Stmt, frozenset[str]]]:
    """Each statement in a loop, with the variables that differ between its iterations."""
    for statement in body:
        if changing and not isinstance(statement, (For, While)):
            yield statement, changing
        inner = changing
        if isinstance(statement, While) or (isinstance(statement, For) and not is_short(statement, _SHORT)):
            variables = (variable for one in walk((statement,)) for variable in assigned(one))
            inner = changing | {variable.name for variable in variables}
        for block in children(statement):
            yield from _in_loops(block, inner)


def _is_costly(op: Op, changing: frozenset[str]) -> bool:
    """A division of whole numbers that cannot be done once before the loop, by what no compiler knows."""
    if op.name not in _SIGNS or op.dtype.is_float or not _is_of_launch(op.args[1]):
        return False
    return not leaves(op).variables.isdisjoint(changing)


def _is_of_launch(divisor: Expr) -> bool:
    inside = leaves(divisor)
    return bool(inside.params) and not inside.variables and not inside.loads
