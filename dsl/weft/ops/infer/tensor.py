"""What members of tensors give."""

from typing import Any

from weft.layout import Layout
from weft.model import fold
from weft.model.describe import describe, shape_text
from weft.model.dialect import Rule
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr
from weft.model.trace.call import Call
from weft.model.trace.tensors import tile as tile_of
from weft.model.trace.tracer import as_expr
from weft.model.values import UNKNOWN, DTypeRef, Scalar, Static, Tensor, Tuple, Value


def infer_shape(call: Call) -> Value:
    return Tuple(tuple(_extent(axis.shape) for axis in _receiver(call).axes)) if _is_tensor(call) else UNKNOWN


def infer_stride(call: Call) -> Value:
    return (
        Tuple(tuple(_extent(axis.stride) for axis in _receiver(call).axes)) if _is_tensor(call) else UNKNOWN
    )


def infer_ndim(call: Call) -> Value:
    return Static(len(_receiver(call).axes)) if _is_tensor(call) else UNKNOWN


def infer_size(call: Call) -> Value:
    if not _is_tensor(call):
        return UNKNOWN
    size: Expr = fold.const(1)
    for axis in _receiver(call).axes:
        for part in axis.shape:
            size = fold.mul(size, part)
    return value_of(size)


def infer_dtype(call: Call) -> Value:
    return DTypeRef(_receiver(call).dtype) if _is_tensor(call) else UNKNOWN


def infer_layout(call: Call) -> Value:
    """The layout, where it is known at compile time."""
    if not _is_tensor(call):
        return UNKNOWN
    shape, stride = infer_shape(call), infer_stride(call)
    numbers = [_numbers(part) for part in (shape, stride)]
    if numbers[0] is None or numbers[1] is None:
        return UNKNOWN
    return Static(Layout(numbers[0], numbers[1]))


def infer_tile(call: Call) -> Value:
    if not _is_tensor(call):
        return UNKNOWN
    tensor = _receiver(call)
    sizes = static_sizes(call, "shape")
    index = index_exprs(call, "index")
    if sizes is None or index is None:
        return UNKNOWN
    rank = len(tensor.axes)
    for name, count in (("shape", len(sizes)), ("index", len(index))):
        if count != rank:
            call.report(
                "wrong-rank",
                f"`{tensor.name}` has {rank} {'axis' if rank == 1 else 'axes'} {shape_text(tensor.axes)} and `{name}` "
                f"has {count}: give {rank}",
                name,
            )
            return UNKNOWN
    return tile_of(call.tracer, tensor, sizes, index, call.node)


def static_sizes(call: Call, name: str) -> tuple[int, ...] | None:
    """An argument that is a size, or a tuple of sizes, known at compile time; reported if it is not."""
    value = call.value(name)
    items = value.items if isinstance(value, Tuple) else (value,)
    found = [item.value for item in items if isinstance(item, Static) and isinstance(item.value, int)]
    if len(found) < len(items):
        if not any(item == UNKNOWN for item in items):
            call.report(
                "static-required",
                f"`{name}` of `{call.name}` is known at compile time and this is {describe(value)}: use numbers or "
                "module-level constants",
                name,
            )
        return None
    if any(size < 1 for size in found):
        call.report("static-required", f"sizes are at least 1; found {min(found)}: correct `{name}`", name)
        return None
    return tuple(found)


def index_exprs(call: Call, name: str) -> list[Expr] | None:
    """An argument that is an index, or a tuple of indices; reported if it is not."""
    value = call.value(name)
    items = value.items if isinstance(value, Tuple) else (value,)
    found: list[Expr] = []
    for item in items:
        number = Scalar(item.expr) if isinstance(item, Scalar) else item
        expr = as_expr(number) if isinstance(number, Scalar | Static) else _dimension(item)
        if expr is None or not expr.dtype.is_integer:
            if item != UNKNOWN:
                call.report(
                    "index-dtype",
                    f"`{name}` of `{call.name}` counts in integers; found {describe(item)}",
                    name,
                )
            return None
        found.append(fold.convert(expr, INDEX))
    return found


def value_of(expr: Expr) -> Value:
    """A number that is known becomes a compile-time value."""
    return Static(int(expr.value)) if isinstance(expr, Const) else Scalar(expr)


def _dimension(item: Value) -> Expr | None:
    return getattr(item, "expr", None)


def _extent(parts: tuple[Expr, ...]) -> Value:
    return value_of(parts[0]) if len(parts) == 1 else Tuple(tuple(map(value_of, parts)))


def _numbers(value: Value) -> Any:
    if isinstance(value, Static):
        return value.value
    parts = [_numbers(item) for item in value.items] if isinstance(value, Tuple) else [None]
    return None if None in parts else tuple(parts)


def _is_tensor(call: Call) -> bool:
    return isinstance(call.receiver, Tensor)


def _receiver(call: Call) -> Tensor:
    assert isinstance(call.receiver, Tensor)
    return call.receiver


RULES: dict[str, Rule] = {
    "Tensor.shape": infer_shape,
    "Tensor.stride": infer_stride,
    "Tensor.ndim": infer_ndim,
    "Tensor.size": infer_size,
    "Tensor.dtype": infer_dtype,
    "Tensor.layout": infer_layout,
    "Tensor.tile": infer_tile,
}
