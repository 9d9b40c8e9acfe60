"""The back end that checks: every block interpreted, every access watched. Slow, exact, and it needs no GPU.

It finds what other back ends leave to chance: races, reads of memory that nothing wrote, barriers that not all threads
reach, accesses outside of a tensor that no guard stops. What it computes is what one legal order of the threads gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from weft.backends.check.faults import Fault
from weft.backends.check.interpreter import EFFECTS, Block, Run, TooLong
from weft.backends.check.memory import Memory
from weft.backends.lowering import is_half
from weft.model.ir import Do, Kernel, ScalarParameter, TensorParameter
from weft.model.limits import Geometry
from weft.model.sizes import sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_STEPS", "Fault", "TooLong", "interpret", "not_interpreted"]

# Statements that a launch may run before it is given up.
MOST_STEPS = 10_000_000


def interpret(
    kernel: Kernel, arguments: Mapping[str, Any], geometry: Geometry, *, steps: int = MOST_STEPS
) -> list[Fault]:
    """Run a kernel on NumPy arrays and numbers, by parameter name; written tensors change. What went wrong, in order.

    Raises TooLong after `steps` statements: a loop that does not end; NotImplementedError where there is
    something `not_interpreted`.
    """
    if missing := not_interpreted(kernel):
        raise NotImplementedError(
            f"`{kernel.name}` uses {', '.join(missing)}, which cannot be interpreted yet"
        )
    values: dict[str, Any] = {}
    memories: dict[str, Memory] = {}
    for parameter in kernel.parameters:
        given = arguments[parameter.name]
        if isinstance(parameter, ScalarParameter):
            values[parameter.name] = given
        else:
            memories[parameter.name] = _memory(parameter, given)
            values.update(_geometry(parameter, given))
    kernel = sized(kernel, values)
    run = Run(steps)
    cx, cy, cz = kernel.cluster.shape if kernel.cluster else (1, 1, 1)
    gx, gy, gz = geometry.grid
    for z in range(0, gz, cz):
        for y in range(0, gy, cy):
            for x in range(0, gx, cx):
                Block(kernel, memories, values, geometry, (x, y, z), run).everyone()
    return list(run.faults.values())


def not_interpreted(kernel: Kernel) -> list[str]:
    """The effects of a kernel that this back end cannot do: the wide accesses of a specialized kernel."""
    names = {statement.name for statement in kernel.statements if isinstance(statement, Do)}
    return sorted(names - EFFECTS.keys() - {"warpgroup_mma"})


def _memory(parameter: TensorParameter, array: "NDArray[Any]") -> Memory:
    """A flat view of everything between the lowest and the highest element of a tensor."""
    lowest = sum(min(0, (extent - 1) * step) for extent, step in zip(array.shape, array.strides, strict=True))
    highest = sum(
        max(0, (extent - 1) * step) for extent, step in zip(array.shape, array.strides, strict=True)
    )
    size = array.itemsize
    count = (highest - lowest) // size + 1 if array.size else 0
    address = array.__array_interface__["data"][0] + lowest
    flat = _at(address, count, array)
    stored = (
        numpy.dtype("uint16") if is_half(parameter.array.dtype) and array.dtype.kind != "f" else array.dtype
    )
    return Memory(parameter.array, flat.view(stored), lowest // size)


def _at(address: int, count: int, owner: "NDArray[Any]") -> "NDArray[Any]":
    """`count` elements at an address that `owner` keeps alive."""

    if not count:
        return numpy.zeros(0, owner.dtype)
    kind = owner.dtype.str if owner.dtype.kind != "V" else f"|V{owner.itemsize}"
    return numpy.asarray(
        Window(
            {"data": (address, not owner.flags.writeable), "shape": (count,), "typestr": kind, "version": 3}
        )
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Memory of another array, as NumPy's array interface describes it."""

    __array_interface__: dict[str, Any]


def _geometry(parameter: TensorParameter, array: "NDArray[Any]") -> dict[str, int]:
    extents = {
        getattr(extent, "name", ""): size for extent, size in zip(parameter.shape, array.shape, strict=True)
    }
    strides = {
        stride.name: step // array.itemsize
        for stride, step in zip(parameter.strides, array.strides, strict=True)
    }
    return extents | strides
