"""A transcendental function of a number that all threads share, computed by each of them in each iteration of a loop.

The value depends on the loop and on arguments of the launch alone, so a million threads compute the same table. A transcendental is four to
forty times as slow as an addition. A cost, not a fault: it is information. What does not change in the loop is no finding, since
compilers compute it once.

```python
@weft.kernel
def weighed(rate: f32, x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = 0.0
    for k in range(K):
        total += x[k, i] * weft.exp(-rate * k)
    y[i] = total
```

Instead, compute the table on the host and pass it as a tensor, or step from one value to the next (`weight *= factor`).

```python right
@weft.kernel
def weighed(rate: f32, x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total, weight, factor = 0.0, 1.0, weft.exp(-rate)
    for k in range(K):
        total += x[k, i] * weight
        weight *= factor
    y[i] = total
```

Source: CUDA C++ Programming Guide, "Arithmetic Instructions" (throughput).
"""

from collections.abc import Iterator

from weft.lint.block.observe import lives
from weft.lint.loops import is_short
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import (
    Assign,
    Expr,
    For,
    If,
    Kernel,
    Op,
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

CODE = "uniform-transcendental"

_COSTLY = frozenset(
    [
        "exp",
        "exp2",
        "log",
        "log2",
        "log10",
        "log1p",
        "expm1",
        "sin",
        "cos",
        "tan",
        "tanh",
        "sinh",
        "cosh",
        "asin",
        "acos",
        "atan",
        "atan2",
        "asinh",
        "acosh",
        "atanh",
        "pow",
        "cbrt",
        "erf",
    ]
)
_WRITTEN = _COSTLY | {f"fast_{name}" for name in _COSTLY}
_SHORT = 4


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ir = lives(kernel)
    if ir is None or ir.operations.isdisjoint(_WRITTEN):
        return
    told: set[Span] = set()
    found = [
        (statement, op)
        for statement, counters in _in_loops(ir.body, frozenset())
        for op in _costly(statement)
        if _is_plain(op) and not leaves(op).variables.isdisjoint(counters)
    ]
    shared = _of_launch(ir) if found else frozenset[str]()
    for statement, op in found:
        if statement.span not in told and leaves(op).variables <= shared:
            told.add(statement.span)
            yield Diagnostic(
                CODE,
                f"every thread computes the same `{op.name}` in each iteration of the loop: it depends on no thread and on no data; "
                "pass a table of it, or step from one value to the next",
                statement.span,
                "information",
            )


def _costly(statement: Stmt) -> Iterator[Op]:
    for expr in expressions(statement):
        if leaves(expr).operations.isdisjoint(_WRITTEN):
            continue
        for part in walk_expr(expr):
            if isinstance(part, Op) and part.name.removeprefix("fast_") in _COSTLY:
                yield part


def _is_plain(op: Op) -> bool:
    inside = leaves(op)
    return not inside.loads and not inside.specials


def _in_loops(body: tuple[Stmt, ...], counters: frozenset[str]) -> Iterator[tuple[Stmt, frozenset[str]]]:
    """Each statement in a loop, with the variables that count the loops around it."""
    for one in body:
        if counters:
            yield one, counters
        inner = counters
        if isinstance(one, For) and not is_short(one, _SHORT):
            inner = counters | {one.variable.name} | _made_of(one)
        for block in children(one):
            yield from _in_loops(block, inner)


def _made_of(loop: For) -> frozenset[str]:
    """What each iteration computes anew."""
    return frozenset(variable.name for one in walk(loop.body) for variable in assigned(one))


def _of_launch(kernel: Kernel) -> frozenset[str]:
    """The variables that are the same for all threads of the launch: counters of loops with such bounds, and what is made of
    them where all threads come."""
    every = {variable.name for one in kernel.statements for variable in assigned(one)}
    own: set[str] = set()
    while True:
        before = len(own)
        _spread(kernel.body, own)
        if len(own) == before:
            return frozenset(every - own)


def _spread(body: tuple[Stmt, ...], own: set[str], *, is_parted: bool = False) -> None:
    """Add the variables that differ, given those that are known to."""
    for one in body:
        if isinstance(one, Assign):
            name = one.target.name
            if name not in own and (is_parted or _is_own(one.value, own)):
                own.add(name)
            continue
        is_known = isinstance(one, For) and not any(_is_own(part, own) for part in expressions(one))
        if is_parted or not is_known:
            own.update(variable.name for variable in assigned(one))
        is_fork = isinstance(one, (If, While)) or (isinstance(one, For) and not is_known)
        for block in children(one):
            _spread(block, own, is_parted=is_parted or is_fork)


def _is_own(expr: Expr, bad: set[str]) -> bool:
    """Whether a thread, a block or data decides it."""
    inside = leaves(expr)
    return bool(inside.loads or inside.specials) or not inside.variables.isdisjoint(bad)
