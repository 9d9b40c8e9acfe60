"""Numbers computed in f64 although every tensor has less.

A scalar parameter of dtype f64 makes f64 of all that it meets. A GPU does that at a half to a sixty-fourth of the speed, and the
result is rounded back at the end. A cost, not a fault: it is information. An f64 that the kernel asks for by name, such as
`weft.f64(0)` to add up in, is no finding.

```python
@weft.kernel
def scale(alpha: f64, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Instead, declare `alpha: f32`.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Source: CUDA C++ Programming Guide, "Arithmetic Instructions" (throughput).
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic, Edit, Fix
from weft.model.dtypes import F64
from weft.model.ir import (
    Expr,
    Kernel,
    Load,
    Op,
    Param,
    ScalarParameter,
    TensorParameter,
    expressions,
    walk_expr,
)
from weft.model.kernel import Analysis

CODE = "double-precision"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    if kernel.ir is None or not _narrow(kernel.ir):
        return
    wide = [one for one in kernel.ir.parameters if isinstance(one, ScalarParameter) and one.dtype == F64]
    widened = {name for expr in _all(kernel.ir) for name in _widens(expr)} if wide else frozenset[str]()
    for parameter in wide:
        if parameter.name in widened:
            written = kernel.block.text.find("f64", parameter.span.end)
            fixes = ()
            if written >= 0 and not kernel.block.text[parameter.span.end : written].strip(": weft."):
                place = type(parameter.span)(written, written + len("f64"))
                fixes = (Fix("Declare it as f32", (Edit(place, "f32"),), is_safe=False),)
            yield Diagnostic(
                CODE,
                f"`{parameter.name}` is f64, and what it meets is computed in f64 though no tensor is: declare it as `f32`",
                parameter.span,
                "information",
                fixes,
            )


def _narrow(kernel: Kernel) -> bool:
    """Whether no memory of the kernel is of f64."""
    tensors = (parameter.array for parameter in kernel.parameters if isinstance(parameter, TensorParameter))
    return all(array.dtype != F64 for array in (*tensors, *kernel.shared, *kernel.local))


def _all(kernel: Kernel) -> Iterator[Expr]:
    for statement in kernel.statements:
        for expr in expressions(statement):
            yield from walk_expr(expr)


def _widens(expr: Expr) -> Iterator[str]:
    """The f64 parameters that an operation meets with an element that is converted for it."""
    if not isinstance(expr, Op) or expr.dtype != F64 or len(expr.args) < 2:
        return
    if any(isinstance(arg, Op) and arg.name == "cast" and isinstance(arg.args[0], Load) for arg in expr.args):
        yield from (arg.name for arg in expr.args if isinstance(arg, Param) and arg.dtype == F64)
