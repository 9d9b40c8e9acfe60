"""The GPU: its architecture, its streams, and launches on it beside PyTorch and CuPy (the primary context)."""

import ctypes
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

from weft.backends.cuda.packages import core, driver
from weft.backends.parameters import FlatParameter
from weft.errors import launch_error, unsupported
from weft.model import launches
from weft.model.limits import Geometry

Pack = Callable[[Any], object]

_CTYPES: dict[str, Pack] = {
    "f32": ctypes.c_float,
    "f64": ctypes.c_double,
    "i8": ctypes.c_int8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "i64": ctypes.c_int64,
    "u8": ctypes.c_uint8,
    "u16": ctypes.c_uint16,
    "u32": ctypes.c_uint32,
    "u64": ctypes.c_uint64,
}


@lru_cache(maxsize=64)
def arch_of(device: int) -> str:
    """`sm_90`. device: the ordinal, -1 for the current one. Raises UnsupportedError where there is no driver."""
    need_driver()
    capability = core.Device(None if device < 0 else device).compute_capability
    return f"sm_{capability.major}{capability.minor}"


class Loaded:
    """A kernel that the driver has, ready to be launched on any GPU of its architecture."""

    def __init__(self, code: bytes, entry: str, parameters: Sequence[FlatParameter]) -> None:
        self._packers = [_CTYPES[parameter.dtype.name] for parameter in parameters]
        need_driver()
        self._kernel = core.ObjectCode.from_cubin(code, name=entry).get_kernel(entry)
        self._configs: dict[Geometry, Any] = {}

    def launch(self, arguments: Sequence[Any], geometry: Geometry, device: int, stream: object) -> None:
        """device: the ordinal, -1 for the current one."""
        config = self._configs.get(geometry) or self._config(geometry, device)
        packed = [pack(argument) for pack, argument in zip(self._packers, arguments, strict=True)]
        queue = core.LEGACY_DEFAULT_STREAM if stream is None else to_stream(stream)
        current = _current()
        if current >= 0 and device in (current, -1):
            core.launch(queue, config, self._kernel, *packed)
            return
        with _made_current(max(device, 0)):
            core.launch(queue, config, self._kernel, *packed)

    def _config(self, geometry: Geometry, device: int) -> Any:
        """Checks what only the compiled kernel tells, once for a geometry."""
        most = self._kernel.attributes[max(_current(), 0) if device < 0 else device].max_threads_per_block
        if geometry.threads_per_block > most:
            raise launch_error([launches.registers(geometry, most)])
        if len(self._configs) >= 1024:
            self._configs.clear()
        self._configs[geometry] = config = core.LaunchConfig(grid=geometry.grid, block=geometry.block)
        return config


@lru_cache(maxsize=1)
def need_driver() -> None:
    """Raises UnsupportedError where there is no driver: cuda.core, asked without one, may never answer (1.2.2)."""
    try:
        load_nvidia_dynamic_lib("cuda")
    except DynamicLibNotFoundError:
        raise unsupported(launches.no_driver()) from None
    error = driver.cuInit(0)[0]
    if error:
        raise unsupported(launches.no_gpu(error.name))


def to_stream(stream: object) -> Any:
    """A stream of cuda.core, PyTorch (`cuda_stream`), CuPy (`ptr`) or numba (`handle`), or its address."""
    if isinstance(stream, core.Stream):
        return stream
    if isinstance(stream, int):
        return _stream_at(stream)
    for attribute in ("cuda_stream", "ptr", "handle"):
        address = getattr(stream, attribute, None)
        if address is not None:
            return _stream_at(int(getattr(address, "value", address) or 0))
    if hasattr(stream, "__cuda_stream__"):
        return _stream_at(int(cast("Any", stream).__cuda_stream__()[1]))
    raise launch_error([launches.stream_type(type(stream).__name__)])


@lru_cache(maxsize=256)
def _stream_at(address: int) -> Any:
    return core.LEGACY_DEFAULT_STREAM if address == 0 else core.Stream.from_handle(address)


def _current() -> int:
    """The ordinal of this thread's current device; -1 where it has none yet, as in a new thread."""
    error, device = driver.cuCtxGetDevice()
    return -1 if error else int(device)


@contextmanager
def _made_current(device: int) -> Generator[None]:
    """PyTorch and CuPy keep the current device as the driver does, so it is given back."""
    before = _current()
    core.Device(device).set_current()
    try:
        yield
    finally:
        if before >= 0:
            core.Device(before).set_current()
