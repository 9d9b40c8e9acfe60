"""Neighbouring elements of one thread that are read or written one at a time, where one access would do.

A thread that takes four neighbours, the next thread the four after them, asks for 16 bytes in four instructions, each of which touches
every sector that the warp needs. Weft joins neighbours that are read in a row, or written in a row; not those of a loop, nor those
between which something else happens. Reported where the first of them is a multiple of their number, so that a launch with aligned
tensors gives one access. A cost, not a fault: it is information.

```python
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(N // 4)
    for k in range(4):
        y[4 * i + k] = alpha * x[4 * i + k]
```

Instead, take them as a vector. Where nothing is aligned it is single accesses again, and as right.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(N // 4)
    y.vector(4)[i] = alpha * x.vector(4)[i]
```

Source: NVIDIA, "CUDA Pro Tip: Increase Performance with Vectorized Memory Access"; PTX ISA, "ld" and "st".
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Touch
from weft.lint.block.run import Ran
from weft.lint.block.warp import WIDEST_BYTES, fullest, step
from weft.lint.places import node_at
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import Const, For, Kernel, Load, Param, Store, TensorParameter, expressions, leaves
from weft.model.kernel import Analysis
from weft.model.specialization import Specialization
from weft.model.values import Tensor

CODE = "missed-vector"

# More elements than this for each thread lie too far apart for their warp to find them in one go.
_MOST_BYTES = 64


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    for span, (touch, width) in missed(kernel).items():
        name = touch.array.name
        yield Diagnostic(
            CODE,
            f"each thread {touch.kind}s {width} neighbours of `{name}` one at a time: take them at once, with `{name}.vector({width})`",
            span,
            "information",
        )


@lru_cache(8)  # another rule asks as well
def missed(kernel: Analysis) -> Mapping[Span, tuple[Touch, int]]:
    """The accesses that could be part of a wide one and are not, each with how many elements that would have."""
    ran = inner_block(kernel)
    if ran is None or kernel.ir is None:
        return {}
    places: dict[tuple[Span, str], list[Touch]] = {}
    for touch in ran.touches:
        if touch.array.space == "global" and touch.kind != "atomic":
            places.setdefault((touch.span, touch.kind), []).append(touch)
    found: dict[Span, tuple[Touch, int]] = {}
    for (span, _), touches in places.items():
        width = _width(touches, ran, kernel.ir)
        if width > 1 and _is_written_singly(kernel, span):
            found[span] = touches[0], width
    if found:
        single = _single(kernel.ir)
        return {span: one for span, one in found.items() if span in single}
    return found


def _width(touches: Sequence[Touch], ran: Ran, kernel: Kernel) -> int:
    """How many neighbours each thread touches at a place, one after another, as far as one access could; 1 if it does not."""
    first = touches[0]
    if len(touches) < 2 or isinstance(first.offsets, int):
        return 1
    size = first.array.dtype.itemsize_bytes
    apart = step(fullest(first, ran.trial.threads)) or 0
    if apart < 2 or apart & (apart - 1) or apart * size > _MOST_BYTES:
        return 1
    together = next((by for by, other in enumerate(touches) if not _follows(first, other, by)), len(touches))
    if together == len(touches) and touches[1].rounds != first.rounds:
        together = _rounds(kernel, first)
    width = min(apart, WIDEST_BYTES // size)
    taken = first.offsets if first.mask is None else compress(first.offsets, first.mask)
    return width if together >= width and all(offset % width == 0 for offset in taken) else 1


def _follows(first: Touch, other: Touch, by: int) -> bool:
    if isinstance(first.offsets, int) or isinstance(other.offsets, int) or first.mask != other.mask:
        return False
    if first.rounds[:-1] != other.rounds[:-1]:
        return False
    return all(after - before == by for before, after in zip(first.offsets, other.offsets, strict=True))


def _rounds(kernel: Kernel, touch: Touch) -> int:
    """How often the loop around an access goes round, if that is a number."""
    loop, _ = touch.rounds[-1]
    for one in kernel.statements:
        match one:
            case For(start=Const(value=start), stop=Const(value=stop), step=Const(value=1), span=span):
                if span == loop:
                    return int(stop) - int(start)
            case _:
                pass
    return 1


def _is_written_singly(kernel: Analysis, span: Span) -> bool:
    """Whether a place is `x[...]` of the kernel's own text, and not of a vector already."""
    node = node_at(kernel, span)
    if not isinstance(node, ast.Subscript):
        return False
    base = kernel.block.span(node.value)
    return not any(
        fact.span == base and isinstance(fact.value, Tensor) and fact.value.width > 1 for fact in kernel.facts
    )


def _single(kernel: Kernel) -> set[Span]:
    """Where elements are touched one at a time even if all tensors are aligned and all sizes are multiples of 16."""
    from weft.model.specialize import specialize  # few kernels have such accesses

    tensors = [parameter for parameter in kernel.parameters if isinstance(parameter, TensorParameter)]
    names = frozenset(tensor.name for tensor in tensors)
    sizes = {
        part.name
        for tensor in tensors
        for part in (*tensor.shape, *tensor.strides)
        if isinstance(part, Param)
    }
    made = specialize(kernel, Specialization(contiguous=names, aligned=names, divisible=frozenset(sizes)))
    found: set[Span] = set()
    for one in made.statements:
        if isinstance(one, Store):
            found.add(one.span)
        loads: list[Load] = [load for expr in expressions(one) for load in leaves(expr).loads]
        found.update(load.span for load in loads)
    return found
