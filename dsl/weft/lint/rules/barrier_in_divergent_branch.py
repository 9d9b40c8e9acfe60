"""A barrier that not every thread of a block reaches.

The threads that arrive wait for the others forever, or the hardware goes on with memory half written. Found wherever
a condition or a loop's bounds depend on `thread_idx` or on the thread's place in the domain. A `break` or `continue` is
such a condition for the rest of its loop; one that all threads of the block take together is right. For `weft.cluster_barrier`
it must be the same in all blocks of the cluster too; conditions on `weft.cluster_rank` are not.

```python
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    if thread < 32:
        tile[thread] = x[i]
        tile[thread + 32] = 0.0
        weft.barrier()
    y[i] = tile[63 - thread]
```

Instead, put the work in the branch and the barrier after it.

```python right
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    if thread < 32:
        tile[thread] = x[i]
        tile[thread + 32] = 0.0
    weft.barrier()
    y[i] = tile[63 - thread]
```

Source: CUDA C++ Programming Guide, `__syncthreads()`.
"""

import ast
from collections.abc import Iterator

from weft.lint.block.observe import lives, varying
from weft.lint.places import statement_at
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import Barrier, Break, For, Stmt, While, has_barrier
from weft.model.kernel import Analysis
from weft.model.uniformity import CLUSTER, divergent_statements, jump_apart, varying_variables

CODE = "barrier-in-divergent-branch"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    for barrier, cause in divergent_barriers(kernel):
        if not returns_before(kernel, cause.span, barrier.span):
            yield Diagnostic(
                CODE,
                f"not every thread of the block reaches this barrier: {_why(kernel, cause, barrier)}",
                barrier.span,
            )
    yield from _between_blocks(kernel)


def _between_blocks(kernel: Analysis) -> Iterator[Diagnostic]:
    """The barriers of a cluster that some of its blocks reach, with all their threads, and others do not."""
    ir = lives(kernel)
    if ir is None or ir.cluster is None:
        return
    told = {barrier.span for barrier, _ in divergent_barriers(kernel)}
    for statement, cause in divergent_statements(ir, varying_variables(ir, CLUSTER), CLUSTER):
        if isinstance(statement, Barrier) and statement.of_cluster and statement.span not in told:
            yield Diagnostic(
                CODE,
                f"not every block of the cluster reaches this barrier: the condition {where(kernel, cause, statement)} differs "
                "between blocks; move the barrier out of the branch",
                statement.span,
            )


def _why(kernel: Analysis, cause: Stmt, barrier: Barrier) -> str:
    jump = jump_apart(cause, varying(kernel)) if isinstance(cause, (For, While)) else None
    if jump is not None:
        word = "break" if isinstance(jump, Break) else "continue"
        return (
            f"some leave the iteration before others, at the `{word}` {where(kernel, jump, barrier)}; test its condition "
            "around the work instead, or with what is the same for the block"
        )
    return f"the condition {where(kernel, cause, barrier)} differs between threads; move the barrier out of the branch"


def divergent_barriers(kernel: Analysis) -> Iterator[tuple[Barrier, Stmt]]:
    """The barriers that not every thread reaches, each with the statement that decides."""
    ir = lives(kernel)
    if ir is None or not has_barrier(ir.body):
        return
    told: set[Span] = set()
    for statement, cause in divergent_statements(ir, varying(kernel)):
        # An operation of a block has several barriers.
        if isinstance(statement, Barrier) and statement.span not in told:
            told.add(statement.span)
            yield statement, cause


def returns_before(kernel: Analysis, branch: Span, barrier: Span) -> bool:
    """Whether a barrier comes after a branch of which some threads return, and not inside it."""
    node = statement_at(kernel, branch)
    is_inside = branch.start <= barrier.start < branch.end
    return (
        isinstance(node, ast.If)
        and not is_inside
        and any(isinstance(one, ast.Return) for one in ast.walk(node))
    )


def where(kernel: Analysis, cause: Stmt, found: Stmt) -> str:
    """How far above `found` the statement is that decides."""
    lines = kernel.block.lines
    above = lines.line_of(found.span.start) - lines.line_of(cause.span.start)
    if above == 0:
        return "on this line"
    return f"{abs(above)} {'line' if abs(above) == 1 else 'lines'} {'above' if above > 0 else 'below'}"
