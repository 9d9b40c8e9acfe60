"""Sizes of shared memory that follow from the dimensions of a launch."""

from collections.abc import Mapping

from weft.model import fold
from weft.model.ir import Array, Const, Expr, Kernel, Param, walk_expr
from weft.model.rewrite import substitute
from weft.records import replace


def launch_sizes(kernel: Kernel) -> tuple[str, ...]:
    """The names of the dimensions from which sizes of shared memory follow: a version is compiled for their values."""
    sizes = (array.at_launch for array in kernel.shared if array.at_launch is not None)
    return tuple(sorted({part.name for size in sizes for part in walk_expr(size) if isinstance(part, Param)}))


def sized(kernel: Kernel, values: Mapping[str, int | float]) -> Kernel:
    """The kernel with the size of each of its shared arrays, as far as the values of dimensions tell it."""
    if all(array.at_launch is None for array in kernel.shared):
        return kernel
    known: dict[str, Expr] = {name: fold.const(value) for name, value in values.items()}
    return replace(kernel, shared=tuple(_sized(array, known) for array in kernel.shared))


def _sized(array: Array, known: Mapping[str, Expr]) -> Array:
    size = None if array.at_launch is None else substitute(array.at_launch, known)
    return replace(array, size=max(0, int(size.value)), at_launch=None) if isinstance(size, Const) else array
