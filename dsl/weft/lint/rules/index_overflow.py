"""An index that is computed in fewer bits than it needs, so that it wraps around.

Weft's own indices (`index`, `thread_idx`, dimensions, loop variables) are as wide as the tensors need. One that the kernel converts to
`i32` or `i16` is not: with a matrix of 50,000 rows and columns it wraps, and reads or writes a wrong element or none.
Found where fixed extents, blocks and loops tell how large the number gets.

```python
@weft.kernel
def flat(x: Tensor[f32, 65536, 65536], y: Tensor[f32, N]):
    row, col = weft.index(x)
    y[i32(row) * 65536 + i32(col)] = x[row, col]
```

Instead, leave the index as it is, or convert to `i64`.

```python right
@weft.kernel
def flat(x: Tensor[f32, 65536, 65536], y: Tensor[f32, N]):
    row, col = weft.index(x)
    y[row * 65536 + col] = x[row, col]
```

Source: CWE-190; PyTorch's own kernels choose 32 or 64 bits by
`canUse32BitIndexMath`.
"""

from collections.abc import Iterator
from functools import lru_cache

from weft.lint.block.observe import lives, ranges_of
from weft.model.diagnostic import Diagnostic, Span
from weft.model.dtypes import INDEX, DType
from weft.model.ir import Assign, Do, Expr, Kernel, Op, Store, expressions, leaves, operands
from weft.model.kernel import Analysis
from weft.model.launches import integer_range

CODE = "index-overflow"

_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "shift_left": "<<"}


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ir = lives(kernel)
    if ir is None:
        return
    ranges = ranges_of(kernel)
    told: set[Span] = set()
    for op, span in _narrow_operations(ir):
        found = ranges.unwrapped(op)
        if span in told:
            continue
        if found is None:
            if op.name == "mul":
                told.add(span)
                yield _unknown(op, span)
            continue
        low, high = integer_range(op.dtype)
        if found.low < low or found.high > high:
            told.add(span)
            reached = found.high if found.high > high else found.low
            yield Diagnostic(
                CODE,
                f"`{_OPERATORS[op.name]}` in `{op.dtype}` reaches {reached:,} here, and `{op.dtype}` holds {low:,} to {high:,}: the "
                "index wraps; leave it of type `index`, or convert to `weft.i64` first",
                span,
                "warning",
                certainty="likely",
            )


def _unknown(op: Op, span: Span) -> Diagnostic:
    return Diagnostic(
        CODE,
        f"cannot tell whether this index, a product in `{op.dtype}`, stays below {integer_range(op.dtype)[1] + 1:,}: its sizes are "
        "known only at launch; leave it of type `index`, which is wide enough",
        span,
        "warning",
        certainty="unknown",
    )


def _narrow_operations(kernel: Kernel) -> Iterator[tuple[Op, Span]]:
    """The operations, in a dtype that a kernel chose, of which indices are made; each with the place of the access, or of
    the assignment."""
    values = {one.target.name: one for one in kernel.statements if isinstance(one, Assign)}
    seen: set[str] = set()
    for offset, span in _offsets(kernel):
        waiting = [(offset, span)]
        while waiting:
            expr, place = waiting.pop()
            for op in _narrow_parts(expr):
                yield op, place
            names = leaves(expr).variables
            for name in () if names <= seen else sorted(names - seen):
                if name in values:
                    seen.add(name)
                    waiting.append((values[name].value, values[name].span))


def _offsets(kernel: Kernel) -> Iterator[tuple[Expr, Span]]:
    for statement in kernel.statements:
        match statement:
            case Store(offset=offset, span=span):
                yield offset, span
            case Do(places=places, span=span):
                yield from ((place.offset, span) for place in places)
            case _:
                pass
        for expr in expressions(statement):
            for part in leaves(expr).loads:
                yield part.offset, part.span


@lru_cache(maxsize=1 << 12)
def _narrow_parts(expr: Expr) -> tuple[Op, ...]:
    if leaves(expr).operations.isdisjoint(_OPERATORS):
        return ()
    inner = tuple(part for operand in operands(expr) for part in _narrow_parts(operand))
    if isinstance(expr, Op) and expr.name in _OPERATORS and _is_chosen(expr.dtype):
        return expr, *inner
    return inner


def _is_chosen(dtype: DType) -> bool:
    """Signed and narrow: unsigned numbers wrap on purpose, in hashes."""
    return dtype != INDEX and dtype.is_integer and dtype.is_signed and dtype.bits < 64
