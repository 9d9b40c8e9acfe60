"""Neighbouring threads of a warp take different sides of a branch, so that the warp runs both, one after the other.

A warp has one program counter for work that its threads do together. Where every second or every fourth thread works and the
others wait, most of each warp is idle although half of the warps could do it all. Found where a branch depends on the thread alone: both
sides work and alternate between neighbours, or few threads of every warp work where a quarter of the warps would do. That
one lane of each warp writes a result is no finding. A cost, not a fault: it is information.

```python
@weft.kernel
def sums(x: Tensor[f32, N], y: Tensor[f32, M]):
    i = weft.tile_index(x, 256)
    thread = weft.thread_idx.x
    part = weft.shared(f32, 256)
    part[thread] = x[i]
    weft.barrier()
    step = 1
    while step < 256:
        if thread % (2 * step) == 0:
            part[thread] += part[thread + step]
        weft.barrier()
        step *= 2
    if thread == 0:
        y[weft.block_idx.x] = part[0]
```

Instead, let neighbouring threads work.

```python right
@weft.kernel
def sums(x: Tensor[f32, N], y: Tensor[f32, M]):
    i = weft.tile_index(x, 256)
    thread = weft.thread_idx.x
    part = weft.shared(f32, 256)
    part[thread] = x[i]
    weft.barrier()
    half = 128
    while half > 0:
        if thread < half:
            part[thread] += part[thread + half]
        weft.barrier()
        half //= 2
    if thread == 0:
        y[weft.block_idx.x] = part[0]
```

Source: CUDA C++ Best Practices Guide, "Branching and Divergence"; Mark Harris, "Optimizing Parallel Reduction in CUDA".
"""

from collections.abc import Iterator, Sequence
from itertools import compress
from operator import ne

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Parting
from weft.lint.block.trial import WARP
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import Do, For, Load, Stmt, Store, While, expressions, walk, walk_expr
from weft.model.kernel import Analysis

CODE = "divergent-warp"

# Changes between the sides from one thread of a warp to the next. One or two are the edge of what works.
_FEWEST_CHANGES = 4
_WASTE = 2
_FEWEST_WARPS = 4


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    told: set[Span] = set()
    for parting in ran.partings:
        message = _message(parting) if parting.branch.span not in told else None
        if message is not None:
            told.add(parting.branch.span)
            yield Diagnostic(CODE, message, _header(kernel, parting), "information")


def _message(parting: Parting) -> str | None:
    warps = [_warp(parting, start) for start in range(0, len(parting.taken), WARP)]
    alternating = [warp for warp in warps if sum(map(ne, warp, warp[1:])) >= _FEWEST_CHANGES]
    if not alternating:
        return None
    if _works(parting.branch.then) and _works(parting.branch.otherwise):
        return (
            f"neighbouring threads take different sides of this branch, so {len(alternating)} of {len(warps)} warps run both, one "
            "after the other: let whole warps take one side"
        )
    busy = [warp for warp in warps if any(warp)]
    threads = sum(sum(warp) for warp in busy)
    wanted = -(-threads // WARP)
    is_packed = len(busy) <= _WASTE * wanted or len(busy) < _FEWEST_WARPS
    if not _works(parting.branch.then) or is_packed:
        return None
    return (
        f"{threads} threads of {len(busy)} warps work here while their neighbours wait: let {wanted} "
        f"{'warp' if wanted == 1 else 'warps'} do it, with neighbouring threads"
    )


def _warp(parting: Parting, start: int) -> Sequence[bool]:
    """Which threads of a warp take the first side, of those that come."""
    end = start + WARP
    return list(compress(parting.taken[start:end], parting.came[start:end]))


def _works(body: tuple[Stmt, ...]) -> bool:
    """Whether a side does more than choose a number, which needs no branch."""
    return any(
        isinstance(one, (Store, Do, For, While))
        or any(isinstance(part, Load) for expr in expressions(one) for part in walk_expr(expr))
        for one in walk(body)
    )


def _header(kernel: Analysis, parting: Parting) -> Span:
    """The condition, where the text has it."""
    start = parting.branch.span.start
    line = kernel.block.lines.content(kernel.block.lines.line_of(start))
    return Span(start, min(line.end, parting.branch.span.end))
