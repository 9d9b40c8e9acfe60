"""Reads, writes and views of tensors: coordinates become offsets, and what is not proved inside gets a guard."""

import ast
from collections.abc import Sequence
from math import gcd

from weft.layout import Layout, Swizzle
from weft.model import fold
from weft.model.describe import axis_text, describe, shape_text
from weft.model.dtypes import BOOL, INDEX, DType
from weft.model.ir import Array, Const, Expr, Load, Op, Space, Store, TensorParameter
from weft.model.prove import is_less, is_not_negative, may_be_reached
from weft.model.trace.arithmetic import as_number
from weft.model.trace.swizzles import swizzled
from weft.model.trace.tracer import Access, Tracer, as_expr
from weft.model.values import UNKNOWN, Axis, Scalar, Slice, Static, Tensor, Tuple, Value, Vector
from weft.records import replace

_NAMES = "ijklmn"


def of_parameter(parameter: TensorParameter) -> Tensor:
    axes = tuple(
        Axis((extent,), (stride,)) for extent, stride in zip(parameter.shape, parameter.strides, strict=True)
    )
    return Tensor(parameter.name, parameter.array, axes, fold.const(0))


def of_layout(
    name: str, dtype: DType, layout: Layout, space: Space, swizzle: tuple[int, int, int] | None = None
) -> Tensor:
    """A tensor in memory of its own, laid out as told; swizzle: (bits, base, shift)."""
    size = layout.cosize()
    if swizzle is not None:
        period = Swizzle(*swizzle).size()
        size = -(-size // period) * period
    array = Array(name, dtype, space, size)
    shape = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    stride = layout.stride if isinstance(layout.stride, tuple) else (layout.stride,)
    axes = tuple(Axis(_leaves(s), _leaves(d)) for s, d in zip(shape, stride, strict=True))
    return Tensor(name, array, axes, fold.const(0), swizzle=swizzle)


def of_sizes(
    name: str, dtype: DType, sizes: Sequence[Expr], swizzle: tuple[int, int, int] | None = None
) -> Tensor:
    """A tensor in shared memory of a shape that a launch tells, row by row."""
    steps: list[Expr] = [fold.const(1)]
    for size in reversed(sizes):
        steps.append(fold.mul(size, steps[-1]))
    *strides, total = steps
    if swizzle is not None:
        period = fold.const(Swizzle(*swizzle).size())
        total = fold.mul(fold.floordiv(fold.sub(fold.add(total, period), fold.const(1)), period), period)
    axes = tuple(Axis((size,), (step,)) for size, step in zip(sizes, reversed(strides), strict=True))
    return Tensor(name, Array(name, dtype, "shared", None, total), axes, fold.const(0), swizzle=swizzle)


def read_element(t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript) -> Value:
    """`tensor[i, j]` as a value."""
    places = _places(t, tensor, index, node, is_write=False)
    if places is None:
        return UNKNOWN
    loads = [Load(tensor.array, offset, guard, t.span(node)) for offset, guard in places]
    if tensor.width == 1:
        return Scalar(loads[0])
    held = [t.temporary(f"{tensor.name}_element", tensor.dtype) for _ in loads]
    for variable, load in zip(held, loads, strict=True):
        t.set(variable, load, node)
    return Vector(tuple(held), tensor.dtype)


def write_element(t: Tracer, tensor: Tensor, index: Value, value: Value, node: ast.Subscript) -> None:
    """`tensor[i, j] = value`."""
    places = _places(t, tensor, index, node, is_write=True)
    value = as_number(value)
    exprs = _elements(t, tensor, value, node)
    t.written.add(tensor.array.name)
    if tensor.is_broadcast:
        t.report(
            "write-broadcast",
            f"`{tensor.name}` is broadcast here, so several elements are one in memory: write to the tensor itself",
            node,
        )
    if places and tensor.width == 1:
        t.record(node, Scalar(Load(tensor.array, *places[0], t.span(node))))
    if places is None or exprs is None:
        t.miss(node)
        return
    for (offset, guard), expr in zip(places, exprs, strict=True):
        t.emit(Store(tensor.array, offset, expr, guard, t.span(node)))


def _elements(t: Tracer, tensor: Tensor, value: Value, node: ast.AST) -> list[Expr] | None:
    """What is written: one number, or as many as the view is wide."""
    if isinstance(value, Vector) and len(value.items) == tensor.width > 1:
        items = [fold.convert(item, tensor.dtype) for item in value.items]
    elif isinstance(value, (Tensor, Tuple, Vector, Slice)):
        wanted = (
            f"one `{tensor.dtype}`" if tensor.width == 1 else f"a vector of {tensor.width} `{tensor.dtype}`"
        )
        t.report(
            "element-dtype",
            f"an element of `{tensor.name}` is {wanted}; found {describe(value)}: index it",
            node,
        )
        return None
    else:
        expr = as_expr(value, tensor.dtype)
        if expr is None:
            return None
        items = [expr] * tensor.width
    # Nothing is written before all that is written has been read.
    return items if tensor.width == 1 else [t.held(item, "element", node) for item in items]


def extents(tensor: Tensor) -> list[Expr]:
    """How many coordinates each axis has; those of the last one count vectors where the view is wide."""
    sizes = [extent_of(axis) for axis in tensor.axes]
    if tensor.width > 1:
        width = fold.const(tensor.width)
        sizes[-1] = fold.floordiv(fold.add(sizes[-1], fold.const(tensor.width - 1)), width)
    return sizes


def index_text(rank: int) -> str:
    if rank == 0:
        return "()"
    return ", ".join(_NAMES[axis] if axis < len(_NAMES) else f"i{axis}" for axis in range(rank))


def element_place(
    t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript, *, is_write: bool
) -> tuple[Expr, Expr | None] | None:
    """The offset of one element and the guard of its access; None if the index is wrong or unknown."""
    places = _places(t, tensor, index, node, is_write=is_write)
    return places[0] if places and len(places) == 1 else None


def _places(
    t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript, *, is_write: bool
) -> list[tuple[Expr, Expr | None]] | None:
    """The offsets of what an index names, each with the guard of its access; None if it is wrong or unknown."""
    found = coordinates(t, tensor, index, node)
    if found is None:
        return None
    if tensor.width == 1:  # also of no axes, which have no last
        places = [place(t, tensor, found)]
    else:
        first = fold.mul(found[-1], fold.const(tensor.width))
        lasts = (fold.add(first, fold.const(lane)) for lane in range(tensor.width))
        places = [place(t, tensor, [*found[:-1], last]) for last in lasts]
    is_proved = all(guard is None for _, guard in places)
    if not is_proved and tensor.width == 1 and not t.written_out:
        _report_outside(t, tensor, found, node)
    access = Access(t.span(node), tensor.name, is_write, is_proved, tensor.array.space)
    known = t.accesses.get(access.span)
    if known is None or known.is_proved:
        t.accesses[access.span] = access
    return places


def _report_outside(t: Tracer, tensor: Tensor, found: Sequence[Expr], node: ast.Subscript) -> None:
    """A coordinate that is outside whatever the launch and the thread: its access reads 0 and writes nothing.

    Of a loop that is written out, the last round may well be outside; and where no thread comes, all can be proved.
    """
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for axis, (spec, coordinate) in enumerate(zip(tensor.axes, found, strict=True)):
        extent = extent_of(spec)
        if is_less(coordinate, fold.const(0), t.known):
            where = "negative for every thread, and a kernel counts from 0"
        elif is_not_negative(fold.sub(coordinate, extent), t.known):
            where = (
                f"outside for every thread: axis {axis} of `{tensor.name}` ends before {axis_text((extent,))}"
            )
        else:
            continue
        if _is_conditional(t, node) or not may_be_reached(t.known):
            return
        part = parts[axis] if axis < len(parts) else node.slice
        message = f"index `{ast.unparse(part)}` is {where}; nothing is read or written there: correct it"
        t.report("out-of-bounds", message, part, severity="warning")


def _is_conditional(t: Tracer, node: ast.AST) -> bool:
    """Whether a part of the same expression decides if this one is read."""
    tree = t.frame.block.tree
    choices = (one for one in ast.walk(tree) if isinstance(one, (ast.IfExp, ast.BoolOp))) if tree else ()
    return any(part is node for one in choices for part in ast.walk(one))


def place(t: Tracer, tensor: Tensor, found: Sequence[Expr]) -> tuple[Expr, Expr | None]:
    """The offset of the element at these coordinates, and what must hold for it to be inside."""
    guard = tensor.guard
    for axis, coordinate in zip(tensor.axes, found, strict=True):
        guard = fold.both(guard, inside(t, axis, coordinate))
    return offset_of(t, tensor, found), guard


def offset_of(t: Tracer, tensor: Tensor, found: Sequence[Expr]) -> Expr:
    """The offset of the element at these coordinates, which is inside."""
    offset = tensor.origin
    for axis, coordinate in zip(tensor.axes, found, strict=True):
        offset = fold.add(offset, along(t, axis, coordinate))
    return offset if tensor.swizzle is None else swizzled(t, offset, tensor.swizzle)


def coordinates(t: Tracer, tensor: Tensor, index: Value, node: ast.Subscript) -> list[Expr] | None:
    """The coordinates that an index gives, one for each axis; reported, and None, if it is wrong."""
    items = index.items if isinstance(index, Tuple) else (index,)
    if any(item is UNKNOWN for item in items):
        return None
    if len(items) != len(tensor.axes):
        report_rank(t, tensor, len(items), node)
        return None
    found = [coordinate(t, tensor, axis, item, node) for axis, item in enumerate(items)]
    exprs = [expr for expr in found if expr is not None]
    return exprs if len(exprs) == len(items) else None


def report_rank(t: Tracer, tensor: Tensor, given: int, node: ast.Subscript) -> None:
    rank = len(tensor.axes)
    t.report(
        "wrong-rank",
        f"`{tensor.name}` has {rank} {'axis' if rank == 1 else 'axes'} {shape_text(tensor.axes)} and is given "
        f"{given} {'index' if given == 1 else 'indices'}: write `{ast.unparse(node.value)}[{index_text(rank)}]`",
        node,
    )


def coordinate(t: Tracer, tensor: Tensor, axis: int, item: Value, node: ast.Subscript) -> Expr | None:
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
    if isinstance(item, Static) and isinstance(item.value, int) and len(tensor.axes[axis].shape) == 1:
        return _static_coordinate(t, tensor, axis, item.value, part)
    return fold.convert(expr, INDEX)


def _static_coordinate(t: Tracer, tensor: Tensor, axis: int, value: int, part: ast.AST) -> Expr | None:
    extent = extents(tensor)[axis]
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


def inside(t: Tracer, axis: Axis, coordinate: Expr) -> Expr | None:
    """The condition for a coordinate to be inside, as far as it is not proved."""
    at = coordinate if axis.steps is None else along(t, replace(axis, stride=axis.steps), coordinate)
    uppers = (
        [(coordinate, extent_of(axis))]
        if axis.limit is None
        else [(coordinate, extent_of(axis)), (at, axis.limit)]
    )
    uppers = [(place, upper) for place, upper in uppers if not is_less(place, upper, t.known)]
    guard: Expr | None = None
    if not is_not_negative(coordinate, t.known):
        guard = fold.operation("ge", coordinate, fold.const(0), dtype=BOOL)
    if axis.lower is not None and not is_not_negative(fold.sub(at, axis.lower), t.known):
        guard = fold.both(guard, fold.operation("ge", at, axis.lower, dtype=BOOL))
    for place, upper in uppers:
        guard = fold.both(guard, fold.less(place, upper))
    return guard


def extent_of(axis: Axis) -> Expr:
    size = axis.shape[0]
    for part in axis.shape[1:]:
        size = fold.mul(size, part)
    return size


def along(t: Tracer, axis: Axis, coordinate: Expr) -> Expr:
    """How far a coordinate is along an axis, in elements; a nested mode runs leftmost fastest."""
    if len(axis.shape) == 1:
        return fold.mul(coordinate, axis.stride[0])
    rest, low = _inside_first_mode(t, axis, coordinate)
    offset = fold.mul(fold.const(low), axis.stride[0])
    for position, (size, stride) in enumerate(zip(axis.shape, axis.stride, strict=True)):
        is_last = position == len(axis.shape) - 1
        part = rest if is_last else fold.mod(rest, size)
        offset = fold.add(offset, fold.mul(part, stride))
        rest = rest if is_last else fold.floordiv(rest, size)
    return offset


def _inside_first_mode(t: Tracer, axis: Axis, coordinate: Expr) -> tuple[Expr, int]:
    """A coordinate without the constant in it that leads out of no part of a nested mode, and that constant: neighbours
    stay neighbours in the generated code."""
    if isinstance(coordinate, Op) and coordinate.name == "add":
        base, constant = coordinate.args
        if isinstance(constant, Const) and isinstance(constant.value, int):
            low = constant.value % gcd(t.known.divisor(base), t.known.divisor(axis.shape[0]))
            return fold.add(base, fold.const(constant.value - low)), low
    return coordinate, 0


def _leaves(sizes: object) -> tuple[Expr, ...]:
    if isinstance(sizes, tuple):
        return tuple(leaf for part in sizes for leaf in _leaves(part))
    assert isinstance(sizes, int)
    return (fold.const(sizes),)
