"""An expression whose value nothing uses.

Mostly `==` where `=` was meant, or a result that was to be written somewhere: `weft.mma` and `weft.warp_sum` change none of their
arguments. A call that does something besides is no finding.

```python
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] == alpha * x[i]
```

Instead, assign it, or drop the line.

```python right
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = alpha * x[i]
```

Source: flake8-bugbear B018, Ruff "useless-expression".
"""

import ast
from collections.abc import Iterator

from weft.lint.places import source, statements
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

CODE = "unused-result"

# Groups of operations that do nothing but give a value, all but those that give none.
_GIVE_ONLY = tuple(f"weft.ops.{group}." for group in ("bits", "block", "math", "mma", "warp"))
_USELESS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Subscript, ast.IfExp)


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    if kernel.ir is None:
        return
    for node in statements(kernel):
        if isinstance(node, ast.Expr) and _is_useless(kernel, node.value):
            span = kernel.block.span(node)
            if kernel.span.start <= span.start < kernel.span.end:
                meant = ": did you mean `=`?" if _is_equation(node.value) else ": assign it, or drop the line"
                yield Diagnostic(
                    CODE, f"nothing uses the value of `{source(kernel, span)}`{meant}", span, "warning"
                )


def _is_useless(kernel: Analysis, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return isinstance(node, _USELESS)
    end = kernel.block.span(node).end
    called = next((call.symbol for call in kernel.calls if call.span.end == end), None)
    if called is None or called.signature is None or called.signature.returns == "None":
        return False
    return called.qualified_name.startswith(_GIVE_ONLY)


def _is_equation(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)
