"""The GPU: its architecture, and launches on it beside PyTorch and CuPy, which use the same (the primary) context."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from ctypes import addressof, c_int, c_int64
from functools import lru_cache
from typing import Any

from weft.backends.cuda import history
from weft.backends.cuda.driver import DriverError, driver
from weft.backends.direct import Direct
from weft.backends.native.slots import to_slots
from weft.backends.parameters import FlatParameter
from weft.errors import WeftError, launch_error, unsupported
from weft.host.streams import to_handle
from weft.model import launches
from weft.model.ir import Kernel
from weft.model.limits import Geometry

# Attributes of devices and of kernels: CUdevice_attribute, CUfunction_attribute.
_MAJOR, _MINOR = 75, 76
_MOST_THREADS = 0
_MOST_DYNAMIC_SHARED = 8


@lru_cache(maxsize=64)
def arch_of(device: int) -> str:
    """`sm_90`. device: the ordinal, -1 for the current one. Raises UnsupportedError where there is no driver."""
    ordinal = max(current(), 0) if device < 0 else device
    major, minor = (driver().number("cuDeviceGetAttribute", place, ordinal) for place in (_MAJOR, _MINOR))
    return f"sm_{major}{minor}"


class Loaded:
    """A kernel that the driver has, ready to be launched on any GPU of its architecture.

    dynamic_shared_bytes: what each launch asks for, besides what the code itself has.
    """

    def __init__(
        self,
        code: bytes,
        entry: str,
        parameters: Sequence[FlatParameter],
        kernel: Kernel,
        dynamic_shared_bytes: int = 0,
    ) -> None:
        self._dynamic_shared_bytes = dynamic_shared_bytes
        self._parameters = parameters
        self._kernel = kernel
        self._checked: set[tuple[int, Geometry]] = set()
        self._code = (c_int64 * (len(code) // 8 + 1)).from_buffer_copy(
            code.ljust(len(code) // 8 * 8 + 8, b"\0")
        )
        self._entry = entry
        self.handle = 0

    def launch(self, arguments: Sequence[Any], geometry: Geometry, device: int, stream: object) -> None:
        """device: the ordinal, -1 for the current one. Raises LaunchError."""
        handle = 0 if stream is None else to_handle(stream)
        if handle is None:
            raise launch_error([launches.stream_type(type(stream).__name__)])
        there = current()
        if there >= 0 and device in (there, -1):
            self._launch(arguments, geometry, there, handle)
            return
        with made_current(max(device, 0)):
            self._launch(arguments, geometry, max(device, 0), handle)

    def direct(self) -> Direct:
        return Direct(self.handle, self, shared_bytes=self._dynamic_shared_bytes)

    def _launch(self, arguments: Sequence[Any], geometry: Geometry, device: int, stream: int) -> None:
        try:
            if not self.handle:
                self._load()
            self._check(geometry, device)
            slots = to_slots(self._parameters, arguments)
            pointers = (c_int64 * max(1, len(slots)))(
                *(addressof(slots) + 8 * at for at in range(len(slots)))
            )
            sizes = (*geometry.grid, *geometry.block)
            history.note(self._kernel, stream)
            driver().checked(
                "cuLaunchKernel",
                self.handle,
                *sizes,
                self._dynamic_shared_bytes,
                stream,
                addressof(pointers),
                0,
            )
        except DriverError as error:
            raise failed(error, self._kernel, stream) from None

    def _load(self) -> None:
        name = self._entry.encode() + b"\0"
        held = (c_int64 * (len(name) // 8 + 1)).from_buffer_copy(name.ljust(len(name) // 8 * 8 + 8, b"\0"))
        library = driver().number("cuLibraryLoadData", addressof(self._code), 0, 0, 0, 0, 0, 0)
        self.handle = driver().number("cuLibraryGetKernel", library, addressof(held))

    def _check(self, geometry: Geometry, device: int) -> None:
        """What only the compiled kernel tells, once for a geometry."""
        if (device, geometry) in self._checked:
            return
        most = c_int(driver().number("cuKernelGetAttribute", _MOST_THREADS, self.handle, device)).value
        if geometry.threads_per_block > most:
            raise launch_error([launches.registers(geometry, most)])
        if self._dynamic_shared_bytes:
            driver().checked(
                "cuKernelSetAttribute", _MOST_DYNAMIC_SHARED, self._dynamic_shared_bytes, self.handle, device
            )
        if len(self._checked) >= 1024:
            self._checked.clear()
        self._checked.add((device, geometry))


def failed(error: DriverError, kernel: Kernel | None, stream: int) -> WeftError:
    """What the driver said, in words; `kernel` was to be launched."""
    name = None if kernel is None else kernel.name
    if error.name == "CUDA_ERROR_OUT_OF_MEMORY":
        return launch_error([launches.out_of_memory(name)])
    if error.name in ("CUDA_ERROR_NO_BINARY_FOR_GPU", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"):
        return unsupported(launches.wrong_binary(error.name))
    return launch_error(
        [launches.device_error(error.name, name, [one.words for one in history.recent(stream)])]
    )


def current() -> int:
    """The ordinal of this thread's current device; -1 where it has none yet, as in a new thread."""
    device = c_int64(0)
    return -1 if driver().call("cuCtxGetDevice", addressof(device)) else c_int(device.value).value


@contextmanager
def made_current(device: int) -> Generator[None]:
    """Work on a device. PyTorch and CuPy keep the current device as the driver does, so it is given back."""
    if current() == device:
        yield
        return
    before = driver().number("cuCtxGetCurrent")
    driver().checked("cuCtxSetCurrent", primary_context(device))
    try:
        yield
    finally:
        if before:
            driver().checked("cuCtxSetCurrent", before)


@lru_cache(maxsize=64)
def primary_context(device: int) -> int:
    """The device's context that all libraries share. It is kept as long as the process lives."""
    return driver().number("cuDevicePrimaryCtxRetain", device)
