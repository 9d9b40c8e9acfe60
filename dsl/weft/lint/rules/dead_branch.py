"""A condition that has the same answer for every thread of every launch.

Where it is never true, the branch is dead: mostly a comparison the wrong way round, or sizes that were changed in one place
only. Where it is always true, or guards a `return`, it is mostly a guard that the domain already is (`if i < N` after
`weft.index`). Information, since the kernel does what it says. What is known comes from fixed blocks, extents and loops.
Conditions on constants of the module choose a variant on purpose, and are no finding.

```python
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    if i < N:  # `weft.index` has no other threads
        x[i] = alpha * x[i]
```

Instead, correct the condition, or drop the branch.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Source: Pylint, "using-constant-test" (W0125); GCC, `-Wtype-limits`.
"""

import ast
from collections.abc import Iterator

from weft.lint.block.observe import lives, ranges_of
from weft.lint.places import nodes, source, statement_at
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import If
from weft.model.kernel import Analysis

CODE = "dead-branch"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ir = lives(kernel)
    if ir is None:
        return
    ranges = ranges_of(kernel)
    answers: dict[Span, set[bool | None]] = {}
    for branch in ir.statements:
        if isinstance(branch, If):
            answers.setdefault(branch.span, set()).add(ranges.decides(branch.condition))
    for span, found in answers.items():
        answer = found.pop() if len(found) == 1 else None
        node = statement_at(kernel, span) if answer is not None else None
        if isinstance(node, ast.If) and not _is_unrolled(kernel, node):
            yield _finding(kernel, node, answer=bool(answer))


def _finding(kernel: Analysis, node: ast.If, *, answer: bool) -> Diagnostic:
    place = kernel.block.span(node.test)
    text = source(kernel, place)
    if answer:
        message = f"`{text}` is true for every thread that comes here: drop the condition"
        return Diagnostic(CODE, message, place, "information")
    if all(isinstance(one, ast.Return) for one in node.body):
        message = f"`{text}` is true for no thread that comes here, so none returns: drop the guard"
        return Diagnostic(CODE, message, place, "information")
    message = f"`{text}` is true for no thread, so this branch never runs: correct the condition, or drop the branch"
    return Diagnostic(CODE, message, place, "information")


def _is_unrolled(kernel: Analysis, branch: ast.If) -> bool:
    """Whether the branch is in a loop that is written out, so that other copies of it may be decided otherwise."""
    return any(
        isinstance(loop, ast.For)
        and "static_range" in ast.unparse(loop.iter)
        and any(inner is branch for inner in ast.walk(loop))
        for loop in nodes(kernel)
    )
