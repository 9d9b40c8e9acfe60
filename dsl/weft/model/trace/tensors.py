"""Reads, writes and views of tensors: coordinates become offsets, and what is not proved inside gets a guard."""

import ast
from collections.abc import Sequence

from weft.layout import Layout
from weft.model import fold
from weft.model.describe import axis_text, describe, shape_text
from weft.model.dtypes import BOOL, INDEX, DType
from weft.model.ir import Array, Const, Expr, Load, Space, Store, TensorParameter
from weft.model.prove import is_less, is_not_negative
from weft.model.trace.arithmetic import as_number
from weft.model.trace.tracer import Access, Tracer, as_expr
from weft.model.values import UNKNOWN, Axis, Scalar, Static, Tensor, Tuple, Value

_NAMES = "ijklmn"


def of_parameter(parameter: TensorParameter) -> Tensor:
    axes = tuple(
        Axis((extent,), (stride,)) for extent, stride in zip(parameter.shape, parameter.strides, strict=True)
    )
    return Tensor(parameter.name, parameter.array, axes, fold.const(0))


def of_layout(name: str, dtype: DType, layout: Layout, space: Space) -> Tensor:
    """A tensor in memory of its own, laid out as told."""
    array = Array(name, dtype, space, layout.cosize())
    shape = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    stride = layout.stride if isinstance(layout.stride, tuple) else (layout.stride,)
    axes = tuple(Axis(_leaves(s), _leaves(d)) for s, d in zip(shape, stride, strict=True))
    return Tensor(name, array, axes, fold.const(0))


def read_element(t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript) -> Value:
    """`tensor[i, j]` as a value."""
    place = element_place(t, tensor, index, node, is_write=False)
    if place is None:
        return UNKNOWN
    offset, guard = place
    return Scalar(Load(tensor.array, offset, guard, t.span(node)))


def write_element(t: Tracer, tensor: Tensor, index: Value, value: Value, node: ast.Subscript) -> None:
    """`tensor[i, j] = value`."""
    place = element_place(t, tensor, index, node, is_write=True)
    value = as_number(value)
    if isinstance(value, Tensor | Tuple):
        t.report(
            "element-dtype",
            f"an element of `{tensor.name}` is one `{tensor.dtype}`; found {describe(value)}: index it",
            node,
        )
    expr = as_expr(value, tensor.dtype)
    t.written.add(tensor.array.name)
    if place is not None and expr is not None:
        t.emit(Store(tensor.array, place[0], expr, place[1], t.span(node)))
    else:
        t.miss(node)


def tile(t: Tracer, tensor: Tensor, sizes: Sequence[int], index: Sequence[Expr], node: ast.AST) -> Tensor:
    """The tile of shape `sizes` at tile coordinates `index`; at the edges part of it may lie outside."""
    axes: list[Axis] = []
    origin = tensor.origin
    for axis, size, at in zip(tensor.axes, sizes, index, strict=True):
        first = t.frozen(fold.mul(at, fold.const(size)), "first", node)
        origin = fold.add(origin, fold.mul(first, axis.stride[0]))
        limit = fold.sub(axis.limit or axis.shape[0], first)
        axes.append(Axis((fold.const(size),), axis.stride, limit))
    return Tensor(tensor.name, tensor.array, tuple(axes), origin)


def index_text(rank: int) -> str:
    return ", ".join(_NAMES[axis] if axis < len(_NAMES) else f"i{axis}" for axis in range(rank))


def element_place(
    t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript, *, is_write: bool
) -> tuple[Expr, Expr | None] | None:
    """The offset of an element and the guard of its access; None if the index is wrong or unknown."""
    items = index.items if isinstance(index, Tuple) else (index,)
    if any(item == UNKNOWN for item in items):
        return None
    if len(items) != len(tensor.axes):
        _report_rank(t, tensor, len(items), node)
        return None
    coordinates = [_coordinate(t, tensor, axis, item, node) for axis, item in enumerate(items)]
    found = [coordinate for coordinate in coordinates if coordinate is not None]
    if len(found) < len(items):
        return None
    guard: Expr | None = None
    offset = tensor.origin
    for axis, coordinate in zip(tensor.axes, found, strict=True):
        guard = fold.both(guard, _inside(t, axis, coordinate))
        offset = fold.add(offset, _along(axis, coordinate))
    access = Access(t.span(node), tensor.name, is_write, guard is None, tensor.array.space)
    known = t.accesses.get(access.span)
    if known is None or known.is_proved:
        t.accesses[access.span] = access
    return offset, guard


def _report_rank(t: Tracer, tensor: Tensor, given: int, node: ast.Subscript) -> None:
    rank = len(tensor.axes)
    t.report(
        "wrong-rank",
        f"`{tensor.name}` has {rank} {'axis' if rank == 1 else 'axes'} {shape_text(tensor.axes)} and is given "
        f"{given} {'index' if given == 1 else 'indices'}: write `{ast.unparse(node.value)}[{index_text(rank)}]`",
        node,
    )


def _coordinate(t: Tracer, tensor: Tensor, axis: int, item: Value, node: ast.Subscript) -> Expr | None:
    item = as_number(item)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    part = parts[axis] if axis < len(parts) else node.slice
    expr = as_expr(item)
    if expr is None or expr.dtype.is_float or expr.dtype == BOOL:
        found = describe(item) if expr is None else f"`{expr.dtype}`"
        t.report(
            "index-dtype",
            f"an index is an integer and this is {found}: convert it with `weft.i32(...)`, or count in integers",
            part,
        )
        return None
    extent = tensor.axes[axis].shape
    if isinstance(item, Static) and isinstance(item.value, int) and len(extent) == 1:
        return _static_coordinate(t, tensor, axis, item.value, part)
    return fold.convert(expr, INDEX)


def _static_coordinate(t: Tracer, tensor: Tensor, axis: int, value: int, part: ast.AST) -> Expr | None:
    extent = tensor.axes[axis].shape[0]
    if value < 0:
        t.report(
            "out-of-bounds",
            f"index {value} is negative; a kernel counts from 0: write `{axis_text((extent,))} - {-value}`",
            part,
        )
        return None
    if isinstance(extent, Const) and value >= extent.value:
        t.report(
            "out-of-bounds",
            f"index {value} is outside of axis {axis} of `{tensor.name}`, which has {extent.value}: "
            f"use 0 to {int(extent.value) - 1}",
            part,
        )
        return None
    return fold.const(value)


def _inside(t: Tracer, axis: Axis, coordinate: Expr) -> Expr | None:
    """The condition for a coordinate to be inside, as far as it is not proved."""
    uppers = [upper for upper in (_extent(axis), axis.limit) if upper is not None]
    uppers = [upper for upper in uppers if not is_less(coordinate, upper, t.known)]
    guard: Expr | None = None
    if not is_not_negative(coordinate, t.known):
        guard = fold.operation("ge", coordinate, fold.const(0), dtype=BOOL)
    for upper in uppers:
        guard = fold.both(guard, fold.less(coordinate, upper))
    return guard


def _extent(axis: Axis) -> Expr:
    size = axis.shape[0]
    for part in axis.shape[1:]:
        size = fold.mul(size, part)
    return size


def _along(axis: Axis, coordinate: Expr) -> Expr:
    """How far a coordinate is along an axis, in elements; a nested mode runs leftmost fastest."""
    offset: Expr = fold.const(0)
    rest = coordinate
    for position, (size, stride) in enumerate(zip(axis.shape, axis.stride, strict=True)):
        is_last = position == len(axis.shape) - 1
        part = rest if is_last else fold.mod(rest, size)
        offset = fold.add(offset, fold.mul(part, stride))
        rest = rest if is_last else fold.floordiv(rest, size)
    return offset


def _leaves(sizes: object) -> tuple[Expr, ...]:
    if isinstance(sizes, tuple):
        return tuple(leaf for part in sizes for leaf in _leaves(part))
    assert isinstance(sizes, int)
    return (fold.const(sizes),)
