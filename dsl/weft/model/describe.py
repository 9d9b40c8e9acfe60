"""Values in one line, written for a person."""

from collections.abc import Sequence

from weft.layout import ComposedLayout, Layout, Swizzle
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr, Load, Op, Param, Special, Var, walk_expr
from weft.model.ir import stride as stride_of
from weft.model.values import (
    Axes,
    Axis,
    Changing,
    Class,
    ConfiguredKernel,
    DeviceFunction,
    Dimension,
    DTypeRef,
    External,
    HostFunction,
    HostTensor,
    KernelRef,
    MaybeUnbound,
    Method,
    Module,
    Mutable,
    Operation,
    Record,
    Scalar,
    Slice,
    Static,
    Tensor,
    TensorAnnotation,
    Tuple,
    Value,
    Vector,
)

# How two operands are written, for those operations that Python has an operator for.
OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "eq": "==", "ne": "!=", "lt": "<",
    "le": "<=", "gt": ">", "ge": ">=", "and": "and", "or": "or", "bit_and": "&", "bit_or": "|", "bit_xor": "^",
    "shift_left": "<<", "shift_right": ">>",
}  # fmt: skip
_MOST_LEAVES = 8
_LONGEST_EXPRESSION = 30
_LOOSE = {"add", "sub", "eq", "ne", "lt", "le", "gt", "ge", "and", "or"}


def describe(value: Value) -> str:
    """What a value is: `Tensor f32 (16, 16):(K, 1) global`, `f32`, `index`, `Layout (4, 8):(8, 1)`."""
    match value:
        case Tensor():
            return f"Tensor {describe_tensor(value)}"
        case Vector(role=role, dtype=dtype, shape=shape) if role:
            what = {"a": "left factor", "b": "right factor", "c": "accumulator", "rows": "rows"}[role]
            return f"{what} {dtype} {_tuple([str(size) for size in shape])} of a warp"
        case Vector(items=items, dtype=dtype):
            return f"vector of {len(items)} {dtype}"
        case Slice():
            return "slice"
        case Scalar(expr=Const(value=number)):
            return f"{value.dtype} = {number}"
        case Scalar():
            return value.dtype.name
        case Static(value=Layout() | ComposedLayout() | Swizzle() as layout):
            return f"{value.type_name} {layout}"
        case Static():
            return f"{value.type_name} = {value.value!r}"
        case Tuple(items=items, names=()):
            return _tuple([describe_item(item) for item in items])
        case Tuple(items=items, names=names):
            parts = [f"{word}={describe_item(item)}" for word, item in zip(names, items, strict=True)]
            return f"({', '.join(parts)})"
        case Record(type_name=name, names=names, items=items):
            parts = [f"{word}={describe_item(item)}" for word, item in zip(names, items, strict=True)]
            return f"{name}({', '.join(parts)})"
        case MaybeUnbound(value=inner):
            return f"{describe(inner)}, not bound on every path"
        case Changing(value=inner):
            return f"{describe(inner)}, another one in each iteration"
        case _:
            return _describe_named(value)


def describe_item(item: Value) -> str:
    """A value inside of another one."""
    match item:
        case Static(value=value):
            return repr(value)
        case Dimension(name=name):
            return name
        case Scalar(expr=expr) if text := dimensions_text(expr):
            return text
        case _:
            return describe(item)


def dimensions_text(expr: Expr) -> str:
    """A whole number that dimensions, sizes and strides alone decide, as it is computed: `M * N // 4`."""
    leaves = [leaf for leaf in walk_expr(expr) if not isinstance(leaf, Op)]
    is_fixed = all(isinstance(leaf, (Param, Const)) and leaf.dtype == INDEX for leaf in leaves)
    text = expression(expr) if is_fixed and len(leaves) <= _MOST_LEAVES else ""
    return text if len(text) <= _LONGEST_EXPRESSION else ""


def _describe_named(value: Value) -> str:
    match value:
        case HostTensor():
            return _describe_host_tensor(value)
        case DTypeRef(dtype=dtype):
            return f"dtype {dtype}"
        case TensorAnnotation(dtype=dtype, shape=shape):
            return f"Tensor {dtype} {_tuple([_extent_text(item) for item in shape])}"
        case Dimension(name=name):
            return f"dimension {name}"
        case Axes(name=name):
            return f"{name} (x, y, z)"
        case KernelRef() | ConfiguredKernel():
            return "kernel"
        case DeviceFunction():
            return "device function"
        case Module(qualified_name=name) | External(qualified_name=name):
            return f"module {name}" if isinstance(value, Module) else name
        case Class(qualified_name=name):
            return f"class {name.rpartition('.')[2]}"
        case Operation(qualified_name=name) | HostFunction(qualified_name=name) | Method(qualified_name=name):
            return f"function {name.rpartition('.')[2]}"
        case Mutable(type_name=name):
            return name
        case _:
            return "unknown"


def describe_tensor(tensor: Tensor) -> str:
    """`f32 (16, 16):(K, 1) global`; a parameter as it was passed has whatever strides the launch gives it."""
    shape = _tuple([axis_text(axis.shape) for axis in tensor.axes])
    if tensor.width > 1:
        return f"{tensor.dtype} {shape} {tensor.array.space}, in vectors of {tensor.width}"
    stride = _tuple([axis_text(axis.stride) for axis in tensor.axes])
    own = [(stride_of(tensor.name, index),) for index in range(len(tensor.axes))]
    if own == [axis.stride for axis in tensor.axes] and all(axis.limit is None for axis in tensor.axes):
        return f"{tensor.dtype} {shape} {tensor.array.space}"
    return f"{tensor.dtype} {shape}:{stride} {tensor.array.space}"


def shape_text(axes: Sequence[Axis]) -> str:
    return _tuple([axis_text(axis.shape) for axis in axes])


def axis_text(parts: tuple[Expr, ...]) -> str:
    texts = [expression(part) for part in parts]
    return texts[0] if len(texts) == 1 else _tuple(texts)


def expression(expr: Expr) -> str:
    """An expression as Python: `K // 16`."""
    match expr:
        case Const(value=value):
            return repr(value)
        case Var(name=name) | Param(name=name) | Special(name=name):
            return name
        case Op(name=name, args=(a, b)) if name in OPERATORS:
            return f"{_inner(a, name, 0)} {OPERATORS[name]} {_inner(b, name, 1)}"
        case Op(name="cast", args=(a,)):
            return expression(a) if expr.dtype == INDEX else f"{expr.dtype}({expression(a)})"
        case Op(name=name, args=args):
            return f"{name}({', '.join(map(expression, args))})"
        case Load(array=array, offset=offset):
            return f"{array.name}[{expression(offset)}]"


def _inner(expr: Expr, outer: str, side: int) -> str:
    text = expression(expr)
    if not isinstance(expr, Op) or expr.name not in OPERATORS:
        return text
    is_chain = expr.name == outer and side == 0
    binds_tighter = expr.name not in _LOOSE and outer in _LOOSE
    return text if is_chain or binds_tighter else f"({text})"


def _extent_text(value: Value) -> str:
    match value:
        case Dimension(name=name):
            return name
        case Static(value=size):
            return str(size)
        case _:
            return "?"


def _describe_host_tensor(tensor: HostTensor) -> str:
    dtype = tensor.dtype.name if tensor.dtype else tensor.dtype_name or "unknown dtype"
    if tensor.shape is None:
        return f"array {dtype}"
    return f"array {dtype} {_tuple(['?' if size is None else str(size) for size in tensor.shape])}"


def _tuple(texts: Sequence[str]) -> str:
    """Texts as Python writes a tuple."""
    if not texts:
        return "()"
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"
