"""Memory of a GPU, from the driver."""

from weakref import finalize

from weft.backends.cuda.device import current, failed, made_current
from weft.backends.cuda.driver import DriverError, driver
from weft.errors import launch_error
from weft.model import launches

_FILLS = {1: "cuMemsetD8_v2", 2: "cuMemsetD16_v2", 4: "cuMemsetD32_v2"}


class Allocation:
    """Bytes of a GPU's memory, freed when nothing holds them any more. address: 0 for none."""

    def __init__(self, size_bytes: int, ordinal: int) -> None:
        self.ordinal = ordinal
        self.address = 0
        if not size_bytes:
            return
        try:
            with made_current(ordinal):
                self.address = driver().number("cuMemAlloc_v2", size_bytes)
        except DriverError as error:
            if error.name == "CUDA_ERROR_OUT_OF_MEMORY":
                raise launch_error([launches.out_of_memory(None, size_bytes)]) from None
            raise failed(error, None, 0) from None
        # The driver may be gone when the interpreter ends, and takes all memory with it.
        finalize(self, _free, self.address, ordinal).atexit = False

    def write(self, address: int, size_bytes: int) -> None:
        """Copy from host memory."""
        self._call("cuMemcpyHtoD_v2", self.address, address, size_bytes)

    def read(self, address: int, size_bytes: int) -> None:
        """Copy to host memory, after the work before it."""
        self._call("cuMemcpyDtoH_v2", address, self.address, size_bytes)

    def fill(self, pattern: int, itemsize_bytes: int, size_bytes: int) -> None:
        """Set all elements to a pattern of bits."""
        if itemsize_bytes in _FILLS:
            self._call(_FILLS[itemsize_bytes], self.address, pattern, size_bytes // itemsize_bytes)
            return
        # No function of the driver sets words of 8 bytes: their halves are set, each as a column of a matrix.
        for offset, half in ((0, pattern & 0xFFFFFFFF), (4, pattern >> 32)):
            self._call("cuMemsetD2D32_v2", self.address + offset, 8, half, 1, size_bytes // 8)

    def _call(self, name: str, *arguments: int) -> None:
        try:
            with made_current(self.ordinal):
                driver().checked(name, *arguments)
        except DriverError as error:
            raise failed(error, None, 0) from None


def allocate(size_bytes: int, ordinal: int) -> tuple[Allocation, int]:
    """Memory, and the ordinal of its GPU. ordinal: -1 for the current one. Raises LaunchError."""
    there = max(current(), 0) if ordinal < 0 else ordinal
    return Allocation(size_bytes, there), there


def _free(address: int, ordinal: int) -> None:
    with made_current(ordinal):
        driver().call("cuMemFree_v2", address)
