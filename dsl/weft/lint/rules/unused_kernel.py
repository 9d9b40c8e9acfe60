"""A private kernel or device function that nothing in its file names.

A name that begins with `_` is for its own module, so nobody else calls it. Mostly it was replaced and stayed behind. A public kernel that no
launch in the file uses is no finding: others import it.

```python
@weft.function
def _old_scale(x: f32) -> f32:
    return 2 * x
```

Instead, delete it, or give it a name for others.

```python right
@weft.function
def scale(x: f32) -> f32:
    return 2 * x
```

Source: Pyright, "reportUnusedFunction"; GCC, `-Wunused-function`.
"""

import ast
from collections.abc import Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.model import Model

CODE = "unused-kernel"


def check_file(model: Model) -> Iterator[Diagnostic]:
    if any(block.parsed.tree is None or block.parsed.error for _, block in model.blocks):
        return  # a part that is half-typed may name it
    private = [(start, kernel) for start, kernel in model.kernels() if _is_private(kernel.name)]
    named = set(_named(model)) if private else set[str]()
    for start, kernel in private:
        if kernel.name not in named:
            what = "kernel" if kernel.is_kernel else "device function"
            message = f"nothing in this file names the private {what} `{kernel.name}`: delete it, or give it a public name"
            yield Diagnostic(CODE, message, kernel.name_span.shifted(start), "warning")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _named(model: Model) -> Iterator[str]:
    """Every name that the file says, and every text, such as those of `__all__`."""
    for _, block in model.blocks:
        for node in ast.walk(block.parsed.tree) if block.parsed.tree else ():
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                    yield name
                case _:
                    pass
