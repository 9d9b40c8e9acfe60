"""Whether a call can run a kernel at all: one device, writable tensors, a known geometry. Words live here only."""

from collections.abc import Iterator, Sequence

from weft.model.dtypes import DType
from weft.model.ir import Domain
from weft.model.limits import Geometry, Problem, triple


def devices_agree(placed: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """placed: each tensor's name, with the words for its place (`host memory`, `GPU 0`)."""
    for name, place in placed[1:]:
        first, first_place = placed[0]
        if place != first_place:
            yield Problem(
                "launch-device",
                f"`{first}` is in {first_place} and `{name}` in {place}; the tensors of a launch are in one place: "
                "move one of them",
                name,
            )


def reachable(name: str, place: str) -> Problem:
    """place: where the tensor is, neither host memory nor an NVIDIA GPU (`mps`)."""
    return Problem(
        "launch-device",
        f"`{name}` is in {place}; a kernel runs on host memory or on an NVIDIA GPU: move it there",
        name,
    )


def read_only(name: str) -> Problem:
    return Problem(
        "launch-read-only",
        f"`{name}` is read-only and the kernel writes to it: pass a writable tensor, or a copy",
        name,
    )


def not_contiguous(kernel_name: str, name: str, shape: Sequence[int], strides: Sequence[int]) -> Problem:
    return Problem(
        "launch-contiguous",
        f"`{name}` of shape {tuple(shape)} has the strides {tuple(strides)}, and `{kernel_name}` takes tensors in row-major "
        "order without gaps: pass a copy, or drop `contiguous=True`",
        name,
    )


def byte_strides(name: str, strides_bytes: Sequence[int], itemsize_bytes: int) -> Problem:
    """A view of a field of a structured array, for example."""
    return Problem(
        "launch-strides",
        f"`{name}` has strides of {_listed(strides_bytes)} bytes, and elements of {itemsize_bytes}; a stride is a "
        "multiple of the element's size: pass a copy",
        name,
    )


def broadcast(name: str) -> Problem:
    return Problem(
        "launch-read-only",
        f"`{name}` is broadcast, so several of its elements are one in memory, and the kernel writes to it: pass a copy",
        name,
    )


def no_memory(name: str) -> Problem:
    """The tensor's library gives no address for its elements."""
    return Problem(
        "launch-memory",
        f"`{name}` has elements and no memory: it was freed, or its storage was resized; launch before that, or make it "
        "again",
        name,
    )


def misaligned(name: str, address: int, itemsize_bytes: int) -> Problem:
    return Problem(
        "launch-alignment",
        f"`{name}` begins at address {address:#x}, which is no multiple of the {itemsize_bytes} bytes of an element: pass "
        "a copy",
        name,
    )


def overlap(written: str, other: str) -> Problem:
    """written: the tensor that the kernel writes to."""
    return Problem(
        "launch-overlap",
        f"`{written}`, which the kernel writes to, shares memory with `{other}` and is another view of it, so the result "
        "would depend on the order of threads: pass the same view for both, or a copy",
        written,
    )


def scalar_range(name: str, value: int, dtype: DType) -> Problem:
    lowest, highest = integer_range(dtype)
    return Problem(
        "launch-range",
        f"`{name}` is {value}; the kernel declares `{dtype}`, which holds {lowest} to {highest}: declare a wider "
        "dtype, or pass a smaller number",
        name,
    )


def integer_range(dtype: DType) -> tuple[int, int]:
    """The lowest and the highest number of an integer dtype, both included."""
    if dtype.is_signed:
        return -(1 << (dtype.bits - 1)), (1 << (dtype.bits - 1)) - 1
    return 0, (1 << dtype.bits) - 1


def geometry_missing(kernel_name: str) -> Problem:
    return Problem(
        "launch-geometry-missing",
        f"`{kernel_name}` has no domain, so its grid and block are not known: launch it as "
        f"`{kernel_name}[grid, block](...)`, or name its domain with `weft.index`",
    )


def geometry_type(what: str, type_name: str) -> Problem:
    """what: "grid" or "block"."""
    return Problem(
        "launch-geometry",
        f"the {what} is of type `{type_name}`; a {what} is an integer, or a tuple of one to three integers: "
        "correct it",
        what,
    )


def geometry_rank(what: str, sizes: int) -> Problem:
    """what: "grid" or "block"; sizes: how many were given, none or more than three."""
    return Problem(
        "launch-geometry",
        f"the {what} has {sizes} sizes; a {what} is an integer, or a tuple of one to three integers: correct it",
        what,
    )


def geometry_form(kernel_name: str) -> Problem:
    return Problem(
        "launch-geometry",
        f"`{kernel_name}[...]` takes a grid and a block, and possibly a stream: write `{kernel_name}[grid, block](...)`",
    )


def block_fixed(kernel_name: str, geometry: Geometry, fixed: tuple[int, int, int]) -> Problem:
    """fixed: the block that the kernel is written for."""
    return Problem(
        "launch-block-fixed",
        f"`{kernel_name}` fixes its block to {_times(fixed)} threads and the launch gives {_times(geometry.block)}: "
        f"pass that block, or call `{kernel_name}(...)` and leave the geometry to Weft",
        "block",
    )


def domain_problems(kernel_name: str, domain: Domain, geometry: Geometry) -> Iterator[Problem]:
    """What is wrong with a geometry that is given to a kernel with a domain."""
    fixed = triple(domain.block[::-1]) if domain.block else None
    if fixed is not None and fixed != geometry.block:
        yield block_fixed(kernel_name, geometry, fixed)
    else:
        yield from beyond_the_domain(kernel_name, len(domain.extents), geometry)


def beyond_the_domain(kernel_name: str, rank: int, geometry: Geometry) -> Iterator[Problem]:
    """rank: the number of axes of the kernel's domain."""
    for what, sizes in (("grid", geometry.grid), ("block", geometry.block)):
        for axis, size in zip("xyz"[rank:], sizes[rank:], strict=True):
            if size > 1:
                axes = f"{rank} {'axis' if rank == 1 else 'axes'}"
                yield Problem(
                    "launch-geometry",
                    f"{what}.{axis} is {size} and the domain of `{kernel_name}` has {axes}: threads along {axis} would "
                    "all do the same work; make it 1",
                    what,
                )


def extent_unknown(axis: int) -> Problem:
    return Problem(
        "launch-extent",
        f"the extent of the kernel's domain along axis {axis} divides by zero for these arguments: pass others, or "
        "write the extent so that it cannot",
    )


def stream_on_host(kernel_name: str) -> Problem:
    return Problem(
        "launch-stream",
        f"a stream was given and the tensors of `{kernel_name}` are in host memory; only a GPU has streams: "
        "drop the stream, or move the tensors to a GPU",
    )


def stream_type(type_name: str) -> Problem:
    return Problem(
        "launch-stream",
        f"the stream is of type `{type_name}`; a stream is an integer handle, or a stream of cuda.core, PyTorch, CuPy "
        "or numba: pass one of these",
    )


def registers(geometry: Geometry, most: int) -> Problem:
    """most: the threads per block that the compiled kernel's registers allow."""
    return Problem(
        "launch-registers",
        f"a block of {geometry.threads_per_block} threads needs more registers than the GPU has; the compiled kernel "
        f"runs with at most {most} threads per block: use a smaller block and more blocks",
        "block",
    )


def no_driver() -> Problem:
    return Problem(
        "cuda-driver",
        "the NVIDIA driver's library (libcuda.so.1, on Windows nvcuda.dll) was not found and the data is on a GPU: "
        "install the NVIDIA driver, or pass NumPy arrays to run on the CPU",
    )


def no_gpu(error: str) -> Problem:
    """error: what the driver says."""
    return Problem(
        "cuda-driver",
        f"the NVIDIA driver finds no GPU that it can use ({error}) and the data is on a GPU: make one visible "
        "(`CUDA_VISIBLE_DEVICES`), or pass NumPy arrays to run on the CPU",
    )


def driver_too_old(version: int, oldest: int) -> Problem:
    """version, oldest: the CUDA version that a driver supports, as it writes it: 13000 for 13.0."""
    return Problem(
        "cuda-driver",
        f"the NVIDIA driver supports CUDA {_cuda(version)} and compiled kernels need {_cuda(oldest)}, and the data is on a "
        "GPU: update the driver, or pass NumPy arrays to run on the CPU",
    )


def wrong_binary(error: str) -> Problem:
    """error: what the driver says."""
    return Problem(
        "cuda-driver",
        f"the NVIDIA driver does not take code that was compiled for its GPU ({error}), and the data is on a GPU: update "
        "the driver, or pass NumPy arrays to run on the CPU",
    )


def out_of_memory(kernel_name: str | None, wanted_bytes: int | None = None) -> Problem:
    """kernel_name: what was to be launched, or wanted_bytes: what was to be allocated."""
    what = f"loading or launching `{kernel_name}`" if wanted_bytes is None else f"{wanted_bytes:,} bytes"
    return Problem(
        "cuda-memory",
        f"the GPU has not enough free memory for {what} (CUDA_ERROR_OUT_OF_MEMORY): free tensors, or use smaller ones",
    )


_MEANINGS = {
    "CUDA_ERROR_ILLEGAL_ADDRESS": "a kernel read or wrote outside of any tensor",
    "CUDA_ERROR_MISALIGNED_ADDRESS": "a kernel read or wrote at an address that its access does not allow",
    "CUDA_ERROR_ASSERT": "an assertion of a kernel failed",
    "CUDA_ERROR_LAUNCH_TIMEOUT": "a kernel ran longer than this system allows",
    "CUDA_ERROR_LAUNCH_FAILED": "a kernel failed while it ran",
    "CUDA_ERROR_ILLEGAL_INSTRUCTION": "a kernel met an instruction that this GPU has not",
    "CUDA_ERROR_INVALID_ADDRESS_SPACE": "a kernel used memory of one space as memory of another",
    "CUDA_ERROR_INVALID_PC": "a kernel ran into what is no code",
}


def device_error(error: str, kernel_name: str | None, ran: Sequence[str]) -> Problem:
    """error: the driver's name for it. ran: what was launched on the stream, the last first."""
    if error not in _MEANINGS:
        what = "the call" if kernel_name is None else f"the launch of `{kernel_name}`"
        return Problem("cuda-error", f"the NVIDIA driver refuses {what}: {error}")
    suspects = f"; launched on this stream, the last first: {', '.join(ran)}" if ran else ""
    return Problem(
        "cuda-error",
        f"the GPU reports {error}: {_MEANINGS[error]}. It was one that was launched before{suspects}. The GPU's memory is "
        "lost to this process: start it again, and run the suspects on NumPy arrays or under `compute-sanitizer`",
    )


def no_package(name: str) -> Problem:
    return Problem(
        "cuda-package",
        f"compiling for a GPU takes the Python package `{name}`, which is not installed: run "
        "`pip install 'weft[cuda]'`; what gets NumPy arrays runs on the CPU without it",
    )


def _cuda(version: int) -> str:
    return f"{version // 1000}.{version % 1000 // 10}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _times(block: tuple[int, int, int]) -> str:
    return " × ".join(str(side) for side in block)
