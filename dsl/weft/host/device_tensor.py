"""A tensor in a GPU's memory, for those who have neither PyTorch nor CuPy."""

from collections.abc import Hashable
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

from weft.errors import launch_error
from weft.host import HostTensor, row_major
from weft.model import host_tensors
from weft.model.dtypes import DType

if TYPE_CHECKING:
    import numpy


class Memory(Protocol):
    """Memory of a GPU, which is freed when nothing holds it any more."""

    @property
    def address(self) -> int: ...
    def write(self, address: int, size_bytes: int, /) -> None: ...
    def read(self, address: int, size_bytes: int, /) -> None: ...
    def fill(self, pattern: int, itemsize_bytes: int, size_bytes: int, /) -> None: ...


class DeviceTensor:
    """A tensor in a GPU's memory, in row-major order: make it with `weft.empty`, `weft.zeros`, `weft.full` or
    `weft.from_numpy`.

    A kernel takes it as it is, and so does every library that reads DLPack or `__cuda_array_interface__`.
    """

    __slots__ = ("__weakref__", "dtype", "facts", "host", "memory", "shape")

    def __init__(self, memory: Memory, shape: tuple[int, ...], dtype: DType, ordinal: int) -> None:
        self.memory = memory
        self.shape = shape
        self.dtype = dtype
        self.host = HostTensor(
            memory.address, dtype, dtype.name, shape, row_major(shape), ("cuda", ordinal), True
        )
        # All but the address: what a launch compares.
        self.facts: tuple[Hashable, ...] = self.host[1:]

    @property
    def device(self) -> str:
        """`cuda:0`."""
        return f"cuda:{self.host.device[1]}"

    @property
    def size_bytes(self) -> int:
        return prod(self.shape) * self.dtype.itemsize_bytes

    def to_numpy(self) -> "numpy.ndarray[Any, Any]":
        """A copy in host memory, after all work on the GPU's default stream is done."""
        array = import_module("numpy").empty(self.shape, numpy_dtype(self.dtype))
        if self.size_bytes:
            self.memory.read(array.ctypes.data, self.size_bytes)
        return array

    def copy_from(self, array: "numpy.ndarray[Any, Any]") -> None:
        """Copy an array of the same shape and dtype to the GPU. Wrong: another shape or dtype [host-tensor]."""
        if array.shape != self.shape or array.dtype != numpy_dtype(self.dtype):
            found = f"{array.dtype} of shape {array.shape}"
            raise launch_error([host_tensors.other_array(found, f"{self.dtype} of shape {self.shape}")])
        packed = import_module("numpy").ascontiguousarray(array)
        if self.size_bytes:
            self.memory.write(packed.ctypes.data, self.size_bytes)

    @property
    def __cuda_array_interface__(self) -> dict[str, object]:
        # Raw bytes where the protocol has no such type, as CuPy does for ml_dtypes' bfloat16.
        kind = numpy_dtype(self.dtype).str if self.dtype.name != "bf16" else "<V2"
        data = (self.host.address, False)
        return {
            "shape": self.shape,
            "typestr": kind,
            "data": data,
            "strides": None,
            "version": 3,
            "stream": 1,
        }

    def __dlpack__(self, **options: object) -> object:
        return import_module("weft.host.dlpack_export").capsule_of(self)

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, self.host.device[1]

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<weft tensor {self.dtype} {self.shape} on {self.device}>"


_NUMPY_NAMES = {"f16": "float16", "f32": "float32", "f64": "float64", "bool": "bool"}


def numpy_dtype(dtype: DType) -> Any:
    """NumPy's dtype. Raises LaunchError for bf16 without ml_dtypes, which gives NumPy that type."""
    if dtype.name == "bf16":
        try:
            return import_module("numpy").dtype(import_module("ml_dtypes").bfloat16)
        except ModuleNotFoundError:
            raise launch_error([host_tensors.no_bfloat16()]) from None
    kind = {"int": "int", "uint": "uint"}.get(dtype.kind)
    return import_module("numpy").dtype(f"{kind}{dtype.bits}" if kind else _NUMPY_NAMES[dtype.name])
