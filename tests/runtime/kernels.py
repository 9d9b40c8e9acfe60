"""Kernels written as IR by hand, so that these tests need no front end."""

from weft.model import fold
from weft.model.diagnostic import Span
from weft.model.dtypes import F32, I32, INDEX, DType
from weft.model.ir import (
    Array,
    Const,
    Domain,
    Expr,
    Kernel,
    Load,
    Param,
    ScalarParameter,
    Stmt,
    Store,
    TensorParameter,
    Var,
    stride,
)

HERE = Span(0, 0)
N, M = Param("N", INDEX), Param("M", INDEX)


def tensor(name: str, *shape: Expr, dtype: DType = F32, is_written: bool = False) -> TensorParameter:
    return TensorParameter(name, Array(name, dtype, "global"), shape, HERE, is_written)


def element(of: TensorParameter, *indices: Expr) -> Load:
    return Load(of.array, offset(of, indices), None, HERE)


def store(to: TensorParameter, value: Expr, *indices: Expr) -> Store:
    return Store(to.array, offset(to, indices), value, None, HERE)


def offset(of: TensorParameter, indices: tuple[Expr, ...]) -> Expr:
    total: Expr = Const(0, INDEX)
    for axis, index in enumerate(indices):
        total = fold.add(total, fold.mul(index, stride(of.name, axis)))
    return total


def over(extents: tuple[Expr, ...], *body: Stmt, block: tuple[int, ...] | None = None) -> Domain:
    names = ("i", "j", "k")[: len(extents)]
    return Domain(tuple(Var(name, INDEX) for name in names), extents, block, False, body, HERE)


def saxpy(extent: Expr = N) -> Kernel:
    x, y, i = tensor("x", N), tensor("y", N, is_written=True), Var("i", INDEX)
    scaled = fold.operation("mul", Param("alpha", F32), element(x, i))
    body = over((extent,), store(y, fold.operation("add", scaled, element(y, i)), i))
    return Kernel("saxpy", (ScalarParameter("alpha", F32, HERE), x, y), (), (), (body,))


def scale_2d(block: tuple[int, ...] | None = None) -> Kernel:
    x, i, j = tensor("x", M, N, is_written=True), Var("i", INDEX), Var("j", INDEX)
    body = over(
        (M, N), store(x, fold.operation("add", element(x, i, j), element(x, i, j)), i, j), block=block
    )
    return Kernel("scale", (x,), (), (), (body,))


def fill() -> Kernel:
    """`x[0] = n` and no domain."""
    x = tensor("x", N, dtype=I32, is_written=True)
    body = store(x, Param("n", I32), Const(0, INDEX))
    return Kernel("fill", (x, ScalarParameter("n", I32, HERE)), (), (), (body,))
