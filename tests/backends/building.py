"""Short words to write IR in tests, and to run it on the CPU back end."""

from collections.abc import Sequence

import ml_dtypes
import numpy
from weft.backends import cpu
from weft.backends.parameters import flatten
from weft.model import fold
from weft.model.diagnostic import Span
from weft.model.dtypes import BOOL, INDEX, DType
from weft.model.ir import (
    Array,
    Assign,
    Barrier,
    Const,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Param,
    ScalarParameter,
    Special,
    Stmt,
    Store,
    TensorParameter,
    Var,
    While,
)
from weft.model.limits import Geometry, triple
from weft.model.specialization import Specialization
from weft.model.specialize import specialize

HERE = Span(0, 0)
BARRIER = Barrier(HERE)
GENERAL = Specialization()

NUMPY = {
    "bf16": numpy.dtype(ml_dtypes.bfloat16),
    "f16": numpy.dtype("float16"),
    "f32": numpy.dtype("float32"),
    "f64": numpy.dtype("float64"),
    "bool": numpy.dtype("bool"),
    **{
        f"{kind}{bits}": numpy.dtype(f"{name}{bits}")
        for kind, name in (("i", "int"), ("u", "uint"))
        for bits in (8, 16, 32, 64)
    },
}

tx, ty, tz = (Special(f"thread_idx.{axis}") for axis in "xyz")
bx, by, bz = (Special(f"block_idx.{axis}") for axis in "xyz")
dx, dy, dz = (Special(f"block_dim.{axis}") for axis in "xyz")


def index(name: str) -> Var:
    return Var(name, INDEX)


def dim(name: str) -> Param:
    return Param(name, INDEX)


def lit(value: float, dtype: DType = INDEX) -> Const:
    return fold.const(value, dtype)


def tensor(name: str, dtype: DType, *shape: Expr) -> TensorParameter:
    return TensorParameter(name, Array(name, dtype, "global"), shape, HERE)


def shared(name: str, dtype: DType, size: int) -> Array:
    return Array(name, dtype, "shared", size)


def local(name: str, dtype: DType, size: int) -> Array:
    return Array(name, dtype, "local", size)


def op(name: str, *args: Expr) -> Expr:
    """The operation, unfolded: back ends must take any."""
    comparison = name in ("eq", "ne", "lt", "le", "gt", "ge", "is_nan", "is_inf", "is_finite")
    return Op(name, args, BOOL if comparison else args[-1].dtype)


def total(*terms: Expr) -> Expr:
    result = terms[0]
    for term in terms[1:]:
        result = fold.add(result, term)
    return result


def at(of: TensorParameter, *indices: Expr) -> Expr:
    return total(*(fold.mul(one, step) for one, step in zip(indices, of.strides, strict=True)))


def load(of: TensorParameter | Array, *indices: Expr, guard: Expr | None = None) -> Load:
    if isinstance(of, Array):
        return Load(of, indices[0], guard, HERE)
    return Load(of.array, at(of, *indices), guard, HERE)


def store(of: TensorParameter | Array, *indices: Expr, value: Expr, guard: Expr | None = None) -> Store:
    if isinstance(of, Array):
        return Store(of, indices[0], value, guard, HERE)
    return Store(of.array, at(of, *indices), value, guard, HERE)


def let(target: Var, value: Expr) -> Assign:
    return Assign(target, value, HERE)


def loop(variable: Var, stop: Expr, *body: Stmt, start: Expr | None = None, step: Expr | None = None) -> For:
    return For(variable, start or lit(0), stop, step or lit(1), body, HERE)


def repeat(condition: Expr, *body: Stmt) -> While:
    return While(condition, body, HERE)


def when(condition: Expr, *then: Stmt, otherwise: tuple[Stmt, ...] = ()) -> If:
    return If(condition, then, otherwise, HERE)


def domain(
    extents: dict[str, Expr], *body: Stmt, everyone: bool = False, block: tuple[int, ...] | None = None
) -> Domain:
    return Domain(tuple(map(index, extents)), tuple(extents.values()), block, everyone, body, HERE)


def kernel(
    name: str,
    parameters: Sequence[TensorParameter | ScalarParameter],
    *body: Stmt,
    arrays: Sequence[Array] = (),
) -> Kernel:
    return Kernel(
        name,
        tuple(parameters),
        tuple(array for array in arrays if array.space == "shared"),
        tuple(array for array in arrays if array.space == "local"),
        body,
    )


def run(
    what: Kernel,
    arguments: dict[str, object],
    *,
    grid: int | tuple[int, ...] | None = None,
    block: int | tuple[int, ...] | None = None,
    specialization: Specialization = GENERAL,
) -> None:
    """Launch with NumPy arrays and numbers by parameter; without a geometry, one that covers the domain."""
    chosen = triple(block) if block else cpu.choose_block(what)
    flat = flatten(specialize(what, specialization), 64)
    values = [_argument(arguments[one.source], one.role, one.axis) for one in flat]
    blocks = triple(grid) if grid is not None else cover(what, arguments, chosen)
    cpu.compile(what, specialization).launch(values, Geometry(blocks, chosen))


def _argument(given: object, role: str, axis: int) -> float:
    if not isinstance(given, numpy.ndarray):
        assert isinstance(given, int | float)
        return given
    match role:
        case "address":
            return given.ctypes.data
        case "extent":
            return given.shape[axis]
        case _:
            return given.strides[axis] // given.itemsize


def cover(what: Kernel, arguments: dict[str, object], block: tuple[int, int, int]) -> tuple[int, int, int]:
    assert what.domain is not None
    sizes: dict[Expr, int] = {}
    for parameter in what.parameters:
        given = arguments[parameter.name]
        if isinstance(parameter, TensorParameter) and isinstance(given, numpy.ndarray):
            sizes.update(zip(parameter.shape, given.shape, strict=True))
    extents = [sizes[extent] for extent in reversed(what.domain.extents)]
    return triple(tuple(-(-extent // size) for extent, size in zip(extents, block, strict=False)))
