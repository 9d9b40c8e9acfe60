"""What allocating memory gives."""

from weft.layout import Layout, LayoutError, Swizzle
from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.dtypes import I64, INDEX, DType
from weft.model.ir import Const, Expr, Op, Param, Space, walk_expr
from weft.model.trace.call import Call, to_python
from weft.model.trace.tensors import of_layout, of_sizes
from weft.model.trace.tracer import as_expr
from weft.model.values import (
    UNKNOWN,
    Dimension,
    DTypeRef,
    External,
    Scalar,
    Static,
    Tensor,
    Tuple,
    Value,
    Vector,
)
from weft.ops.infer.tensor import vector_width

# What else the sizes of memory may be.
_DIMENSIONS = {"shared": ", dimensions of the tensors"}


def infer_shared(call: Call) -> Value:
    return _allocate(call, "shared")


def infer_local(call: Call) -> Value:
    return _allocate(call, "local")


def _allocate(call: Call, space: Space) -> Value:
    t = call.tracer
    dtype = _dtype(call)
    sizes = _launch_sizes(call) if space == "shared" else None
    layout = None if sizes else _layout(call)
    if dtype is None or not (sizes or layout) or not t.is_kernel:
        return UNKNOWN
    taken = {array.name for array in t.arrays} | set(t.frame.env)
    # Of `a, b = weft.shared(...), weft.shared(...)` the second is called `b`.
    free = [target for target in t.target if f"{t.frame.prefix}{target}" not in taken]
    wanted = next(iter((*free, *t.target)), space)
    name = t.temporary(f"{wanted}_memory", dtype).name.removesuffix("_memory_0")
    name = f"{t.frame.prefix}{name}" if f"{t.frame.prefix}{name}" not in taken else f"{name}{len(t.arrays)}"
    if sizes:
        tensor = of_sizes(name, dtype, sizes, _swizzle(call))
    else:
        assert layout is not None
        tensor = of_layout(name, dtype, layout, space, _swizzle(call))
    t.arrays.append(tensor.array)
    if space == "shared":
        t.shared_spans.append(t.span(call.node))
    return tensor


def infer_vector(call: Call) -> Value:
    dtype, width = _dtype(call), vector_width(call)
    number = call.number("value", dtype) if call.given("value") else dtype and fold.const(0, dtype)
    if dtype is None or width is None or number is None or not call.tracer.is_kernel:
        return UNKNOWN
    return Vector((call.tracer.held(number, "element", call.node),) * width, dtype)


def _dtype(call: Call) -> DType | None:
    dtype = call.value("dtype")
    if isinstance(dtype, DTypeRef):
        return dtype.dtype
    if dtype is not UNKNOWN:
        call.report(
            "call-arguments",
            f"`dtype` is a type such as `weft.f32`; found {describe(dtype)}: pass one",
            "dtype",
        )
    return None


def _swizzle(call: Call) -> tuple[int, int, int] | None:
    value = call.value("swizzle") if call.given("swizzle") else Static(None)
    if value in (Static(None), UNKNOWN):
        return None
    try:
        bits, base, shift = to_python(value)  # pyright: ignore[reportGeneralTypeIssues]
        Swizzle(bits, base, shift)
    except (ValueError, TypeError, LayoutError):
        call.report(
            "static-required",
            f"a swizzle is three numbers, bits, base and shift, known at compile time; found {describe(value)}: write "
            "for example `swizzle=(3, 3, 3)`",
            "swizzle",
        )
        return None
    return bits, base, shift


def has_unknown(value: Value) -> bool:
    """Whether the text does not tell all of a value."""
    if isinstance(value, Tuple):
        return any(map(has_unknown, value.items))
    return value is UNKNOWN or isinstance(value, External)


def _launch_sizes(call: Call) -> tuple[Expr, ...] | None:
    """A shape that follows from dimensions; None for any other."""
    value = call.value("layout")
    items = value.items if isinstance(value, Tuple) else (value,)
    sizes = [_launch_size(call, item) for item in items]
    found = tuple(size for size in sizes if size is not None)
    is_static = all(isinstance(size, Const) for size in found)
    return None if is_static or len(found) < len(items) else found


def _launch_size(call: Call, item: Value) -> Expr | None:
    """A number, or what is computed from dimensions alone."""
    expr = item.expr if isinstance(item, Scalar | Dimension) else as_expr(item)
    if expr is None or not expr.dtype.is_integer:
        return None
    found = fold.convert(call.tracer.known.defined(expr), INDEX)
    return found if all(map(_is_told, walk_expr(found))) else None


def _is_told(part: Expr) -> bool:
    """Whether the shapes of a launch's tensors tell it, or what it is made of."""
    is_dimension = isinstance(part, Param) and part.dtype == INDEX and ".stride[" not in part.name
    return is_dimension or isinstance(part, Const | Op)


def _layout(call: Call) -> Layout | None:
    """A layout, or a shape in row-major order."""
    value = call.value("layout")
    if has_unknown(value):
        return None
    try:
        given = to_python(value)
        return given if isinstance(given, Layout) else Layout.row_major(given)  # pyright: ignore[reportArgumentType]
    except (ValueError, LayoutError):
        call.report(
            "static-required",
            f"the layout of `{call.name}` memory is known at compile time and this is {describe(value)}: "
            f"use numbers, module-level constants{_DIMENSIONS.get(call.name, '')} or a `weft.Layout` of numbers",
            "layout",
        )
        return None


def infer_dtype_of(call: Call) -> Value:
    value = call.value("value")
    if isinstance(value, Tensor):
        return DTypeRef(value.dtype)
    expr = as_expr(value)
    if expr is not None:
        return DTypeRef(I64 if expr.dtype == INDEX else expr.dtype)
    if value is not UNKNOWN:
        call.report("call-arguments", f"{describe(value)} has no dtype: pass a number or a tensor", "value")
    return UNKNOWN


RULES: dict[str, Rule] = {
    "shared": infer_shared,
    "local": infer_local,
    "vector": infer_vector,
    "dtype_of": infer_dtype_of,
}
