"""Launches on a GPU, without one: what reaches the driver, and what is said when it refuses."""

from collections.abc import Iterator
from dataclasses import replace

import cuda_kernels
import pytest
from building import BARRIER, kernel, load, shared, store, tensor, tx
from fake_driver import ILLEGAL_ADDRESS, FakeDriver, Tensor
from weft.backends import cuda
from weft.backends.cuda import device, driver, history
from weft.errors import LaunchError, UnsupportedError
from weft.launch import Launcher
from weft.model.dtypes import F32
from weft.model.ir import Kernel, TensorParameter
from weft.model.occupancy import Occupancy
from weft.model.specialization import Specialization


def saxpy() -> Kernel:
    found = cuda_kernels.saxpy()
    x, y = found.parameters
    assert isinstance(y, TensorParameter)
    return replace(found, parameters=(x, replace(y, is_written=True)))


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDriver]:
    fake = FakeDriver()
    found = fake.driver()
    monkeypatch.setattr(device, "driver", lambda: found)
    device.arch_of.cache_clear()
    device.primary_context.cache_clear()
    history._NOTED.clear()
    Tensor.stream = 0
    yield fake
    device.arch_of.cache_clear()
    device.primary_context.cache_clear()


def tensors(device: int = 0) -> tuple[Tensor, Tensor]:
    return Tensor(4096, (1001,), device), Tensor(8192, (1001,), device)


def launched(launcher: Launcher, *args: object) -> bool:
    return launcher.fast()(*args) is None


def test_the_first_launch_and_machine_code_tell_the_driver_the_same(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    assert launched(launcher, *tensors())
    first, second = gpu.launched
    assert first == second == ((4, 1, 1), (256, 1, 1), 0, [4096, 1001, 8192])


def test_a_launch_allocates_nothing_copies_nothing_and_waits_for_nothing(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    loading = {"cuLibraryLoadData", "cuLibraryGetKernel", "cuKernelGetAttribute", "cuDevicePrimaryCtxRetain"}
    asking = {"cuInit", "cuDriverGetVersion", "cuDeviceGetAttribute", "cuCtxGetDevice"}
    assert set(gpu.asked) <= loading | asking | {"cuLaunchKernel"}
    gpu.asked.clear()
    assert launched(launcher, *tensors())
    assert gpu.asked == ["cuCtxGetDevice", "cuLaunchKernel"]


def test_other_addresses_are_passed(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    assert launched(launcher, Tensor(1 << 40, (1001,)), Tensor(1 << 41, (1001,)))
    assert gpu.launched[1][3] == [1 << 40, 1001, 1 << 41]


def test_the_current_stream_of_the_tensors_library(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    Tensor.stream = 77
    assert launched(launcher, *tensors())
    assert gpu.launched[1][2] == 77


def test_a_given_stream(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors(), None, (4, 256), 55)
    assert launcher.fast((4, 256), takes_stream=True)(*tensors(), 66) is None
    assert [stream for _, _, stream, _ in gpu.launched] == [55, 66]


@pytest.mark.parametrize(
    "x",
    [
        Tensor(4096, (1001,), 1),
        Tensor(4096, (1002,)),
        Tensor(4096, (1001, 1)),
        Tensor(0, (1001,)),
        Tensor(4098, (1001,)),
    ],
    ids=["device", "shape", "rank", "freed", "misaligned"],
)
def test_other_tensors_are_not_taken(x: Tensor, gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    assert not launched(launcher, x, tensors()[1])


def test_tensors_that_overlap_are_not_taken(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    assert launched(launcher, Tensor(4096, (1001,)), Tensor(4096 + 4016, (1001,)))
    assert not launched(launcher, Tensor(4096, (1001,)), Tensor(4096 + 4000, (1001,)))
    assert launched(launcher, Tensor(4096, (1001,)), Tensor(4096, (1001,)))


def test_another_current_device_is_for_python_to_change_and_give_back(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors(1))
    assert (gpu.contexts, gpu.device) == ([1, 0], 0)
    assert not launched(launcher, *tensors(1))
    gpu.device = 1
    assert launched(launcher, *tensors(1))


def message(gpu: FakeDriver, error: type[LaunchError] | type[UnsupportedError] = LaunchError) -> str:
    with pytest.raises(error) as caught:
        Launcher(saxpy()).launch(tensors())
    return f"{caught.value.code}: {caught.value.diagnostic.message}"


def test_too_many_threads_for_the_registers(gpu: FakeDriver):
    gpu.most_threads = 128
    assert message(gpu) == (
        "launch-registers: a block of 256 threads needs more registers than the GPU has; the compiled kernel runs with at "
        "most 128 threads per block: use a smaller block and more blocks"
    )


def test_no_memory_left(gpu: FakeDriver):
    gpu.errors["cuLibraryLoadData"] = 2
    assert message(gpu) == (
        "cuda-memory: the GPU has not enough free memory for loading or launching `saxpy` (CUDA_ERROR_OUT_OF_MEMORY): "
        "free tensors, or use smaller ones"
    )


def test_a_fault_of_an_earlier_kernel_names_what_ran(gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch(tensors())
    assert launched(launcher, *tensors())
    gpu.errors["cuLaunchKernel"] = ILLEGAL_ADDRESS
    assert not launched(launcher, *tensors())
    with pytest.raises(LaunchError) as caught:
        launcher.launch(tensors())
    assert caught.value.diagnostic.message == (
        "the GPU reports CUDA_ERROR_ILLEGAL_ADDRESS: a kernel read or wrote outside of any tensor. It was one that was "
        "launched before; launched on this stream, the last first: `saxpy` (<text>:1). The GPU's memory is lost to this "
        "process: start it again, and run the suspects on NumPy arrays or under `compute-sanitizer`"
    )


def test_a_refusal(gpu: FakeDriver):
    gpu.errors["cuLaunchKernel"] = 100
    assert message(gpu) == "cuda-error: the NVIDIA driver refuses the launch of `saxpy`: CUDA_ERROR_NO_DEVICE"


def test_a_driver_that_is_too_old():
    with pytest.raises(UnsupportedError) as caught:
        FakeDriver(version=12040).driver()
    assert str(caught.value) == (
        "cuda-driver: the NVIDIA driver supports CUDA 12.4 and compiled kernels need 13.0, and the data is on a GPU: update "
        "the driver, or pass NumPy arrays to run on the CPU"
    )


def test_no_gpu():
    with pytest.raises(UnsupportedError) as caught:
        FakeDriver(errors={"cuInit": 100}).driver()
    assert str(caught.value) == (
        "cuda-driver: the NVIDIA driver finds no GPU that it can use (CUDA_ERROR_NO_DEVICE) and the data is on a GPU: make "
        "one visible (`CUDA_VISIBLE_DEVICES`), or pass NumPy arrays to run on the CPU"
    )


def test_the_machine_code_knows_the_drivers_functions(gpu: FakeDriver):
    assert driver.words()[driver.launch.LAUNCH_KERNEL] != 0


def add_2d() -> Kernel:
    found = cuda_kernels.add_2d()
    x, y = found.parameters
    assert isinstance(y, TensorParameter)
    return replace(found, parameters=(x, replace(y, is_written=True)))


TALL = (1 << 20, 70_000)


def test_a_domain_that_is_too_high_lies_on_its_side(gpu: FakeDriver):
    launcher = Launcher(add_2d())
    x, y = Tensor(1 << 40, TALL), Tensor(1 << 41, TALL)
    gpu.arguments = 4
    launcher.launch((x, y))
    assert launched(launcher, x, y)
    first, second = gpu.launched
    assert first == second == ((131_072, 547, 1), (32, 8, 1), 0, [1 << 40, 1 << 20, 70_000, 1 << 41])


def test_why_a_geometry_was_chosen(gpu: FakeDriver):
    chosen = Launcher(add_2d()).geometry((Tensor(1 << 40, TALL), Tensor(1 << 41, TALL)))
    assert chosen is not None
    lines = str(chosen).split("\n")
    assert lines[:4] == [
        "grid 131,072 × 547, block 32 × 8 on sm_90",
        "the domain has 1,048,576 × 70,000 points; its last axis runs along x, where neighbouring threads touch neighbours",
        "a thread works on 4 neighbours, which are 4 elements of one wide load or store",
        "the blocks along y lie on grid.x and those along x on grid.y, which has at most 65,535; threads stay as they are",
    ]
    assert lines[4] == (
        f"{chosen.registers} registers a thread and 0 bytes of shared memory a block: a multiprocessor holds 8 blocks, 64 "
        "of 64 warps, limited by warps"
    )
    assert gpu.launched == []


def test_blocks_and_grid_change_places_in_the_code():
    turned = cuda.compile(add_2d(), Specialization(frozenset("xy"), index_bits=32, grid_axes="yxz"))
    assert "i = i32(block_idx_x() * block_dim_y() + thread_idx_y())" in turned.python
    assert "j = i32(block_idx_y() * block_dim_x() + thread_idx_x())" in turned.python


@pytest.mark.parametrize(("elements", "bits"), [(2**31 - 2048, 32), (2**31, 64)], ids=["below 2^31", "2^31"])
def test_large_tensors_are_indexed_in_64_bits(elements: int, bits: int, gpu: FakeDriver):
    launcher = Launcher(saxpy())
    launcher.launch((Tensor(1 << 40, (elements,)), Tensor(1 << 41, (elements,))))
    assert [version.specialization.index_bits for version in launcher._versions.values()] == [bits]
    assert gpu.launched[0][3][1] == elements


def test_shared_memory_is_asked_for_each_time(gpu: FakeDriver):
    tile, x = shared("tile", F32, 20_000), tensor("x", F32, cuda_kernels.N)
    body = (store(tile, tx, value=load(x, tx)), BARRIER, store(x, tx, value=load(tile, tx)))
    launcher, given = Launcher(kernel("k", [x], *body, arrays=[tile])), Tensor(4096, (1001,))
    gpu.arguments = 1
    launcher.launch((given,), None, (1, 32))
    assert launcher.fast((1, 32))(given) is None
    assert gpu.shared_bytes == [80_000, 80_000]


class Half:
    """A compiled kernel whose registers leave room for so many warps by blocks of so many threads."""

    def occupancy(self, block_threads: int) -> Occupancy:
        warps = {128: 48, 256: 40, 512: 48}[block_threads]
        return Occupancy(block_threads, 1, warps, 64, "registers")


def test_another_block_where_the_usual_one_leaves_room():
    assert cuda.better_block(saxpy(), Half()) == (128, 1, 1)  # type: ignore[arg-type]
    looking = replace(saxpy(), shared=(shared("tile", F32, 16),))
    assert cuda.better_block(looking, Half()) == (256, 1, 1)  # type: ignore[arg-type]
