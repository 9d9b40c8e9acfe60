"""The NVIDIA driver's functions, by their addresses: machine code calls the ones of a launch, Python the others."""

from collections.abc import Callable
from ctypes import CDLL, CFUNCTYPE, addressof, c_char_p, c_int, c_int64, c_void_p, cast
from functools import lru_cache

from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

from weft.backends.native import launch
from weft.backends.native.runtime import words
from weft.errors import unsupported
from weft.model import launches

# What cubins of the packages that Weft is pinned to need: (13, 0) as the driver writes it.
OLDEST = 13000
SUCCESS = 0


class DriverError(Exception):
    """A function of the driver failed. name: `CUDA_ERROR_ILLEGAL_ADDRESS`."""

    def __init__(self, error: int, name: str) -> None:
        super().__init__(error, name)
        self.error = error
        self.name = name


class Driver:
    """Calls functions of the driver with integers and addresses."""

    def __init__(self, address_of: Callable[[str], int]) -> None:
        self._address_of = address_of
        self._functions: dict[str, Callable[..., int]] = {}

    def address(self, name: str) -> int:
        return self._address_of(name)

    def call(self, name: str, *arguments: int) -> int:
        """The error, 0 for none."""
        function = self._functions.get(name)
        if function is None:
            kind = CFUNCTYPE(c_int, *[c_int64] * len(arguments))
            function = self._functions[name] = kind(self._address_of(name))
        return function(*arguments)

    def checked(self, name: str, *arguments: int) -> None:
        """Raises DriverError."""
        error = self.call(name, *arguments)
        if error:
            raise DriverError(error, self.error_name(error))

    def number(self, name: str, *arguments: int) -> int:
        """What a function stores at its first argument, an address. Raises DriverError."""
        found = c_int64(0)
        self.checked(name, addressof(found), *arguments)
        return found.value

    def error_name(self, error: int) -> str:
        text = c_int64(0)
        known = self.call("cuGetErrorName", error, addressof(text)) == SUCCESS and text.value
        found = cast(c_void_p(text.value), c_char_p).value if known else None
        return found.decode() if found else f"error {error}"


@lru_cache(maxsize=1)
def driver() -> Driver:
    """The driver of this machine, initialized. Raises UnsupportedError where there is none that can be used."""
    return prepared(Driver(_address_in_library()))


def prepared(found: Driver) -> Driver:
    """The driver, once it is initialized, new enough, and known to the machine code of launches."""
    error = found.call("cuInit", 0)
    if error:
        raise unsupported(launches.no_gpu(found.error_name(error)))
    version = c_int(found.number("cuDriverGetVersion")).value
    if version < OLDEST:
        raise unsupported(launches.driver_too_old(version, OLDEST))
    words()[launch.LAUNCH_KERNEL] = found.address("cuLaunchKernel")
    words()[launch.CURRENT_DEVICE] = found.address("cuCtxGetDevice")
    return found


def _address_in_library() -> Callable[[str], int]:
    try:
        load_nvidia_dynamic_lib("cuda")
    except DynamicLibNotFoundError:
        raise unsupported(launches.no_driver()) from None
    library = _library()
    return lambda name: cast(getattr(library, name), c_void_p).value or 0


def _library() -> CDLL:
    for name in ("libcuda.so.1", "nvcuda.dll"):
        try:
            return CDLL(name)
        except OSError:
            continue
    raise unsupported(launches.no_driver())
