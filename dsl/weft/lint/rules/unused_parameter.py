"""A parameter that a kernel never uses.

Each launch has to pass it, and a reader looks for what it does. A tensor that only gives its dimensions to others is
used. A name that starts with `_` says that the parameter is there on purpose.

```python
@weft.kernel
def scale(alpha: f32, beta: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Instead, drop `beta`, or call it `_beta`.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = alpha * x[i]
```

Source: Pyflakes and Ruff, "unused argument" (ARG001).
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.ir import Param, Parameter, TensorParameter
from weft.model.kernel import Analysis

CODE = "unused-parameter"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    if not kernel.is_kernel or kernel.ir is None:
        return
    for parameter in kernel.parameters:
        if not (
            parameter.name.startswith("_") or _is_used(kernel, parameter) or _names_dims(kernel, parameter)
        ):
            yield Diagnostic(
                CODE,
                f"`{parameter.name}` is never used: drop it, or call it `_{parameter.name}` if it has to stay",
                parameter.span,
                "warning",
            )


def _is_used(kernel: Analysis, parameter: Parameter) -> bool:
    return any(
        fact.symbol is not None and fact.symbol.name == parameter.name and fact.span != parameter.span
        for fact in kernel.facts
    )


def _names_dims(kernel: Analysis, parameter: Parameter) -> bool:
    """Whether a dimension that the kernel's text uses is declared by this parameter alone."""
    if not isinstance(parameter, TensorParameter):
        return False
    others = {
        extent.name
        for other in kernel.parameters
        if isinstance(other, TensorParameter) and other is not parameter
        for extent in other.shape
        if isinstance(extent, Param)
    }
    own = {extent.name for extent in parameter.shape if isinstance(extent, Param)} - others
    text = kernel.block.text
    return any(text.count(name) > 1 for name in own)
