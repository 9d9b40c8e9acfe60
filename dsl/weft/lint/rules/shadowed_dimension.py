"""A local name that hides a dimension of the kernel's own signature.

`Tensor[f32, N]` says that N is an extent; a reader takes `N` for it everywhere. A name that is given that very extent, as in
`M, N = x.shape`, is no finding.

```python
@weft.kernel
def scale(x: Tensor[f32, N]):
    i = weft.index(x)
    N = 2.0
    x[i] = N * x[i]
```

Instead, give the variable another name.

```python right
@weft.kernel
def scale(x: Tensor[f32, N]):
    i = weft.index(x)
    factor = 2.0
    x[i] = factor * x[i]
```

Source: Pylint, "redefined-outer-name" (W0621).
"""

from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.facts import Symbol
from weft.model.ir import Assign, For, Param, TensorParameter, Var
from weft.model.kernel import Analysis
from weft.model.values import Scalar

CODE = "shadowed-dimension"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    if kernel.ir is None:
        return
    tensors = [parameter for parameter in kernel.ir.parameters if isinstance(parameter, TensorParameter)]
    dims = {extent.name for tensor in tensors for extent in tensor.shape if isinstance(extent, Param)}
    shown: set[str] = set()
    for fact in kernel.facts:
        symbol = fact.symbol
        if symbol is None or symbol.name not in dims or not _is_of_kernel(symbol):
            continue
        name = symbol.name
        is_first = symbol.location is not None and fact.span == symbol.location.span
        if is_first and name not in shown and not _is_itself(kernel, name):
            shown.add(name)
            yield Diagnostic(
                CODE,
                f"`{name}` is a dimension of this kernel, and from here on something else: give this another name",
                fact.span,
                "warning",
            )


def _is_of_kernel(symbol: Symbol) -> bool:
    return symbol.kind in ("variable", "parameter")


def _is_itself(kernel: Analysis, name: str) -> bool:
    """Whether whatever is assigned to the name is the dimension."""
    assert kernel.ir is not None
    if any(isinstance(one, For) and one.variable.name == name for one in kernel.ir.statements):
        return False
    values = [
        one.value for one in kernel.ir.statements if isinstance(one, Assign) and one.target.name == name
    ]
    own = [
        fact.value
        for fact in kernel.facts
        if fact.symbol and fact.symbol.name == name and _is_of_kernel(fact.symbol)
    ]
    known = all(isinstance(value, Scalar) and isinstance(value.expr, (Param, Var)) for value in own)
    return known and all(isinstance(value, Param) and value.name == name for value in values)
