"""A driver without a GPU: C functions that note what they are asked, and tensors that say they are on its devices."""

import ctypes
from collections.abc import Callable
from ctypes import c_int, c_int32, c_int64, c_void_p, py_object
from dataclasses import dataclass, field

from weft.backends.cuda.driver import Driver, prepared
from weft.host import row_major

ILLEGAL_ADDRESS = 700
_NAMES = {2: b"CUDA_ERROR_OUT_OF_MEMORY", 100: b"CUDA_ERROR_NO_DEVICE", 700: b"CUDA_ERROR_ILLEGAL_ADDRESS"}
_COUNTS = {
    "cuInit": 1,
    "cuDriverGetVersion": 1,
    "cuDeviceGetAttribute": 3,
    "cuCtxGetDevice": 1,
    "cuCtxGetCurrent": 1,
    "cuCtxSetCurrent": 1,
    "cuDevicePrimaryCtxRetain": 2,
    "cuLibraryLoadData": 8,
    "cuLibraryGetKernel": 3,
    "cuKernelGetAttribute": 3,
    "cuKernelSetAttribute": 4,
    "cuLaunchKernel": 11,
    "cuGetErrorName": 2,
    "cuMemAlloc_v2": 2,
    "cuMemFree_v2": 1,
    "cuMemcpyHtoD_v2": 3,
    "cuMemcpyDtoH_v2": 3,
    "cuMemsetD8_v2": 3,
    "cuMemsetD16_v2": 3,
    "cuMemsetD32_v2": 3,
    "cuMemsetD2D32_v2": 5,
}
_FILLS = {
    "cuMemsetD8_v2": ctypes.c_uint8,
    "cuMemsetD16_v2": ctypes.c_uint16,
    "cuMemsetD32_v2": ctypes.c_uint32,
}


@dataclass
class FakeDriver:
    """arguments: of the kernels that are launched. launched: for each launch the grid, the block, the stream and the
    arguments as words. asked: the functions, in order."""

    version: int = 13000
    device: int = 0
    most_threads: int = 1024
    errors: dict[str, int] = field(default_factory=dict)
    arguments: int = 3
    launched: list[tuple[tuple[int, ...], tuple[int, ...], int, list[int]]] = field(default_factory=list)
    shared_bytes: list[int] = field(default_factory=list)
    contexts: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    # The GPU's memory is the host's.
    memory: dict[int, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._texts = {error: ctypes.c_char_p(name) for error, name in _NAMES.items()}
        self._functions = {name: self._function(name, count) for name, count in _COUNTS.items()}

    def driver(self) -> Driver:
        return prepared(Driver(lambda name: ctypes.cast(self._functions[name], c_void_p).value or 0))

    def _function(self, name: str, count: int) -> Callable[..., int]:
        def answer(*arguments: int) -> int:
            self.asked.append(name)
            return self.errors.get(name) or self._answer(name, *arguments)

        return ctypes.CFUNCTYPE(c_int, *[c_int64] * count)(answer)

    def _answer(self, name: str, *arguments: int) -> int:
        out = arguments[0]
        match name:
            case "cuDriverGetVersion":
                c_int32.from_address(out).value = self.version
            case "cuDeviceGetAttribute":
                c_int32.from_address(out).value = {75: 9, 76: 0}[arguments[1]]
            case "cuCtxGetDevice":
                c_int32.from_address(out).value = self.device
            case "cuCtxGetCurrent":
                c_int64.from_address(out).value = 100 + self.device
            case "cuCtxSetCurrent":
                self.device = out - 100
                self.contexts.append(self.device)
            case "cuDevicePrimaryCtxRetain":
                c_int64.from_address(out).value = 100 + arguments[1]
            case "cuLibraryLoadData" | "cuLibraryGetKernel":
                c_int64.from_address(out).value = 7
            case "cuKernelGetAttribute":
                c_int32.from_address(out).value = self.most_threads
            case "cuGetErrorName":
                c_int64.from_address(arguments[1]).value = ctypes.cast(self._texts[out], c_void_p).value or 0
            case "cuLaunchKernel":
                self._note(arguments)
            case "cuMemAlloc_v2":
                made = ctypes.create_string_buffer(arguments[1])
                c_int64.from_address(out).value = ctypes.addressof(made)
                self.memory[ctypes.addressof(made)] = made
            case "cuMemFree_v2":
                del self.memory[out]
            case "cuMemcpyHtoD_v2" | "cuMemcpyDtoH_v2":
                ctypes.memmove(*arguments)
            case "cuMemsetD2D32_v2":
                for row in range(arguments[4]):
                    ctypes.c_uint32.from_address(out + row * arguments[1]).value = arguments[2]
            case _ if name in _FILLS:
                (_FILLS[name] * arguments[2]).from_address(out)[:] = [arguments[1]] * arguments[2]
        return 0

    def _note(self, arguments: tuple[int, ...]) -> None:
        pointers = (c_int64 * self.arguments).from_address(arguments[9])
        values = [c_int64.from_address(pointer).value for pointer in pointers]
        self.shared_bytes.append(arguments[7])
        self.launched.append((arguments[1:4], arguments[4:7], arguments[8], values))


class Tensor:
    """A tensor with DLPack's C functions, as PyTorch's are read."""

    stream = 0

    def __init__(self, address: int, shape: tuple[int, ...], device: int = 0) -> None:
        self.address, self.shape, self.ordinal = address, shape, device
        self.sizes = (c_int64 * (2 * len(shape)))(*shape, *self.stride())

    dtype = "torch.float32"

    @property
    def device(self) -> "Place":
        return Place("cuda", self.ordinal)

    def data_ptr(self) -> int:
        return self.address

    def stride(self) -> tuple[int, ...]:
        return row_major(self.shape)


@dataclass
class Place:
    type: str
    index: int


def _read(tensor: Tensor, out: int) -> int:
    words = (c_int64 * 6).from_address(out)
    axes, sizes = len(tensor.shape), ctypes.addressof(tensor.sizes)
    words[:] = [
        tensor.address,
        2 | tensor.ordinal << 32,
        axes | (2 | 32 << 8 | 1 << 16) << 32,
        sizes,
        sizes + 8 * axes,
        0,
    ]
    return 0


def _stream(kind: int, device: int, out: int) -> int:
    c_int64.from_address(out).value = Tensor.stream
    return 0


_READ = ctypes.PYFUNCTYPE(c_int, py_object, c_int64)(_read)
_STREAM = ctypes.PYFUNCTYPE(c_int, c_int, c_int, c_int64)(_stream)
_TABLE = (c_int64 * 7)(
    1 | 3 << 32, 0, 0, 0, 0, *(ctypes.cast(one, c_void_p).value or 0 for one in (_READ, _STREAM))
)
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype, _new_capsule.argtypes = py_object, [c_void_p, ctypes.c_char_p, c_void_p]
_NAME = b"dlpack_exchange_api"
Tensor.__dlpack_c_exchange_api__ = _new_capsule(ctypes.addressof(_TABLE), _NAME, None)  # type: ignore[attr-defined]
