"""Memory of a block and of a thread."""

from typing import Any

from weft.layout import Layout, LayoutError
from weft.model.describe import describe
from weft.model.ir import Space
from weft.model.trace.call import Call, to_python
from weft.model.trace.tensors import of_layout
from weft.model.values import UNKNOWN, DTypeRef, Value
from weft.ops.dtypes import DT
from weft.ops.operation import only_in_kernels, operation
from weft.ops.tensor import Sizes, Tensor


def infer_shared(call: Call) -> Value:
    return _allocate(call, "shared")


def infer_local(call: Call) -> Value:
    return _allocate(call, "local")


def _allocate(call: Call, space: Space) -> Value:
    t = call.tracer
    dtype, layout = call.value("dtype"), _layout(call)
    if not isinstance(dtype, DTypeRef):
        if dtype != UNKNOWN:
            call.report(
                "call-arguments",
                f"`dtype` is a type such as `weft.f32`; found {describe(dtype)}: pass one",
                "dtype",
            )
        return UNKNOWN
    if layout is None or not t.is_kernel:
        return UNKNOWN
    name = t.temporary(f"{t.target[0] if t.target else space}_memory", dtype.dtype).name.removesuffix(
        "_memory_0"
    )
    taken = {array.name for array in t.arrays} | set(t.frame.env)
    name = f"{t.frame.prefix}{name}" if f"{t.frame.prefix}{name}" not in taken else f"{name}{len(t.arrays)}"
    tensor = of_layout(name, dtype.dtype, layout, space)
    t.arrays.append(tensor.array)
    if space == "shared":
        t.shared_spans.append(t.span(call.node))
    return tensor


def _layout(call: Call) -> Layout | None:
    """A layout, or a shape in row-major order."""
    value = call.value("layout")
    if value == UNKNOWN:
        return None
    try:
        given = to_python(value)
        return given if isinstance(given, Layout) else Layout.row_major(given)  # pyright: ignore[reportArgumentType]
    except (ValueError, LayoutError):
        call.report(
            "static-required",
            f"the layout of `{call.name}` memory is known at compile time and this is {describe(value)}: "
            "use numbers, module-level constants or a `weft.Layout` of them",
            "layout",
        )
        return None


@operation(infer_shared)
def shared(dtype: type[DT], layout: "Sizes | Layout") -> "Tensor[DT, *tuple[Any, ...]]":
    """Memory that the threads of a block share; what is in it at the start is undefined.

    dtype: `weft.f32` and the like.
    layout: a shape, stored row by row, or a `weft.Layout` (for padding or other orders); known at compile time.

    Between writes by some threads and reads by others stands `weft.barrier()`.
    Wrong: more than 48 KiB in a kernel [shared-memory], a shape known only at launch [static-required].
    """
    raise only_in_kernels("shared")


@operation(infer_local)
def local(dtype: type[DT], layout: "Sizes | Layout") -> "Tensor[DT, *tuple[Any, ...]]":
    """Memory of one thread, in registers where the compiler can keep it there; undefined at the start.

    dtype: `weft.f32` and the like.
    layout: a shape, stored row by row, or a `weft.Layout`; known at compile time.

    Indices known at compile time (`weft.static_range`) keep it in registers.
    """
    raise only_in_kernels("local")
