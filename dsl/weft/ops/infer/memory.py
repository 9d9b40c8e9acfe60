"""What allocating memory gives."""

from weft.layout import Layout, LayoutError, Swizzle
from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.dtypes import I64, INDEX, DType
from weft.model.ir import Space
from weft.model.trace.call import Call, to_python
from weft.model.trace.tensors import of_layout
from weft.model.trace.tracer import as_expr
from weft.model.values import UNKNOWN, DTypeRef, External, Static, Tensor, Tuple, Value, Vector
from weft.ops.infer.tensor import vector_width


def infer_shared(call: Call) -> Value:
    return _allocate(call, "shared")


def infer_local(call: Call) -> Value:
    return _allocate(call, "local")


def _allocate(call: Call, space: Space) -> Value:
    t = call.tracer
    dtype, layout = _dtype(call), _layout(call)
    if dtype is None or layout is None or not t.is_kernel:
        return UNKNOWN
    taken = {array.name for array in t.arrays} | set(t.frame.env)
    # Of `a, b = weft.shared(...), weft.shared(...)` the second is called `b`.
    free = [target for target in t.target if f"{t.frame.prefix}{target}" not in taken]
    wanted = next(iter((*free, *t.target)), space)
    name = t.temporary(f"{wanted}_memory", dtype).name.removesuffix("_memory_0")
    name = f"{t.frame.prefix}{name}" if f"{t.frame.prefix}{name}" not in taken else f"{name}{len(t.arrays)}"
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
    if dtype != UNKNOWN:
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
    return value == UNKNOWN or isinstance(value, External)


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
            "use numbers, module-level constants or a `weft.Layout` of them",
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
    if value != UNKNOWN:
        call.report("call-arguments", f"{describe(value)} has no dtype: pass a number or a tensor", "value")
    return UNKNOWN


RULES: dict[str, Rule] = {
    "shared": infer_shared,
    "local": infer_local,
    "vector": infer_vector,
    "dtype_of": infer_dtype_of,
}
