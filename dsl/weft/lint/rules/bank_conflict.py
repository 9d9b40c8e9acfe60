"""Threads of a warp want different words of one bank of shared memory, and wait for each other.

Shared memory has 32 banks of 4 bytes, side by side. A warp whose threads walk down a column of a tile with 32 columns finds
all its words in one bank: 32 turns instead of one. Reported from four turns on. A cost, not a fault: it is information, and no reason for `weft check` to
fail.

```python
@weft.kernel
def turned(x: Tensor[f32, 32, 32], y: Tensor[f32, 32, 32]):
    row, col = weft.tile_index(x, (32, 32))
    tile = weft.shared(f32, (32, 32))
    tile[row, col] = x[row, col]
    weft.barrier()
    y[row, col] = tile[col, row]  # neighbours read 32 words apart
```

Instead, pad the rows, `weft.Layout((32, 32), (33, 1))`, or swizzle them, `weft.shared(f32, (32, 32), swizzle=(5, 0, 5))`, which takes no
more memory.

```python right
@weft.kernel
def turned(x: Tensor[f32, 32, 32], y: Tensor[f32, 32, 32]):
    row, col = weft.tile_index(x, (32, 32))
    tile = weft.shared(f32, weft.Layout((32, 32), (33, 1)))
    tile[row, col] = x[row, col]
    weft.barrier()
    y[row, col] = tile[col, row]
```

Source: CUDA C++ Best Practices Guide, "Shared Memory and Memory Banks".
"""

import ast
from collections.abc import Callable, Iterator, Sequence

from weft.layout import Swizzle
from weft.lint.block.observe import inner_block
from weft.lint.block.record import Touch
from weft.lint.block.run import Ran
from weft.lint.block.warp import conflict_degree, fullest, wide
from weft.lint.places import node_at
from weft.model.diagnostic import Diagnostic, Edit, Fix, Span
from weft.model.ir import Array
from weft.model.kernel import Analysis
from weft.model.limits import strictest

CODE = "bank-conflict"

# Two turns cost less than what is done about them mostly does.
_FEWEST_TURNS = 4
_BANK_BITS = 5


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    worst: dict[Span, tuple[int, Touch]] = {}
    for touch, size_bytes in wide([touch for touch in ran.touches if touch.array.space == "shared"]):
        degree = _degree(touch, ran, size_bytes)
        if degree >= _FEWEST_TURNS and degree > worst.get(touch.span, (1, touch))[0]:
            worst[touch.span] = degree, touch
    for span, (degree, touch) in worst.items():
        fixes = (*_padding(kernel, ran, touch.array, degree), *_swizzling(kernel, ran, touch.array, degree))
        yield Diagnostic(CODE, _message(touch, degree, fixes), span, "information", fixes)


def _degree(touch: Touch, ran: Ran, size_bytes: int, moved: Callable[[int], int] | None = None) -> int:
    """moved: where an element would lie instead."""
    elements = fullest(touch, ran.trial.threads)
    if moved is not None:
        elements = list(map(moved, elements))
    size = touch.array.dtype.itemsize_bytes
    return conflict_degree([element * size // size_bytes for element in elements], size_bytes)


def _message(touch: Touch, degree: int, fixes: Sequence[Fix]) -> str:
    first = fixes[0].title if fixes else "Pad the rows, or swizzle the layout"
    advice = first[0].lower() + first[1:]
    return (
        f"the threads of a warp {touch.kind} `{touch.array.name}` in {degree} turns, since {degree} of them want different "
        f"words of one bank: {advice}"
    )


def _padding(kernel: Analysis, ran: Ran, array: Array, degree: int) -> Iterator[Fix]:
    """One element of padding in each row, where the text gives a shape of two axes and padding helps every access."""
    call = _allocation(kernel, array)
    if call is None or len(call.args) < 2 or not isinstance(call.func, ast.Attribute):
        return
    columns = _columns(kernel, call.args[1], array)
    if columns is None or not _has_room(kernel, array, columns):
        return
    if _worst(ran, array, lambda element: element + element // columns) >= degree:
        return
    rows, width = (ast.unparse(part) for part in _parts(call.args[1]))
    text = f"{ast.unparse(call.func.value)}.Layout(({rows}, {width}), ({width} + 1, 1))"
    yield Fix("Pad the rows by one element", (Edit(kernel.block.span(call.args[1]), text),), is_safe=False)


def _swizzling(kernel: Analysis, ran: Ran, array: Array, degree: int) -> Iterator[Fix]:
    """The swizzle of rows that leaves fewest turns for any access, where the text gives a shape of two axes and no swizzle."""
    call = _allocation(kernel, array)
    if call is None or len(call.args) != 2 or any(word.arg in ("swizzle", None) for word in call.keywords):
        return
    columns = _columns(kernel, call.args[1], array)
    if columns is None or columns & (columns - 1):
        return
    shift = columns.bit_length() - 1
    widest = max(size for _, size in _accesses(ran, array)) // array.dtype.itemsize_bytes
    least = widest.bit_length() - 1  # neighbours of one access stay neighbours
    # Source: CuTe, `Swizzle<B, M, S>`; the bits of the row number go into those of the column.
    tried = [Swizzle(min(_BANK_BITS, shift - base), base, shift - base) for base in range(least, shift)]
    best = min(tried, key=lambda one: (_worst(ran, array, one), one.bits), default=None)
    if best is not None and _worst(ran, array, best) < degree:
        end = kernel.block.span(call.args[1]).end
        text = f", swizzle=({best.bits}, {best.base}, {best.shift})"
        yield Fix("Swizzle the rows", (Edit(Span(end, end), text),), is_safe=False)


def _accesses(ran: Ran, array: Array) -> list[tuple[Touch, int]]:
    return list(wide([touch for touch in ran.touches if touch.array == array]))


def _worst(ran: Ran, array: Array, moved: Callable[[int], int]) -> int:
    return max(_degree(touch, ran, size, moved) for touch, size in _accesses(ran, array))


def _allocation(kernel: Analysis, array: Array) -> ast.Call | None:
    if kernel.ir is None or array not in kernel.ir.shared:
        return None
    node = node_at(kernel, kernel.shared_spans[kernel.ir.shared.index(array)])
    return node if isinstance(node, ast.Call) else None


def _columns(kernel: Analysis, shape: ast.expr, array: Array) -> int | None:
    """The row length of a shape of two axes; None for anything else."""
    parts = _parts(shape)
    if len(parts) != 2 or array.size is None or kernel.ir is None:
        return None
    columns = next((value for value in _static(kernel, parts[1])), None)
    return None if not columns or array.size % columns else columns


def _has_room(kernel: Analysis, array: Array, columns: int) -> bool:
    """Whether one element more for each row fits in the shared memory of a block."""
    arrays = kernel.ir.shared if kernel.ir else ()
    used = sum(one.size_bytes for one in arrays)
    more = (array.size or 0) // columns * array.dtype.itemsize_bytes
    return used + more <= strictest(kernel.targets).shared_bytes


def _parts(shape: ast.expr) -> Sequence[ast.expr]:
    return shape.elts if isinstance(shape, ast.Tuple) else ()


def _static(kernel: Analysis, node: ast.expr) -> Iterator[int]:
    """The number that the front end found an expression to be."""
    span = kernel.block.span(node)
    for fact in kernel.facts:
        value = getattr(fact.value, "value", None)
        if fact.span == span and isinstance(value, int):
            yield value
