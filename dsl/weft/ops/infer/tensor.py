"""What members of tensors give."""

from collections.abc import Sequence
from typing import Any

from weft.layout import Layout
from weft.model import fold
from weft.model.describe import axis_text, describe, shape_text
from weft.model.dialect import Rule
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr, Place
from weft.model.trace import views
from weft.model.trace.call import Call
from weft.model.trace.tensors import extents
from weft.model.trace.tracer import as_expr
from weft.model.values import UNKNOWN, DTypeRef, Scalar, Static, Tensor, Tuple, Value
from weft.records import replace

_WIDTHS = (2, 4, 8, 16)


def infer_shape(call: Call) -> Value:
    if not _is_tensor(call):
        return UNKNOWN
    tensor = _receiver(call)
    if tensor.width > 1:
        return Tuple(tuple(map(value_of, extents(tensor))))
    return Tuple(tuple(_extent(axis.shape) for axis in tensor.axes))


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
    for extent in extents(_receiver(call)):
        size = fold.mul(size, extent)
    return value_of(size)


def infer_dtype(call: Call) -> Value:
    return DTypeRef(_receiver(call).dtype) if _is_tensor(call) else UNKNOWN


def infer_of_block(call: Call) -> Value:
    """The view in another block of the cluster: offsets count from where its memory lies."""
    rank = call.number("rank", INDEX)
    if not _is_tensor(call) or rank is None:
        return UNKNOWN
    t, tensor = call.tracer, _receiver(call)
    if not tensor.is_plain_shared:
        found = "swizzled" if tensor.array.space == "shared" else f"in {tensor.array.space} memory"
        call.report(
            "cluster",
            f"`{tensor.name}` is {found}, and `of_block` is of shared memory that is not swizzled: take that",
        )
        return UNKNOWN
    if isinstance(rank, Const) and t.cluster and not 0 <= rank.value < t.cluster.blocks:
        call.report(
            "out-of-bounds",
            f"rank {rank.value} is outside of the cluster, which has {t.cluster.blocks} blocks: use 0 to {t.cluster.blocks - 1}",
            "rank",
        )
        return UNKNOWN
    place = Place(tensor.array, fold.const(0))
    (base,) = t.do("block_memory", call.node, gives=(INDEX,), args=(rank,), places=(place,))
    array = replace(tensor.array, space="cluster", size=None, at_launch=None)
    return replace(tensor, array=array, origin=fold.add(base, tensor.origin))


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
    if not _may_view(call):
        return UNKNOWN
    tensor = _receiver(call)
    sizes = static_sizes(call, "shape")
    index = index_exprs(call, "index")
    if sizes is None or index is None:
        return UNKNOWN
    rank = len(tensor.axes)
    for name, count in (("shape", len(sizes)), ("index", len(index))):
        if count != rank:
            _report_count(call, tensor, name, count)
            return UNKNOWN
    return views.tile(call.tracer, tensor, sizes, index, call.node)


def _report_count(call: Call, tensor: Tensor, name: str, count: int) -> None:
    rank = len(tensor.axes)
    call.report(
        "wrong-rank",
        f"`{tensor.name}` has {rank} {'axis' if rank == 1 else 'axes'} {shape_text(tensor.axes)} and `{name}` "
        f"has {count}: give {rank}",
        name,
    )


def infer_vector(call: Call) -> Value:
    if not _is_tensor(call):
        return UNKNOWN
    tensor, width = _receiver(call), vector_width(call)
    if width is None:
        return UNKNOWN
    axis = tensor.axes[-1]
    is_cut = isinstance(axis.shape[0], Const) and int(axis.shape[0].value) % width > 0
    if tensor.width > 1 or len(axis.shape) > 1 or (is_cut and tensor.array.space != "global"):
        call.report(
            "vector-view",
            f"the last axis of `{tensor.name}` cannot be read in vectors of {width}; found {describe(tensor)}: use a "
            "plain axis whose extent they divide",
        )
        return UNKNOWN
    return replace(tensor, width=width)


def vector_width(call: Call) -> int | None:
    """The argument `width`, reported if no vector is as wide."""
    sizes = static_sizes(call, "width")
    if sizes is None:
        return None
    if len(sizes) != 1 or sizes[0] not in _WIDTHS:
        call.report(
            "static-required",
            f"a vector has 2, 4, 8 or 16 elements; found {sizes[0]}: use one of them",
            "width",
        )
        return None
    return sizes[0]


def infer_transposed(call: Call) -> Value:
    return (
        views.permuted(_receiver(call), range(len(_receiver(call).axes))[::-1])
        if _may_view(call)
        else UNKNOWN
    )


def infer_permute(call: Call) -> Value:
    order = static_sizes(call, "order", least=0) if _may_view(call) else None
    if order is None:
        return UNKNOWN
    rank = len(_receiver(call).axes)
    if sorted(order) != list(range(rank)):
        call.report(
            "wrong-rank",
            f"`permute` names each axis of `{_receiver(call).name}` once, 0 to {rank - 1}; found {order}: correct it",
        )
        return UNKNOWN
    return views.permuted(_receiver(call), order)


def infer_reshape(call: Call) -> Value:
    shape = index_exprs(call, "shape") if _may_view(call) else None
    if shape is None:
        return UNKNOWN
    found = views.reshaped(_receiver(call), shape)
    if found is None:
        call.report(
            "reshape",
            f"{describe(_receiver(call))} is no view of shape {axis_text(tuple(shape))}: use extents that it has, or "
            "fixed ones that divide one another",
        )
        return UNKNOWN
    return found


def infer_broadcast(call: Call) -> Value:
    shape = index_exprs(call, "shape") if _may_view(call) else None
    if shape is None:
        return UNKNOWN
    found = views.broadcast(_receiver(call), shape)
    if found is None:
        call.report(
            "broadcast",
            f"{describe(_receiver(call))} cannot be broadcast to {axis_text(tuple(shape))}: from the last axis on, "
            "extents are the same or 1",
        )
        return UNKNOWN
    return found


def infer_distribute(call: Call) -> Value:
    threads = _thread_layout(call) if _may_view(call) else None
    values = static_sizes(call, "values") if call.given("values") else (1,)
    index = index_exprs(call, "thread") if threads is not None else None
    if threads is None or index is None or values is None:
        return UNKNOWN
    tensor = _receiver(call)
    rank = len(tensor.axes)
    values = (1,) * rank if values == (1,) else values
    for name, count in (("threads", threads.rank), ("values", len(values))):
        if count != rank:
            _report_count(call, tensor, name, count)
            return UNKNOWN
    shares = _shares(threads, values)
    if shares is None:
        call.report(
            "distribute",
            f"`threads` gives each thread from 0 on one place; found {threads}: use a layout of flat modes whose strides are "
            "products of the others' sizes, as (4, 8):(8, 1)",
            "threads",
        )
        return UNKNOWN
    found = views.distributed(call.tracer, tensor, shares, index[0], call.node)
    if found is None:
        each = "" if values == (1,) * rank else f" with {values} values each"
        call.report(
            "distribute",
            f"{describe(tensor)} cannot be shared by {threads.shape} threads{each}: use numbers that divide its extents",
            "threads",
        )
        return UNKNOWN
    return found


def _thread_layout(call: Call) -> Layout | None:
    """The argument `threads`: a layout, or sizes of which the last counts fastest."""
    value = call.value("threads")
    if isinstance(value, Static) and isinstance(value.value, Layout):
        return value.value
    sizes = static_sizes(call, "threads")
    return None if sizes is None else Layout.row_major(sizes)


def _shares(threads: Layout, values: Sequence[int]) -> list[views.Share] | None:
    """How each axis is shared; None where the layout does not give every thread one place."""
    shape = threads.shape if isinstance(threads.shape, tuple) else (threads.shape,)
    stride = threads.stride if isinstance(threads.stride, tuple) else (threads.stride,)
    shares: list[views.Share] = []
    for size, step, width in zip(shape, stride, values, strict=True):
        if not isinstance(size, int) or not isinstance(step, int):
            return None
        shares.append(views.Share(size, step if size > 1 else 1, width))
    reached = 1
    for share in sorted(shares, key=lambda share: share.stride):
        if share.threads > 1 and share.stride != reached:
            return None
        reached *= share.threads
    return shares


def _may_view(call: Call) -> bool:
    """Whether the receiver is a tensor whose axes may still be changed."""
    if not _is_tensor(call):
        return False
    if _receiver(call).width > 1:
        call.report(
            "vector-view",
            f"`{_receiver(call).name}` is read in vectors here: change its axes first, then `.vector(...)`",
        )
        return False
    return True


def static_sizes(call: Call, name: str, least: int = 1) -> tuple[int, ...] | None:
    """An argument that is a size, or a tuple of sizes, known at compile time; reported if it is not."""
    value = call.value(name)
    items = value.items if isinstance(value, Tuple) else (value,)
    found = [item.value for item in items if isinstance(item, Static) and isinstance(item.value, int)]
    if len(found) < len(items):
        if not any(item is UNKNOWN for item in items):
            call.report(
                "static-required",
                f"`{name}` of `{call.name}` is known at compile time and this is {describe(value)}: use numbers or "
                "module-level constants",
                name,
            )
        return None
    if any(size < least for size in found):
        call.report(
            "static-required", f"sizes are at least {least}; found {min(found)}: correct `{name}`", name
        )
        return None
    return tuple(found)


def index_exprs(call: Call, name: str) -> list[Expr] | None:
    """An argument that is an index, or a tuple of indices; reported if it is not."""
    value = call.value(name)
    items = value.items if isinstance(value, Tuple) else (value,)
    found: list[Expr] = []
    for item in items:
        number = Scalar(item.expr) if isinstance(item, Scalar) else item
        expr = as_expr(number) if isinstance(number, (Scalar, Static)) else _dimension(item)
        if expr is None or not expr.dtype.is_integer:
            if item is not UNKNOWN:
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
    "Tensor.of_block": infer_of_block,
    "Tensor.dtype": infer_dtype,
    "Tensor.layout": infer_layout,
    "Tensor.tile": infer_tile,
    "Tensor.vector": infer_vector,
    "Tensor.T": infer_transposed,
    "Tensor.permute": infer_permute,
    "Tensor.reshape": infer_reshape,
    "Tensor.broadcast": infer_broadcast,
    "Tensor.distribute": infer_distribute,
}
