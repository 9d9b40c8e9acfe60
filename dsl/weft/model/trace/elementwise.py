"""What is computed of vectors element by element; a number meets each element."""

import ast
from collections.abc import Callable, Sequence

from weft.model.describe import describe
from weft.model.trace.tracer import Tracer, as_expr
from weft.model.values import UNKNOWN, Scalar, Value, Vector
from weft.records import replace


def elementwise(
    t: Tracer,
    name: str,
    values: Sequence[Value],
    node: ast.AST,
    compute: Callable[[Sequence[Value]], Value],
) -> Value:
    """`compute` of each row of elements. One number of each row of a fragment meets each element of that row."""
    vectors = [value for value in values if isinstance(value, Vector)]
    wide = max(vectors, key=lambda vector: len(vector.items))
    values = [_along_rows(value, wide) if isinstance(value, Vector) else value for value in values]
    kinds = {(len(one.items), one.role, one.shape) for one in values if isinstance(one, Vector)}
    if len(kinds) > 1:
        found = " and ".join(describe(vector) for vector in vectors)
        t.report(
            "operand-dtype", f"`{name}` takes vectors of one kind; found {found}: make them the same", node
        )
        return UNKNOWN
    width = len(wide.items)
    columns = [
        list(map(Scalar, value.items)) if isinstance(value, Vector) else [value] * width for value in values
    ]
    found = [as_expr(compute(row)) for row in zip(*columns, strict=True)]
    exprs = [expr for expr in found if expr is not None]
    if len(exprs) < width or not t.is_kernel:
        return UNKNOWN
    return replace(wide, items=tuple(exprs), dtype=exprs[0].dtype)


def _along_rows(vector: Vector, wide: Vector) -> Vector:
    """One number of each row of a fragment, as the fragment `wide` with the same number in all columns."""
    if vector.role != "rows" or wide.role != "c" or vector.shape[0] != wide.shape[0]:
        return vector
    blocks = wide.shape[1] // 8
    items = [vector.items[at // (blocks * 4) * 2 + at % 4 // 2] for at in range(len(wide.items))]
    return replace(wide, items=tuple(items), dtype=vector.dtype)
