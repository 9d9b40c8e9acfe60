"""A `print` in a kernel.

Every thread prints, the output of a GPU comes late and through a small buffer, and the kernel gets slower and needs more registers.
Information, since it may be meant: `# weft: ignore[print-left-in]` says so.

```python
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    print(i, x[i])
    x[i] = alpha * x[i]
```

Instead, drop it, write what is wanted to a tensor, or run the kernel with the checking back end.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Source: CUDA C++ Programming Guide, "Formatted Output"; Ruff T201.
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.ir import Do
from weft.model.kernel import Analysis

CODE = "print-left-in"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    spans = (
        {one.span for one in kernel.ir.statements if isinstance(one, Do) and one.name == "print"}
        if kernel.ir
        else ()
    )
    for span in sorted(spans):
        yield Diagnostic(
            CODE,
            f"each thread prints this at every launch: drop it when the kernel works, or ignore `{CODE}` here if it is meant",
            span,
            "information",
        )
