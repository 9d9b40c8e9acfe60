"""NumPy arrays on a GPU and back, with cuda.core and the driver alone."""

from typing import Any

import numpy
from building import GENERAL
from cuda.bindings import driver
from cuda.core import Device
from numpy.lib.array_utils import byte_bounds
from weft.backends.parameters import flatten
from weft.launch import Launcher
from weft.model.ir import Kernel, TensorParameter
from weft.model.limits import triple
from weft.model.specialization import Specialization
from weft.model.specialize import specialize


class GpuArray:
    """A copy of a NumPy array's memory, gaps included, with the array's own strides."""

    def __init__(self, array: numpy.ndarray) -> None:
        Device().set_current()
        self._array = array
        self._low, high = byte_bounds(array)
        self._size_bytes = max(1, high - self._low)
        self._pointer = _checked(driver.cuMemAlloc(self._size_bytes))
        if array.size:
            _checked(driver.cuMemcpyHtoD(self._pointer, self._low, self._size_bytes))
        self.dtype = array.dtype

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        address = int(self._pointer) + self._array.__array_interface__["data"][0] - self._low
        kind = f"<V{self.dtype.itemsize}" if self.dtype.name == "bfloat16" else self.dtype.str
        shape, strides = self._array.shape, self._array.strides
        return {"typestr": kind, "data": (address, False), "shape": shape, "strides": strides, "version": 3}

    def copy_back(self) -> None:
        """Write the GPU's values into the NumPy array."""
        if self._array.size:
            _checked(driver.cuMemcpyDtoH(self._low, self._pointer, self._size_bytes))

    def __del__(self) -> None:
        driver.cuMemFree(self._pointer)


def run(
    what: Kernel,
    arguments: dict[str, Any],
    *,
    grid: int | tuple[int, ...] | None = None,
    block: int | tuple[int, ...] | None = None,
    specialization: Specialization = GENERAL,
) -> None:
    """As `building.run`, on the GPU: through `Launcher`, or with this very specialization if one is given."""
    if grid == 0:
        return
    given = {
        name: GpuArray(value) if isinstance(value, numpy.ndarray) else value
        for name, value in arguments.items()
    }
    if specialization is not GENERAL:
        _run_specialized(what, given, arguments, specialization)
    else:
        geometry = None if grid is None and block is None else _geometry(what, arguments, grid, block)
        Launcher(what).launch([given[parameter.name] for parameter in what.parameters], None, geometry)
    for value in given.values():
        if isinstance(value, GpuArray):
            value.copy_back()


def _geometry(what: Kernel, arguments: dict[str, Any], grid: Any, block: Any) -> tuple[Any, Any]:
    if grid is not None:
        return grid, block
    assert what.domain is not None
    sizes: dict[Any, int] = {}
    for parameter in what.parameters:
        if isinstance(parameter, TensorParameter):
            sizes.update(zip(parameter.shape, arguments[parameter.name].shape, strict=True))
    extents = [sizes[extent] for extent in reversed(what.domain.extents)]
    return tuple(-(-extent // size) for extent, size in zip(extents, triple(block), strict=False)), block


def _run_specialized(
    what: Kernel, given: dict[str, Any], arguments: dict[str, Any], specialization: Specialization
) -> None:
    from weft.backends import cuda
    from weft.geometry import choose
    from weft.host import read_tensor

    values: list[Any] = []
    for flat in flatten(specialize(what, specialization), specialization.index_bits):
        tensor = read_tensor(given[flat.source])
        assert tensor is not None
        by_role = {"address": [tensor.address], "extent": tensor.shape, "stride": tensor.strides}
        values.append(by_role[flat.role][flat.axis])
    specialized = specialize(what, specialization)
    assert specialized.domain is not None
    geometry = choose(specialized, {"N": 0}, cuda.choose_block(what))
    assert geometry is not None
    cuda.compile(what, specialization, cuda.arch_of(-1)).launch(values, geometry)


def _checked(result: Any) -> Any:
    error, *values = result
    assert error == driver.CUresult.CUDA_SUCCESS, error
    return values[0] if values else None
