"""The flat list of scalars that a launch passes to generated code."""

from typing import Literal

from weft.backends.lowering import carried
from weft.model.dtypes import I64, INDEX, U8, DType
from weft.model.ir import Expr, Kernel, Param, ScalarParameter, TensorParameter, expressions, walk_expr
from weft.records import record

Role = Literal["address", "extent", "stride", "scalar"]


@record
class FlatParameter:
    """One scalar argument of a compiled kernel.

    name: the IR's name: `x`, `N`, `x.stride[0]`, `alpha`.
    source: the kernel's parameter that it is read from, and `axis` the axis of an extent or a stride (in elements).
    dtype: how it is passed: an address as `i64`, `index` as `i32` or `i64`, `f16` and `bf16` as `f32`, `bool` as `u8`.
    """

    name: str
    role: Role
    source: str
    axis: int
    dtype: DType


def flatten(kernel: Kernel, index_bits: Literal[32, 64]) -> tuple[FlatParameter, ...]:
    """The arguments of a specialized kernel, in the order of its parameters: each tensor's address, then those of its
    extents and strides that the body still mentions (a dimension comes with the first tensor that has it)."""
    used = referenced(kernel)
    index = carried(INDEX, index_bits)
    flat: dict[str, FlatParameter] = {}
    for parameter in kernel.parameters:
        if isinstance(parameter, ScalarParameter):
            flat[f"scalar {parameter.name}"] = _scalar(parameter, index_bits)
            continue
        name = parameter.name
        flat[f"tensor {name}"] = FlatParameter(name, "address", name, 0, I64)
        for found in _geometry(parameter, used, index):
            flat.setdefault(f"scalar {found.name}", found)
    return tuple(flat.values())


def referenced(kernel: Kernel) -> frozenset[str]:
    """The names of the Params that the body mentions."""
    return frozenset(
        part.name
        for statement in kernel.statements
        for expr in expressions(statement)
        for part in walk_expr(expr)
        if isinstance(part, Param)
    )


def _scalar(parameter: ScalarParameter, index_bits: Literal[32, 64]) -> FlatParameter:
    dtype = U8 if parameter.dtype.kind == "bool" else carried(parameter.dtype, index_bits)
    return FlatParameter(parameter.name, "scalar", parameter.name, 0, dtype)


def _geometry(tensor: TensorParameter, used: frozenset[str], index: DType) -> list[FlatParameter]:
    roles: tuple[tuple[Role, tuple[Expr, ...]], ...] = (("extent", tensor.shape), ("stride", tensor.strides))
    return [
        FlatParameter(param.name, role, tensor.name, axis, index)
        for role, params in roles
        for axis, param in enumerate(params)
        if isinstance(param, Param) and param.name in used
    ]
