"""The operations of Weft: each is declared once, with its signature, its docstring and its inference rule."""

import os

from weft.model.dialect import Dialect
from weft.ops import dtypes, geometry, loops, math, memory, python, sync, tensor
from weft.ops.operation import rules_of

# The groups, one file each. Adding one adds it here.
GROUPS = (geometry, loops, math, memory, sync, tensor)

DIALECT = Dialect(
    operations={name: rule for group in GROUPS for name, rule in rules_of(group).items()} | python.RULES,
    dtypes={
        f"weft.ops.dtypes.{name}": value.dtype
        for name, value in vars(dtypes).items()
        if isinstance(value, type) and issubclass(value, dtypes.Scalar) and "dtype" in vars(value)
    },
    axes={f"weft.ops.geometry.{name}": name for name in ("thread_idx", "block_idx", "block_dim", "grid_dim")},
    kernel="weft.kernel.kernel",
    function="weft.kernel.function",
    dimension="weft.ops.dimension.Dim",
    tensor="weft.ops.tensor.Tensor",
    layout="weft.layout.layout.Layout",
    root=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    package="weft",
)
