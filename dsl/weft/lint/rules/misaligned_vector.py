"""A vector whose first element lies at no multiple of its width, so that it cannot be one access.

`x.vector(4)` is one access of 16 bytes where its address is a multiple of 16 bytes; anywhere else it is four of 4 bytes, without a
word. Mostly the rows are padded by one element, or a slice starts at 1. A cost, not a fault: it is information. Tensors are taken as row-major
and as beginning at a multiple of 16 bytes.

```python
@weft.kernel
def turned(x: Tensor[f32, 32, 32], y: Tensor[f32, 32, 32]):
    row, col = weft.tile_index((32, 8), (32, 8))
    tile = weft.shared(f32, (32, 33))
    tile[row, :32].vector(4)[col] = x[row, :].vector(4)[col]  # row 1 begins at element 33
    weft.barrier()
    y[row, :].vector(4)[col] = tile[31 - row, :32].vector(4)[col]
```

Instead, pad by the width of the vector, `(32, 36)`, or start the slice at a multiple of it.

```python right
@weft.kernel
def turned(x: Tensor[f32, 32, 32], y: Tensor[f32, 32, 32]):
    row, col = weft.tile_index((32, 8), (32, 8))
    tile = weft.shared(f32, (32, 36))
    tile[row, :32].vector(4)[col] = x[row, :].vector(4)[col]
    weft.barrier()
    y[row, :].vector(4)[col] = tile[31 - row, :32].vector(4)[col]
```

Source: CUDA C++ Programming Guide, "Device Memory Accesses" (size and alignment requirement).
"""

import ast
from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Touch
from weft.lint.places import node_at
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis
from weft.model.values import Tensor

CODE = "misaligned-vector"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    widths = _widths(kernel)
    ran = inner_block(kernel) if widths else None
    if ran is None:
        return
    # The first access of a vector names its first element.
    firsts: dict[Span, Touch] = {}
    for touch in ran.touches:
        if touch.array.space != "local":
            firsts.setdefault(touch.span, touch)
    for span, touch in firsts.items():
        width = _width(kernel, touch, widths)
        for thread, element in touch.elements(ran.trial.threads) if width > 1 else ():
            if element % width:
                yield Diagnostic(
                    CODE,
                    f"this vector of {width} begins at element {element:,} of `{touch.array.name}` for {ran.trial.thread_words(thread)}, "
                    f"which is no multiple of {width}, so it is {width} accesses and not one: let rows and slices begin at "
                    f"multiples of {width}",
                    span,
                    "information",
                )
                break


def _widths(kernel: Analysis) -> dict[Span, int]:
    """The places of views in vectors, with the width of each."""
    return {
        fact.span: fact.value.width
        for fact in kernel.facts
        if isinstance(fact.value, Tensor) and fact.value.width > 1
    }


def _width(kernel: Analysis, touch: Touch, widths: dict[Span, int]) -> int:
    node = node_at(kernel, touch.span)
    return widths.get(kernel.block.span(node.value), 1) if isinstance(node, ast.Subscript) else 1
