"""Views of tensors: slices, tiles, other orders and shapes of the axes, shares of threads. All is arithmetic on
strides; nothing is computed when a kernel runs that its accesses would not compute anyway."""

import ast
from collections.abc import Sequence
from functools import reduce

from weft.model import fold
from weft.model.describe import describe
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr
from weft.model.prove import is_less, is_not_negative
from weft.model.trace.arithmetic import as_number
from weft.model.trace.tensors import along, coordinate, extent_of, inside, report_rank
from weft.model.trace.tracer import Tracer, as_expr
from weft.model.values import UNKNOWN, Axis, Slice, Static, Tensor, Tuple, Value
from weft.records import record, replace


def has_slice(index: Value) -> bool:
    """Whether `x[index]` is a view, and not an element."""
    return isinstance(index, Slice) or (
        isinstance(index, Tuple) and any(isinstance(item, Slice) for item in index.items)
    )


def sliced(t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript) -> Value:
    """`x[i, :]`, `x[a:b]`: an index drops its axis, a slice keeps a part of it."""
    items = index.items if isinstance(index, Tuple) else (index,)
    if any(item is UNKNOWN for item in items):
        return UNKNOWN
    if len(items) != len(tensor.axes):
        report_rank(t, tensor, len(items), node)
        return UNKNOWN
    if tensor.width > 1:
        t.report(
            "vector-view", f"`{tensor.name}` is read in vectors here: slice first, then `.vector(...)`", node
        )
        return UNKNOWN
    view, axes = tensor, list[Axis]()
    for position, (axis, item) in enumerate(zip(tensor.axes, items, strict=True)):
        if isinstance(item, Slice):
            found = _part(t, tensor, axis, item, _part_node(node, position))
        else:
            found = _selected(t, tensor, position, item, node)
        if found is None:
            return UNKNOWN
        kept, first, guard = found
        axes += kept
        view = replace(view, origin=fold.add(view.origin, first), guard=fold.both(view.guard, guard))
    return replace(view, axes=tuple(axes))


# What is kept of an axis, how far its start moves in elements, and what must hold for it to be inside.
_Part = tuple[tuple[Axis, ...], Expr, Expr | None]


def _selected(t: Tracer, tensor: Tensor, position: int, item: Value, node: ast.Subscript) -> _Part | None:
    at = coordinate(t, tensor, position, item, node)
    if at is None:
        return None
    axis, held = tensor.axes[position], t.frozen(at, "at", node)
    guard = inside(t, axis, held)
    return (), along(t, axis, held), guard and t.frozen(guard, "inside", node)


def _part(t: Tracer, tensor: Tensor, axis: Axis, item: Slice, node: ast.AST) -> _Part | None:
    if item == Slice(Static(None), Static(None), Static(None)):
        return (axis,), fold.const(0), None
    if len(axis.shape) > 1:
        t.report(
            "static-required",
            f"an axis of `{tensor.name}` has a nested shape and cannot be cut: index it, or take all of it",
            node,
        )
        return None
    extent = extent_of(axis)
    start = _bound(t, item.start, fold.const(0), node)
    stop = _bound(t, item.stop, extent, node)
    step = item.step if item.step != Static(None) else Static(1)
    if start is None or stop is None:
        return None
    if not isinstance(step, Static) or not isinstance(step.value, int) or step.value < 1:
        if step is not UNKNOWN:
            t.report(
                "static-required",
                f"the step of a slice is a number of at least 1 known at compile time; found {describe(step)}",
                node,
            )
        return None
    first = t.frozen(start, "first", node)
    size = t.frozen(fold.sub(stop, first), "size", node)
    limit = _limit(t, axis, stop, first)
    lower = (
        None
        if is_not_negative(first, t.known) and axis.lower is None
        else fold.sub(axis.lower or fold.const(0), first)
    )
    if step.value > 1:
        size, limit, lower = (edge and _in_steps(edge, step.value) for edge in (size, limit, lower))
    stride = axis.stride[0]
    kept = Axis((size or extent,), (fold.mul(stride, fold.const(step.value)),), limit, lower)
    return (kept,), fold.mul(first, stride), None


def _in_steps(edge: Expr, step: int) -> Expr:
    return fold.floordiv(fold.add(edge, fold.const(step - 1)), fold.const(step))


def _limit(t: Tracer, axis: Axis, stop: Expr, first: Expr) -> Expr | None:
    """Where the memory ends in the view's coordinates, where the slice may reach past it."""
    extent = axis.shape[0]
    is_short = not is_less(extent, stop, t.known) and is_less(stop, fold.add(extent, fold.const(1)), t.known)
    ends = [end for end in (None if is_short else extent, axis.limit) if end is not None]
    if not ends:
        return None
    end = ends[0] if len(ends) == 1 else fold.operation("min", *ends)
    return fold.sub(end, first)


def _bound(t: Tracer, value: Value, default: Expr, node: ast.AST) -> Expr | None:
    if value == Static(None):
        return default
    value = as_number(value)
    expr = as_expr(value)
    if isinstance(value, Static) and isinstance(value.value, int) and value.value < 0:
        t.report(
            "out-of-bounds",
            f"a slice bound of {value.value} is negative; a kernel counts from 0: write `extent - {-value.value}`",
            node,
        )
        return None
    if expr is None or not expr.dtype.is_integer:
        if value is not UNKNOWN:
            t.report(
                "index-dtype", f"a slice is bounded by integers; found {describe(value)}: convert it", node
            )
        return None
    return fold.convert(expr, INDEX)


def _part_node(node: ast.Subscript, position: int) -> ast.AST:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return parts[position] if position < len(parts) else node.slice


def tile(t: Tracer, tensor: Tensor, sizes: Sequence[int], index: Sequence[Expr], node: ast.AST) -> Tensor:
    """The tile of shape `sizes` at tile coordinates `index`; at the edges part of it may lie outside."""
    axes: list[Axis] = []
    origin = tensor.origin
    for axis, size, at in zip(tensor.axes, sizes, index, strict=True):
        first = t.frozen(fold.mul(at, fold.const(size)), "first", node)
        origin = fold.add(origin, fold.mul(first, axis.stride[0]))
        limit = fold.sub(axis.limit or axis.shape[0], first)
        is_positive = axis.lower is None and is_not_negative(first, t.known)
        lower = None if is_positive else fold.sub(axis.lower or fold.const(0), first)
        axes.append(Axis((fold.const(size),), axis.stride, _needed(t, limit, size), lower))
    return replace(tensor, axes=tuple(axes), origin=origin)


def _needed(t: Tracer, limit: Expr, size: int) -> Expr | None:
    """None for a limit that the tile never reaches."""
    return None if is_less(fold.const(size - 1), limit, t.known) else limit


def permuted(tensor: Tensor, order: Sequence[int]) -> Tensor:
    return replace(tensor, axes=tuple(tensor.axes[axis] for axis in order))


def broadcast(tensor: Tensor, shape: Sequence[Expr]) -> Tensor | None:
    """The tensor repeated to `shape`, as NumPy does; None if it does not fit."""
    extra = len(shape) - len(tensor.axes)
    if extra < 0:
        return None
    axes = [Axis((size,), (fold.const(0),)) for size in shape[:extra]]
    for axis, size in zip(tensor.axes, shape[extra:], strict=True):
        extent = extent_of(axis)
        if extent == size:
            axes.append(axis)
        elif isinstance(extent, Const) and extent.value == 1:
            axes.append(Axis((size,), (fold.const(0),)))
        else:
            return None
    return replace(tensor, axes=tuple(axes), is_broadcast=True)


def reshaped(tensor: Tensor, shape: Sequence[Expr]) -> Tensor | None:
    """The same elements in row-major order under other extents; None where strides cannot say it."""
    if any(axis.limit is not None or axis.lower is not None for axis in tensor.axes):
        return None
    modes = [
        mode for axis in tensor.axes for mode in reversed(list(zip(axis.shape, axis.stride, strict=True)))
    ]
    axes: list[Axis] = []
    for size in reversed(shape):
        found = _take(modes, size)
        if found is None:
            return None
        axes.append(found)
    rest = [size for size, _ in modes if size != fold.const(1)]
    return None if rest else replace(tensor, axes=tuple(reversed(axes)))


def _take(modes: list[tuple[Expr, Expr]], size: Expr) -> Axis | None:
    """An axis of `size` from the innermost modes, which are taken away from `modes`."""
    shape: list[Expr] = []
    strides: list[Expr] = []
    wanted = size
    while wanted != fold.const(1):
        while modes and modes[-1][0] == fold.const(1):
            modes.pop()
        if not modes:
            return None
        have, stride = modes.pop()
        taken = _common(have, wanted)
        if taken is None:
            return None
        if have != taken:
            modes.append((fold.floordiv(have, taken), fold.mul(stride, taken)))
        shape.append(taken)
        strides.append(stride)
        wanted = fold.const(1) if wanted == taken else fold.floordiv(wanted, taken)
    return _merged(shape, strides) if shape else Axis((fold.const(1),), (fold.const(0),))


def _common(have: Expr, wanted: Expr) -> Expr | None:
    """How much of a mode goes into an axis."""
    if have == wanted:
        return have
    if isinstance(have, Const) and isinstance(wanted, Const):
        smaller = have if have.value < wanted.value else wanted
        larger = wanted if smaller is have else have
        return smaller if larger.value % smaller.value == 0 else None
    return None


def _merged(shape: list[Expr], strides: list[Expr]) -> Axis:
    """Modes that lie one after the other in memory are one."""
    merged: list[tuple[Expr, Expr]] = []
    for size, stride in zip(shape, strides, strict=True):
        if merged and fold.mul(merged[-1][0], merged[-1][1]) == stride:
            merged[-1] = (fold.mul(merged[-1][0], size), merged[-1][1])
        else:
            merged.append((size, stride))
    return Axis(tuple(size for size, _ in merged), tuple(stride for _, stride in merged))


@record
class Share:
    """How one axis is shared: a thread's place along it is `thread // stride % threads`, and it has `values` neighbours each
    time."""

    threads: int
    stride: int
    values: int


def distributed(
    t: Tracer, tensor: Tensor, shares: Sequence[Share], index: Expr, node: ast.AST
) -> Tensor | None:
    """The share of thread `index`; None where an extent does not divide."""
    thread = t.frozen(index, "thread", node)
    axes: list[Axis] = []
    origin = tensor.origin
    for axis, share in zip(tensor.axes, shares, strict=True):
        extent = axis.shape[0]
        count = share.threads * share.values
        if len(axis.shape) > 1 or (isinstance(extent, Const) and int(extent.value) % count):
            return None
        place = fold.mod(fold.floordiv(thread, fold.const(share.stride)), fold.const(share.threads))
        at = t.frozen(fold.mul(place, fold.const(share.values)), "thread", node)
        origin = fold.add(origin, fold.mul(at, axis.stride[0]))
        axes.append(_every(axis, at, count) if share.values == 1 else _groups(axis, at, count, share.values))
    return replace(tensor, axes=tuple(axes), origin=origin)


def _every(axis: Axis, at: Expr, count: int) -> Axis:
    """Every `count`-th element from `at` on."""
    extent, size = axis.shape[0], fold.const(count)
    limit, lower = (
        edge and _in_steps(edge, count)
        for edge in [edge and fold.sub(edge, at) for edge in (axis.limit, axis.lower)]
    )
    is_fixed = isinstance(extent, Const)
    shape = fold.floordiv(extent, size) if is_fixed else _in_steps(fold.sub(extent, at), count)
    return Axis((shape,), (fold.mul(axis.stride[0], size),), limit, lower)


def _groups(axis: Axis, at: Expr, count: int, values: int) -> Axis:
    """`values` neighbours from `at` on, and again after every `count` elements."""
    extent, stride, size = axis.shape[0], axis.stride[0], fold.const(count)
    edges = [edge for edge in (axis.limit, None if isinstance(extent, Const) else extent) if edge is not None]
    limit = fold.sub(reduce(lambda a, b: fold.operation("min", a, b), edges), at) if edges else None
    lower = axis.lower and fold.sub(axis.lower, at)
    if extent == size:
        return Axis((fold.const(values),), (stride,), limit, lower)
    shape = (fold.const(values), _in_steps(extent, count))
    return Axis(shape, (stride, fold.mul(stride, size)), limit, lower, (fold.const(1), size))
